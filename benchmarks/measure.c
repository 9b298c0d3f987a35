#include "measure.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double read_clock(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

double now(void) { return read_clock(CLOCK_MONOTONIC); }
double cpu(void) { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }

long long written(void) {
    long long count = -1;
    char line[128];
    FILE *file = fopen("/proc/self/io", "r");
    if (file == NULL) return 0;
    while (fgets(line, sizeof line, file)) sscanf(line, "wchar: %lld", &count);
    fclose(file);
    return count;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double median(double *values, int count) {
    qsort(values, (size_t)count, sizeof *values, by_value);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

void die(const char *what, const char *why) {
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

void must(wf_status_t status, wf_error_t *error) {
    if (status < 0) die(wf_status_name(status), wf_error_message(error, NULL));
}

/* ---- Places ---- */

static long long total;

static int add_size(const char *path, const struct stat *info, int type, struct FTW *walk) {
    (void)path, (void)walk;
    if (type == FTW_F) total += info->st_size;
    return 0;
}

static int drop(const char *path, const struct stat *info, int type, struct FTW *walk) {
    (void)info, (void)type, (void)walk;
    return remove(path);
}

static const char *const endings[] = {"", "-wal", "-shm"};

/* nftw of the path itself and of the files that SQLite puts beside it. */
static void walk(const place_t *place, __nftw_func_t visit) {
    for (int i = 0; i < 3; i++) {
        char path[4200];
        snprintf(path, sizeof path, "%s%s", place->path, endings[i]);
        if (access(path, F_OK) == 0) nftw(path, visit, 16, FTW_DEPTH | FTW_PHYS);
    }
}

long long size_of(const place_t *place) {
    total = 0;
    walk(place, add_size);
    return total;
}

void discard(const place_t *place) { walk(place, drop); }

place_t new_place(const char *kind, const char *name) {
    const char *folder = getenv("WORKFLOW_BENCH");
    place_t place;
    if (folder == NULL) folder = "build/bench";
    mkdir(folder, 0777);
    if (access(folder, W_OK) != 0) die(folder, "is no folder that can be written to; set WORKFLOW_BENCH to one");
    snprintf(place.path, sizeof place.path, "%.3000s/%.500s.%.100s", folder, name, kind);
    snprintf(place.url, sizeof place.url, "%s:%s", kind, strcmp(kind, "memory") == 0 ? "" : place.path);
    discard(&place);
    return place;
}

wf_storage_t *opened(const char *url) {
    wf_storage_t *storage = NULL;
    wf_error_t *error = NULL;
    must(wf_storage_open(url, &storage, &error), error);
    return storage;
}

/* ---- Runs ---- */

wf_builder_t *new_builder(const char *name) {
    wf_builder_t *builder = NULL;
    wf_error_t *error = NULL;
    must(wf_builder_new(name, &builder, &error), error);
    return builder;
}

void add(wf_builder_t *builder, const char *id, wf_executor_fn invoke, void *user_data) {
    wf_executor_t executor = WF_EXECUTOR_INIT;
    wf_error_t *error = NULL;
    executor.invoke = invoke;
    executor.user_data = user_data;
    must(wf_builder_add_executor(builder, id, &executor, &error), error);
}

wf_workflow_t *built(wf_builder_t *builder, const char *start) {
    wf_workflow_t *workflow = NULL;
    wf_error_t *error = NULL;
    must(wf_builder_set_start(builder, start, &error), error);
    must(wf_builder_build(builder, &workflow, &error), error);
    wf_builder_free(builder);
    return workflow;
}

wf_workflow_t *self_loop(wf_executor_fn invoke, void *user_data) {
    wf_builder_t *builder = new_builder("loop");
    wf_error_t *error = NULL;
    add(builder, "loop", invoke, user_data);
    must(wf_builder_add_edge(builder, "loop", "loop", NULL, &error), error);
    return built(builder, "loop");
}

wf_run_t *started(wf_workflow_t *workflow, wf_storage_t *storage, const char *run_id, enum wf_durability durability) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;
    wf_error_t *error = NULL;
    options.storage = storage;
    options.run_id = run_id;
    options.durability = durability;
    options.max_supersteps = 1u << 31;
    options.hidden_events = ~WF_EVENT_BIT(WF_EVENT_SUPERSTEP_COMPLETED);
    must(wf_run_start(workflow, &options, "0", WF_NUL, &run, &error), error);
    return run;
}

/* One superstep; false at the end. */
static bool step(wf_run_t *run) {
    wf_event_t *event = NULL;
    wf_error_t *error = NULL;
    wf_status_t status = wf_run_next(run, -1, &event, &error);
    must(status, error);
    wf_event_free(event);
    return status == WF_OK;
}

void advance(wf_run_t *run, long long supersteps) {
    while (supersteps-- > 0)
        if (!step(run)) die("advance", "the run ended too early");
}

void drive(wf_run_t *run) {
    while (step(run)) {}
}

void finish(wf_run_t *run) {
    drive(run);
    wf_run_free(run);
}

/* ---- Fresh processes ---- */

void ask(const char *const arguments[], double *numbers, int count) {
    int ends[2], status;
    char self[4096], *words[16] = {self};
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    FILE *answer;
    pid_t child;
    if (length < 0 || pipe2(ends, O_CLOEXEC) != 0) die("ask", "no pipe, or no /proc");
    self[length] = '\0';
    for (int i = 0; i < 14 && arguments[i]; i++) words[i + 1] = (char *)arguments[i];
    child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        execv(self, words);
        _exit(127);
    }
    close(ends[1]);
    answer = fdopen(ends[0], "r");
    for (int i = 0; i < count; i++)
        if (fscanf(answer, "%lf", &numbers[i]) != 1) die(words[1], "the process of its own gave no answer");
    fclose(answer);
    if (waitpid(child, &status, 0) != child || status != 0) die(words[1], "the process of its own failed");
}

void put_record(char *text, size_t size, unsigned long number) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 _";
    unsigned long random = number * 0x9E3779B97F4A7C15ul + 1;
    for (size_t i = 1; i + 1 < size; i++) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        text[i] = letters[random >> 58];
    }
    text[0] = text[size - 1] = '"';
    text[size] = '\0';
}
