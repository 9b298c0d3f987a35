/* micro.c: what the engine does for one superstep, message, read, write, event, checkpoint, graph and run.
 *
 * Each load goes on until it is warm and then does the same a given number of times, in a window: under callgrind the
 * instructions between its ends are dumped under its name, under allocations.c the calls of malloc are counted, and else the
 * clock is read. One window a line: name, operations, nanoseconds, allocations. micro.py takes one window from another. */
#include "../measure.h"

#include <unistd.h>
#include <valgrind/callgrind.h>

enum { WARM = 40, KEYS = 16, WORKERS = 64, NODES = 10, SMALL = 1000, BIG = 17000 };

/* Of allocations.c, if that was loaded before the library. */
extern unsigned long bench_allocations __attribute__((weak));

static struct {
    const char *name;
    long operations, allocations;
    double start;
} window;

static long allocations(void) { return &bench_allocations ? (long)bench_allocations : 0; }

static void open_window(const char *name, long operations) {
    window.name = name;
    window.operations = operations;
    CALLGRIND_ZERO_STATS;
    window.allocations = allocations();
    window.start = now();
}

static void close_window(void) {
    double nanoseconds = (now() - window.start) * 1e9;
    long made = allocations() - window.allocations;
    CALLGRIND_DUMP_STATS_AT(window.name);
    printf("%s %ld %.0f %ld\n", window.name, window.operations, nanoseconds, made);
}

/* ---- Loops: one executor that sends to itself, and does something besides ---- */

struct loop {
    const char *name;
    long supersteps, done;
    wf_status_t (*besides)(wf_context_t *context, long number);
};

static wf_status_t turn(void *user_data, wf_context_t *context, const char *input, size_t length) {
    struct loop *loop = user_data;
    (void)input, (void)length;
    if (loop->done == WARM) open_window(loop->name, loop->supersteps);
    if (loop->done == WARM + loop->supersteps) {
        close_window();
        return WF_OK;
    }
    if (loop->besides && loop->besides(context, loop->done) < 0) return WF_E_EXECUTOR;
    loop->done++;
    return wf_context_send(context, NULL, "123456", 6, NULL);
}

static const char *key(int number) {
    static char names[KEYS][8];
    snprintf(names[number], sizeof names[number], "key %d", number);
    return names[number];
}

static wf_status_t reads(wf_context_t *context, long number) {
    const char *json;
    size_t length;
    if (number == 0) return wf_context_set_state(context, WF_SCOPE_EXECUTOR, key(0), "{\"count\": 123456}", WF_NUL, NULL);
    for (int i = 0; i < KEYS; i++)
        if (wf_context_get_state(context, WF_SCOPE_EXECUTOR, key(0), &json, &length, NULL) != WF_OK) return WF_E_EXECUTOR;
    return WF_OK;
}

static wf_status_t writes(wf_context_t *context, long number) {
    char json[32];
    snprintf(json, sizeof json, "{\"count\": %ld}", 100000 + number);
    for (int i = 0; i < KEYS; i++)
        if (wf_context_set_state(context, WF_SCOPE_EXECUTOR, key(i), json, 17, NULL) < 0) return WF_E_EXECUTOR;
    return WF_OK;
}

static wf_status_t appends(wf_context_t *context, long number) {
    char json[32];
    snprintf(json, sizeof json, "{\"count\": %ld}", 100000 + number);
    for (int i = 0; i < KEYS; i++)
        if (wf_context_append(context, WF_SCOPE_EXECUTOR, key(i), json, 17, NULL) < 0) return WF_E_EXECUTOR;
    return WF_OK;
}

static wf_status_t change(wf_context_t *context, long number, size_t size) {
    static char text[BIG + 1];
    put_record(text, size, (unsigned long)number);
    return wf_context_set_state(context, WF_SCOPE_EXECUTOR, key(0), text, size, NULL);
}

static wf_status_t changes_small(wf_context_t *context, long number) { return change(context, number, SMALL); }
static wf_status_t changes_big(wf_context_t *context, long number) { return change(context, number, BIG); }

/* As much state as `changes_big`, of which as much changes as with `changes_small`. */
static wf_status_t keeps(wf_context_t *context, long number) {
    static char text[BIG];
    if (number == 0) {
        put_record(text, BIG - SMALL, 1);
        if (wf_context_set_state(context, WF_SCOPE_EXECUTOR, key(1), text, BIG - SMALL, NULL) < 0) return WF_E_EXECUTOR;
    }
    return change(context, number, SMALL);
}

/* What put_record costs, to be taken away. */
static wf_status_t makes_small(wf_context_t *context, long number) {
    static char text[BIG + 1];
    (void)context;
    put_record(text, SMALL, (unsigned long)number);
    return WF_OK;
}

static wf_status_t makes_big(wf_context_t *context, long number) {
    static char text[BIG + 1];
    (void)context;
    put_record(text, BIG, (unsigned long)number);
    return WF_OK;
}

static wf_run_t *new_run(wf_workflow_t *workflow, wf_storage_t *storage, uint64_t hidden) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;
    wf_error_t *error = NULL;
    options.storage = storage;
    options.max_supersteps = 1u << 31;
    options.hidden_events = hidden;
    must(wf_run_start(workflow, &options, "123456", WF_NUL, &run, &error), error);
    return run;
}

static void run_loop(const char *name, long supersteps, const char *kind, uint64_t hidden, wf_status_t (*besides)(wf_context_t *, long)) {
    struct loop loop = {name, supersteps, 0, besides};
    wf_workflow_t *workflow = self_loop(turn, &loop);
    wf_storage_t *storage = NULL;
    place_t place;
    if (kind) {
        place = new_place(kind, "micro");
        storage = opened(place.url);
    }
    wf_run_t *run = new_run(workflow, storage, hidden);
    drive(run);
    wf_run_free(run);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
    if (kind) discard(&place);
}

/* ---- Messages: one to 64 and back ---- */

struct fan {
    long rounds, done;
    int back;
};

static wf_status_t ask_all(void *user_data, wf_context_t *context, const char *input, size_t length) {
    struct fan *fan = user_data;
    (void)input, (void)length;
    if (fan->done > 0 && ++fan->back < WORKERS) return WF_OK;
    fan->back = 0;
    if (fan->done == WARM / 8) open_window("fan", fan->rounds * WORKERS * 2);
    if (fan->done++ == WARM / 8 + fan->rounds) {
        close_window();
        return WF_OK;
    }
    return wf_context_send(context, NULL, "123456", 6, NULL);
}

static wf_status_t answer(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    return wf_context_send(context, NULL, input, length, NULL);
}

static void run_fan(long rounds) {
    static char ids[WORKERS][16];
    const char *targets[WORKERS];
    struct fan fan = {rounds, 0, 0};
    wf_builder_t *builder = new_builder("fan");
    wf_error_t *error = NULL;
    add(builder, "head", ask_all, &fan);
    for (int i = 0; i < WORKERS; i++) {
        snprintf(ids[i], sizeof ids[i], "worker %d", i);
        targets[i] = ids[i];
        add(builder, ids[i], answer, NULL);
        must(wf_builder_add_edge(builder, ids[i], "head", NULL, &error), error);
    }
    must(wf_builder_add_fan_out_edges(builder, "head", targets, WORKERS, &error), error);
    wf_workflow_t *workflow = built(builder, "head");
    wf_run_t *run = new_run(workflow, NULL, ~(uint64_t)0);
    drive(run);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

/* ---- Graphs and runs ---- */

static wf_status_t nothing(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data, (void)context, (void)input, (void)length;
    return WF_OK;
}

static wf_workflow_t *chain(void) {
    static const char *const ids[NODES] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
    wf_builder_t *builder = new_builder("chain");
    wf_error_t *error = NULL;
    for (int i = 0; i < NODES; i++) add(builder, ids[i], nothing, NULL);
    must(wf_builder_add_chain(builder, ids, NODES, &error), error);
    return built(builder, "a");
}

static void build_graphs(long count) {
    for (long i = -WARM / 8; i < count; i++) {
        if (i == 0) open_window("build", count);
        wf_workflow_free(chain());
    }
    close_window();
}

static void start_runs(long count) {
    wf_workflow_t *workflow = chain();
    for (long i = -WARM; i < count; i++) {
        if (i == 0) open_window("start", count);
        wf_run_free(new_run(workflow, NULL, ~(uint64_t)0));
    }
    close_window();
    for (long i = -WARM; i < count; i++) {
        if (i == 0) open_window("run", count);
        wf_run_t *run = new_run(workflow, NULL, ~(uint64_t)0);
        drive(run);
        wf_run_free(run);
    }
    close_window();
    wf_workflow_free(workflow);
}

/* Of the latest of two checkpoints in memory, not driven on. */
static void resume_runs(long count) {
    wf_workflow_t *workflow = chain();
    wf_storage_t *storage = opened("memory:");
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_error_t *error = NULL;
    wf_run_t *run = new_run(workflow, storage, ~(uint64_t)0);
    drive(run);
    wf_run_free(run);
    options.storage = storage;
    options.hidden_events = ~(uint64_t)0;
    for (long i = -WARM; i < count; i++) {
        if (i == 0) open_window("resume", count);
        must(wf_run_resume(workflow, &options, NULL, &run, &error), error);
        wf_run_free(run);
    }
    close_window();
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

int main(int count, char **words) {
    const uint64_t none = ~(uint64_t)0, all = 0;
    long times = count == 2 ? strtol(words[1], NULL, 10) : 0;
    if (times < 1) die("micro", "say how many times: `micro 100`");
    run_loop("loop", times, NULL, none, NULL);
    run_loop("events", times, NULL, all, NULL);
    run_loop("reads", times, NULL, none, reads);
    run_loop("writes", times, NULL, none, writes);
    run_loop("appends", times, NULL, none, appends);
    run_fan(times / 10 + 1);
    run_loop("memory", times, "memory", none, NULL);
    run_loop("small", times, "memory", none, changes_small);
    run_loop("big", times, "memory", none, changes_big);
    run_loop("keeps", times, "memory", none, keeps);
    run_loop("makes small", times, NULL, none, makes_small);
    run_loop("makes big", times, NULL, none, makes_big);
    run_loop("sqlite", times, "sqlite", none, NULL);
    build_graphs(times / 5 + 1);
    start_runs(times * 5);
    resume_runs(times);
    return 0;
}
