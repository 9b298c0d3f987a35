/* resume.c: going on with a large state, beside reading the same checkpoint from a file and parsing it with jansson.
 *
 * Both in fresh processes that take turns. The time is from opening the storage, or the file, to a run that can be driven, or
 * a tree; once by the clock, and once as what the processor did. */
#include "measure.h"

#include <jansson.h>
#include <sys/stat.h>

enum { STATE = 20000000, RECORD = 200, ROUNDS = 7 };

struct shape {
    long keys, appends;
};

static struct shape shape;
static long done;

/* The first superstep writes the state, or each of them an element of it. */
static wf_status_t fill(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data, (void)input, (void)length;
    if (shape.appends) {
        char record[RECORD + 1];
        put_record(record, RECORD, (unsigned long)done);
        wf_status_t status = wf_context_append(context, WF_SCOPE_EXECUTOR, "list", record, RECORD, NULL);
        if (status < 0 || ++done == shape.appends) return status;
        return wf_context_send(context, NULL, "0", 1, NULL);
    }
    for (long key = 0; key < shape.keys; key++) {
        long records = STATE / RECORD / shape.keys;
        char name[32], *value = malloc((size_t)records * (RECORD + 1) + 2);
        size_t end = 0;
        wf_status_t status;
        for (long i = 0; i < records; i++) {
            value[end++] = i == 0 ? '[' : ',';
            put_record(value + end, RECORD - 3, (unsigned long)(key * records + i));
            end += RECORD - 3;
        }
        value[end++] = ']';
        snprintf(name, sizeof name, "key %ld", key);
        status = wf_context_set_state(context, WF_SCOPE_EXECUTOR, name, value, end, NULL);
        free(value);
        if (status < 0) return status;
    }
    return WF_OK;
}

static void tell(double clock, double processor) { printf("%f %f\n", (now() - clock) * 1e3, (cpu() - processor) * 1e3); }

/* In processes of their own. */
static int resume(const char *url, const char *id) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_workflow_t *workflow = self_loop(fill, NULL);
    wf_run_t *run = NULL;
    wf_error_t *error = NULL;
    double clock = now(), processor = cpu();
    options.storage = opened(url);
    must(wf_run_resume(workflow, &options, id, &run, &error), error);
    tell(clock, processor);
    return 0;
}

static int parse(const char *path) {
    struct stat info;
    json_error_t error;
    double clock = now(), processor = cpu();
    FILE *file = fopen(path, "rb");
    char *bytes;
    json_t *json;
    if (file == NULL || fstat(fileno(file), &info) != 0) die(path, "cannot be read");
    bytes = malloc((size_t)info.st_size);
    if (fread(bytes, 1, (size_t)info.st_size, file) != (size_t)info.st_size) die(path, "cannot be read");
    json = json_loadb(bytes, (size_t)info.st_size, 0, &error);
    if (json == NULL) die(path, error.text);
    tell(clock, processor);
    return 0;
}

static void measure(const char *kind, const char *title, struct shape wanted) {
    double times[4][ROUNDS];
    place_t place = new_place(kind, "resume"), copy = new_place("directory", "resume-json");
    wf_workflow_t *workflow = self_loop(fill, NULL);
    wf_storage_t *storage = opened(place.url);
    wf_error_t *error = NULL;
    char *id = NULL, *document = NULL;
    size_t length;
    FILE *file;
    shape = wanted;
    done = 0;
    finish(started(workflow, storage, NULL, WF_DURABILITY_PROCESS));
    must(wf_storage_latest(storage, NULL, &id, &error), error);
    must(wf_storage_load(storage, id, &document, &length, &error), error);
    wf_storage_free(storage);
    file = fopen(copy.path, "wb");
    if (file == NULL || fwrite(document, 1, length, file) != length || fclose(file) != 0) die(copy.path, "cannot be written");
    for (int round = 0; round < ROUNDS; round++) {
        double pair[2];
        ask((const char *[]){"resume", place.url, id, NULL}, pair, 2);
        times[0][round] = pair[0], times[1][round] = pair[1];
        ask((const char *[]){"parse", copy.path, NULL}, pair, 2);
        times[2][round] = pair[0], times[3][round] = pair[1];
    }
    double clock = median(times[0], ROUNDS), processor = median(times[1], ROUNDS), read = median(times[2], ROUNDS), work = median(times[3], ROUNDS);
    printf("%-10s %-28s %8.1f MB %9.1f ms %9.1f ms %6.2f %9.1f ms %9.1f ms %6.2f\n", kind, title, (double)length / 1e6, clock, read, clock / read,
           processor, work, processor / work);
    fflush(stdout);
    wf_free(id);
    wf_free(document);
    wf_workflow_free(workflow);
    discard(&place);
    discard(&copy);
}

int main(int count, char **words) {
    if (count == 4 && strcmp(words[1], "resume") == 0) return resume(words[2], words[3]);
    if (count == 3 && strcmp(words[1], "parse") == 0) return parse(words[2]);
    printf("resuming, beside reading and parsing the same bytes; ratio at most 2\n%-10s %-28s %11s %12s %12s %6s %12s %12s %6s\n", "storage", "state", "",
           "resume", "parse", "ratio", "work", "work", "ratio");
    for (int i = 0; i < 2; i++) {
        const char *kind = i == 0 ? "sqlite" : "directory";
        measure(kind, "one key", (struct shape){1, 0});
        measure(kind, "1,000 keys", (struct shape){1000, 0});
        measure(kind, "100,000 keys", (struct shape){100000, 0});
        if (i == 0) measure(kind, "a list of 8,000 appends", (struct shape){0, 8000});
    }
    return 0;
}
