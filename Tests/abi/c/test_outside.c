/* Further inputs, cancelling and halting. */
#include <pthread.h>

#include "story.h"

/* Counts its inputs in shared state and tells the sum. */
static wf_status_t adder(void *user_data, wf_context_t *context, const char *input, size_t length) {
    const char *sum = NULL;
    char text[TEXT];

    (void)user_data, (void)length;
    if (wf_context_get_state(context, WF_SCOPE_SHARED, "sum", &sum, NULL, NULL) == WF_NONE) sum = "0";
    snprintf(text, sizeof text, "%d", atoi(sum) + atoi(input));
    wf_context_set_state(context, WF_SCOPE_SHARED, "sum", text, WF_NUL, NULL);
    return wf_context_output(context, text, WF_NUL, NULL);
}

static void further_inputs(void) {
    wf_workflow_t *workflow = built(story(adder));
    wf_run_t *run = started(workflow, NULL, "1");

    CHECK_TEXT("1", drive(run).output);
    CHECK_OK(wf_run_input(run, "10", WF_NUL, &error));
    CHECK_TEXT("11", drive(run).output);
    CHECK_FAILS(WF_E_JSON, wf_run_input(run, "1,", WF_NUL, &error), "the input");
    CHECK_OK(wf_run_input(run, "100", WF_NUL, &error));
    CHECK_OK(wf_run_input(run, "1000", WF_NUL, &error));
    CHECK_TEXT("1111", drive(run).output);
    CHECK(wf_run_superstep(run) == 3);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static wf_context_t *kept;

static wf_status_t wait_for_it(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data, (void)input, (void)length;
    kept = context;
    return WF_PENDING;
}

static void *cancel_late(void *user_data) {
    usleep(20000);
    return wf_run_cancel(user_data, "the user went home", NULL) == WF_OK ? NULL : "cancel";
}

/* A run that waits for a pending executor wakes up; the executor learns of it and ends without effect. */
static void cancelled_while_waiting(void) {
    wf_workflow_t *workflow = built(story_of_two(relay, wait_for_it));
    wf_storage_t *storage = NULL;
    wf_run_t *run, *again = NULL;
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    pthread_t thread;
    struct told told;
    int checkpoints;

    CHECK_OK(wf_storage_open("memory:", &storage, &error));
    run = started(workflow, storage, "1");
    CHECK(pthread_create(&thread, NULL, cancel_late, run) == 0);
    told = drive(run);
    pthread_join(thread, NULL);
    CHECK(told.kinds[WF_EVENT_CANCELLED] == 1 && told.kinds[WF_EVENT_FAILED] == 0);
    CHECK_FAILS(WF_E_CANCELLED, told.end, "the user went home");
    CHECK(wf_run_state(run) == WF_RUN_CANCELLED);
    CHECK(wf_context_is_cancelled(kept) == 1);
    CHECK_OK(wf_context_output(kept, "1", 1, &error));
    CHECK_OK(wf_context_finish(kept, WF_OK, &error));
    told = drive(run);
    CHECK(told.events == 0);
    CHECK_FAILS(WF_E_CANCELLED, told.end, "the user went home");
    checkpoints = count_checkpoints(storage);
    CHECK(checkpoints == 2);
    wf_run_free(run);

    options.storage = storage;
    CHECK_OK(wf_run_resume(workflow, &options, NULL, &again, &error));
    for (wf_event_t *event; wf_run_next(again, 0, &event, &error) == WF_OK;) wf_event_free(event);
    CHECK(wf_context_is_cancelled(kept) == 0);
    CHECK_OK(wf_context_finish(kept, WF_OK, &error));
    CHECK_STATUS(WF_DONE, drive(again).end);
    wf_run_free(again);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

static void cancelled_before_it_began(void) {
    wf_workflow_t *workflow = built(story(adder));
    wf_run_t *run = started(workflow, NULL, "1");
    struct told told;

    CHECK_OK(wf_run_cancel(run, NULL, &error));
    told = drive(run);
    CHECK(told.kinds[WF_EVENT_EXECUTOR_INVOKED] == 0);
    CHECK_FAILS(WF_E_CANCELLED, told.end, "cancelled");
    CHECK_FAILS(WF_E_MISUSE, wf_run_cancel(NULL, NULL, &error), "run is NULL");
    CHECK_FAILS(WF_E_INVALID, wf_run_cancel(run, "\xFF", &error), "UTF-8");
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static wf_status_t halts(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    CHECK_OK(wf_context_halt(context, &error));
    return wf_context_send(context, NULL, input, length, NULL);
}

/* .NET W10: nothing runs on behind a halt. */
static void halted(void) {
    wf_workflow_t *workflow = built(story_of_two(halts, echo));
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_storage_t *storage = NULL;
    wf_run_t *run;
    struct told told;

    CHECK_OK(wf_storage_open("memory:", &storage, &error));
    run = started(workflow, storage, "5");
    told = drive(run);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK(told.kinds[WF_EVENT_OUTPUT] == 0 && wf_run_superstep(run) == 1);
    wf_run_free(run);
    options.storage = storage;
    CHECK_OK(wf_run_resume(workflow, &options, NULL, &run, &error));
    CHECK_TEXT("5", drive(run).output);
    CHECK_FAILS(WF_E_MISUSE, wf_context_halt(NULL, &error), "context is NULL");
    wf_run_free(run);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

int main(void) {
    RUN(further_inputs);
    RUN(cancelled_while_waiting);
    RUN(cancelled_before_it_began);
    RUN(halted);
    FINISH();
}
