/* superstep.c: what one superstep costs a C host, beside a bare call of the same callback.
 *
 * A self-loop of N supersteps: without checkpoints, with all events, one by one and 64 at a time, with checkpoints in memory. Each row is the
 * median of several rounds; compare the rows with each other, not with those of another day or machine.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <workflow.h>

enum { STEPS = 200000, ROUNDS = 5, ROWS = 5, BATCH = 64 };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Counts down: sends n - 1 to itself until 0. */
static wf_status_t count_down(void *user_data, wf_context_t *context, const char *input, size_t length) {
    char text[32];
    long n = strtol(input, NULL, 10);
    (void)user_data;
    (void)length;
    if (n == 0) return WF_OK;
    return wf_context_send(context, NULL, text, (size_t)snprintf(text, sizeof text, "%ld", n - 1), NULL);
}

/* The same work without an engine. */
static wf_status_t bare(void *user_data, wf_context_t *context, const char *input, size_t length) {
    static char text[32];
    (void)context;
    (void)length;
    *(size_t *)user_data += (size_t)snprintf(text, sizeof text, "%ld", strtol(input, NULL, 10) - 1);
    return WF_OK;
}

static void must(wf_status_t status, wf_error_t *error) {
    if (status >= 0) return;
    fprintf(stderr, "superstep: %s\n", wf_error_message(error, NULL));
    exit(1);
}

/* Drives a run to its end; asks for `most` events at a time. */
static wf_status_t drive(wf_run_t *run, size_t most, wf_error_t **error) {
    wf_batch_t *batch = NULL;
    wf_event_t *event = NULL;
    wf_status_t status;
    if (most == 1) {
        while ((status = wf_run_next(run, -1, &event, error)) == WF_OK) wf_event_free(event);
    } else {
        while ((status = wf_run_next_batch(run, -1, most, &batch, error)) == WF_OK) wf_batch_free(batch);
    }
    return status;
}

static double loop(wf_workflow_t *workflow, const char *url, uint64_t hidden, size_t most) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_storage_t *storage = NULL;
    wf_run_t *run = NULL;
    wf_error_t *error = NULL;
    char input[32];
    double start;
    if (url) must(wf_storage_open(url, &storage, &error), error);
    options.storage = storage;
    options.max_supersteps = STEPS + 1;
    options.hidden_events = hidden;
    snprintf(input, sizeof input, "%d", STEPS - 1);
    must(wf_run_start(workflow, &options, input, WF_NUL, &run, &error), error);
    start = now();
    must(drive(run, most, &error), error);
    if (wf_run_superstep(run) != STEPS) {
        fprintf(stderr, "superstep: the run took %llu supersteps, not %d\n", (unsigned long long)wf_run_superstep(run), STEPS);
        exit(1);
    }
    start = now() - start;
    wf_run_free(run);
    wf_storage_free(storage);
    return start / STEPS;
}

static double bare_loop(void) {
    volatile wf_executor_fn call = bare;
    size_t sink = 0;
    double start = now();
    for (int i = 0; i < STEPS; i++) call(&sink, NULL, "123456", 6);
    return (now() - start) / STEPS;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(void) {
    wf_executor_t executor = WF_EXECUTOR_INIT;
    wf_builder_t *builder = NULL;
    wf_workflow_t *workflow = NULL;
    wf_error_t *error = NULL;
    double rounds[ROWS][ROUNDS];
    const char *names[] = {
        "bare callback", "superstep, no events", "superstep, all events", "superstep, all events in batches", "superstep, memory: checkpoint",
    };
    executor.invoke = count_down;
    must(wf_builder_new("superstep", &builder, &error), error);
    must(wf_builder_add_executor(builder, "count_down", &executor, &error), error);
    must(wf_builder_add_edge(builder, "count_down", "count_down", NULL, &error), error);
    must(wf_builder_set_start(builder, "count_down", &error), error);
    must(wf_builder_build(builder, &workflow, &error), error);
    for (int round = 0; round < ROUNDS; round++) {
        rounds[0][round] = bare_loop();
        rounds[1][round] = loop(workflow, NULL, ~(uint64_t)0, 1);
        rounds[2][round] = loop(workflow, NULL, 0, 1);
        rounds[3][round] = loop(workflow, NULL, 0, BATCH);
        rounds[4][round] = loop(workflow, "memory:", ~(uint64_t)0, 1);
    }
    for (int row = 0; row < ROWS; row++) {
        qsort(rounds[row], ROUNDS, sizeof(double), by_value);
        printf("%-32s %8.3f us   (%.3f to %.3f)\n", names[row], rounds[row][ROUNDS / 2] * 1e6, rounds[row][0] * 1e6,
               rounds[row][ROUNDS - 1] * 1e6);
    }
    wf_workflow_free(workflow);
    wf_builder_free(builder);
    return 0;
}
