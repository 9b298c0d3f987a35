/* parallel.c: what a second thread is worth: to executors on the pool, and to whoever drives many runs.
 *
 * Beside each measurement goes the same with nothing shared: bare threads that do the executors' work, two processes that drive
 * half of the runs each. What those gain is what the machine has to give in this minute. One line a setup: name, workers,
 * operations, then medians of the rounds, in which the setups take turns: seconds by the clock, seconds that the workers were
 * at work, how often a worker gave up its processor to wait.
 *
 * `parallel NAME SUPERSTEPS` drives one setup once: for strace. With `watch` behind it two threads drive a run each, the second when
 * the first is done, and `mark` is written between: under lackey one sees what memory both write. */
#include "measure.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 7, RUNS = 16, SUPERSTEPS = 2000, FAN = 16, TURNS = 12, SPINS = 400000 };

struct result {
    double clock, work, waits;
};

/* ---- Workers: threads or processes that begin together ---- */

struct work {
    void (*prepare)(struct work *work), (*run)(struct work *work), (*end)(struct work *work);
    const struct setup *setup;
    long supersteps;
    wf_workflow_t *workflow;
    wf_storage_t *storage;
    wf_run_t *runs[RUNS];
    int count;
};

/* In memory that processes share. */
static struct meeting {
    pthread_barrier_t begin, over;
    struct result results[2];
} *meeting;

static void *labour(void *argument) {
    struct work *work = ((void **)argument)[0];
    struct result *result = ((void **)argument)[1];
    struct rusage before, after;
    struct timespec start, stop;
    if (work->prepare) work->prepare(work);
    pthread_barrier_wait(&meeting->begin);
    getrusage(RUSAGE_THREAD, &before);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
    result->clock = now();
    work->run(work);
    result->clock = now() - result->clock;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &stop);
    getrusage(RUSAGE_THREAD, &after);
    result->work = (double)(stop.tv_sec - start.tv_sec) + (double)(stop.tv_nsec - start.tv_nsec) / 1e9;
    result->waits = (double)(after.ru_nvcsw - before.ru_nvcsw);
    pthread_barrier_wait(&meeting->over);
    if (work->end) work->end(work);
    return NULL;
}

static struct result together(struct work *works, int workers, bool processes) {
    pthread_barrierattr_t shared;
    pthread_t threads[2];
    pid_t children[2];
    void *arguments[2][2];
    pthread_barrierattr_init(&shared);
    pthread_barrierattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(&meeting->begin, &shared, (unsigned)workers);
    pthread_barrier_init(&meeting->over, &shared, (unsigned)workers);
    for (int i = 0; i < workers; i++) {
        arguments[i][0] = &works[i], arguments[i][1] = &meeting->results[i];
        if (!processes) {
            if (pthread_create(&threads[i], NULL, labour, arguments[i]) != 0) die("parallel", "no thread");
        } else if ((children[i] = fork()) == 0) {
            labour(arguments[i]);
            _exit(0);
        }
    }
    struct result sum = {0, 0, 0};
    for (int i = 0; i < workers; i++) {
        int status = 0;
        if (!processes)
            pthread_join(threads[i], NULL);
        else if (waitpid(children[i], &status, 0) < 0 || status != 0)
            die("parallel", "a process failed");
        struct result one = meeting->results[i];
        if (one.clock > sum.clock) sum.clock = one.clock;
        sum.work += one.work, sum.waits += one.waits;
    }
    pthread_barrier_destroy(&meeting->begin);
    pthread_barrier_destroy(&meeting->over);
    return sum;
}

/* ---- Setups ---- */

struct setup {
    const char *name;
    int workers;
    bool processes, own_workflow, events, own_storage;
    const char *storage;
};

static const struct setup drives[] = {
    {"quiet 1", 1, false, false, false, false, NULL},
    {"quiet 2", 2, false, false, false, false, NULL},
    {"quiet 2 own", 2, false, true, false, false, NULL},
    {"quiet 2 processes", 2, true, true, false, false, NULL},
    {"events 1", 1, false, false, true, false, NULL},
    {"events 2", 2, false, false, true, false, NULL},
    {"events 2 own", 2, false, true, true, false, NULL},
    {"events 2 processes", 2, true, true, true, false, NULL},
    {"memory 1", 1, false, false, false, false, "memory:"},
    {"memory 2", 2, false, false, false, false, "memory:"},
    {"memory 2 own", 2, false, true, false, true, "memory:"},
    {"memory 2 processes", 2, true, true, false, true, "memory:"},
};
enum { DRIVES = sizeof drives / sizeof *drives };

static wf_status_t pass(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    return wf_context_send(context, NULL, input, length, NULL);
}

static wf_run_t *new_run(const struct work *work) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;
    wf_error_t *error = NULL;
    options.storage = work->storage;
    options.max_supersteps = 1u << 31;
    options.hidden_events = work->setup->events ? 0 : ~WF_EVENT_BIT(WF_EVENT_SUPERSTEP_COMPLETED);
    must(wf_run_start(work->workflow, &options, "123456", WF_NUL, &run, &error), error);
    return run;
}

/* One superstep, all of its events. */
static void step(wf_run_t *run) {
    wf_event_t *event = NULL;
    wf_error_t *error = NULL;
    for (wf_event_kind_t kind = 0; kind != WF_EVENT_SUPERSTEP_COMPLETED; wf_event_free(event)) {
        wf_status_t status = wf_run_next(run, -1, &event, &error);
        must(status, error);
        if (status != WF_OK) die("parallel", "a run ended too early");
        kind = wf_event_kind(event);
    }
}

static void prepare_runs(struct work *work) {
    if (work->workflow == NULL) work->workflow = self_loop(pass, NULL);
    if (work->setup->own_storage) work->storage = opened(work->setup->storage);
    for (int i = 0; i < work->count; i++) step(work->runs[i] = new_run(work));
}

static void drive_runs(struct work *work) {
    for (long i = 0; i < work->supersteps; i++)
        for (int k = 0; k < work->count; k++) step(work->runs[k]);
}

static void end_runs(struct work *work) {
    for (int i = 0; i < work->count; i++) wf_run_free(work->runs[i]);
    if (work->setup->own_workflow) wf_workflow_free(work->workflow);
    if (work->setup->own_storage) wf_storage_free(work->storage);
}

static struct result race(const struct setup *setup, long supersteps) {
    wf_workflow_t *workflow = setup->own_workflow ? NULL : self_loop(pass, NULL);
    wf_storage_t *storage = setup->storage && !setup->own_storage ? opened(setup->storage) : NULL;
    struct work works[2];
    for (int i = 0; i < setup->workers; i++)
        works[i] = (struct work){prepare_runs, drive_runs, end_runs, setup, supersteps, workflow, storage, {NULL}, RUNS / setup->workers};
    struct result result = together(works, setup->workers, setup->processes);
    wf_workflow_free(workflow);
    wf_storage_free(storage);
    return result;
}

/* ---- In turns, to be watched ---- */

static volatile long mark;

static void *take_turn(void *argument) {
    struct work *work = argument;
    long supersteps = work->supersteps;
    bool is_first = work->count == 1;
    work->count = 1;
    prepare_runs(work);
    work->supersteps = 20;
    drive_runs(work); /* Until it is warm. */
    work->supersteps = supersteps;
    pthread_barrier_wait(&meeting->begin);
    if (!is_first) pthread_barrier_wait(&meeting->over);
    mark = is_first ? 1 : 2;
    drive_runs(work);
    mark = 3;
    if (is_first) pthread_barrier_wait(&meeting->over);
    pthread_barrier_wait(&meeting->begin);
    end_runs(work);
    return NULL;
}

static void watch(const struct setup *setup, long supersteps) {
    wf_workflow_t *workflow = setup->own_workflow ? NULL : self_loop(pass, NULL);
    wf_storage_t *storage = setup->storage && !setup->own_storage ? opened(setup->storage) : NULL;
    pthread_t threads[2];
    struct work works[2];
    printf("%lx\n", (unsigned long)&mark);
    pthread_barrier_init(&meeting->begin, NULL, 2);
    pthread_barrier_init(&meeting->over, NULL, 2);
    for (int i = 0; i < 2; i++) {
        works[i] = (struct work){NULL, NULL, NULL, setup, supersteps, workflow, storage, {NULL}, i + 1};
        if (pthread_create(&threads[i], NULL, take_turn, &works[i]) != 0) die("parallel", "no thread");
    }
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    wf_workflow_free(workflow);
    wf_storage_free(storage);
}

/* ---- The pool, with executors that have something to do ---- */

static unsigned long spin(unsigned long seed) {
    for (int i = 0; i < SPINS; i++) seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return seed;
}

static unsigned long sink;

static wf_status_t spins(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data, (void)input;
    if (spin(length + 1) == 0) sink++; /* It never is; but the compiler cannot know. */
    return wf_context_send(context, NULL, "1", 1, NULL);
}

static wf_status_t deal(void *user_data, wf_context_t *context, const char *input, size_t length) {
    long *left = user_data;
    (void)input, (void)length;
    return (*left)-- > 0 ? wf_context_send(context, NULL, "1", 1, NULL) : WF_OK;
}

static struct result pooled(int threads) {
    char ids[FAN][16];
    const char *targets[FAN];
    long left = TURNS;
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_builder_t *builder = new_builder("pool");
    wf_run_t *run = NULL;
    wf_error_t *error = NULL;
    add(builder, "head", deal, &left);
    for (int i = 0; i < FAN; i++) {
        snprintf(ids[i], sizeof ids[i], "worker %d", i);
        targets[i] = ids[i];
        add(builder, ids[i], spins, NULL);
    }
    must(wf_builder_add_fan_out_edges(builder, "head", targets, FAN, &error), error);
    must(wf_builder_add_fan_in_edges(builder, targets, FAN, "head", &error), error);
    wf_workflow_t *workflow = built(builder, "head");
    if (threads > 0) must(wf_pool_new((uint32_t)threads, &options.pool, &error), error);
    options.hidden_events = ~(uint64_t)0;
    must(wf_run_start(workflow, &options, "0", WF_NUL, &run, &error), error);
    struct result result = {now(), cpu(), 0};
    drive(run);
    result = (struct result){now() - result.clock, cpu() - result.work, 0};
    if (left != -1) die("parallel", "the executors were not called as often as they should");
    wf_run_free(run);
    wf_pool_free(options.pool);
    wf_workflow_free(workflow);
    return result;
}

static void spin_share(struct work *work) {
    for (int i = 0; i < work->count; i++)
        if (spin((unsigned long)i + 1) == 0) sink++;
}

static struct result bare(int threads) {
    struct work works[2] = {{.run = spin_share, .count = FAN * TURNS / threads}, {.run = spin_share, .count = FAN * TURNS / threads}};
    return together(works, threads, false);
}

/* ---- All of it ---- */

static void report(const char *name, int workers, long operations, struct result *results) {
    double clock[ROUNDS], work[ROUNDS], waits[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) clock[i] = results[i].clock, work[i] = results[i].work, waits[i] = results[i].waits;
    printf("%s: %d %ld %.6f %.6f %.0f\n", name, workers, operations, median(clock, ROUNDS), median(work, ROUNDS), median(waits, ROUNDS));
}

int main(int count, char **words) {
    static struct result driven[DRIVES][ROUNDS], pools[3][ROUNDS], threads[2][ROUNDS];
    meeting = mmap(NULL, sizeof *meeting, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (meeting == MAP_FAILED) die("parallel", "no memory to share");
    for (int i = 0; count > 2 && i < DRIVES; i++)
        if (strcmp(words[1], drives[i].name) == 0) {
            long supersteps = strtol(words[2], NULL, 10);
            if (count == 4)
                watch(&drives[i], supersteps);
            else
                race(&drives[i], supersteps);
            return 0;
        }
    if (count != 1) die("parallel", "say nothing, or the name of a setup and how many supersteps, and `watch` to have it in turns");
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < DRIVES; i++) driven[i][round] = race(&drives[i], drives[i].storage ? SUPERSTEPS / 8 : SUPERSTEPS);
        for (int i = 0; i < 2; i++) threads[i][round] = bare(i + 1);
        for (int i = 0; i < 3; i++) pools[i][round] = pooled(i);
    }
    for (int i = 0; i < 2; i++) report(i ? "bare 2" : "bare 1", i + 1, FAN * TURNS, threads[i]);
    for (int i = 0; i < 3; i++) report((const char *[]){"inline", "pool 1", "pool 2"}[i], i ? i : 1, FAN * TURNS, pools[i]);
    for (int i = 0; i < DRIVES; i++)
        report(drives[i].name, drives[i].workers, RUNS * (drives[i].storage ? SUPERSTEPS / 8 : SUPERSTEPS), driven[i]);
    return 0;
}
