/* An executor with WF_POLLED is never called: whoever polls takes its messages, and finishes them from any thread. */
#include <pthread.h>

#include "story.h"

static int finalized;

static void finalize(void *user_data) {
    (void)user_data;
    finalized++;
}

static wf_executor_t polled(void) {
    wf_executor_t executor = WF_EXECUTOR_INIT;

    executor.flags = WF_POLLED;
    executor.finalizer = finalize;
    return executor;
}

/* first -> last, both polled. */
static wf_workflow_t *polled_story(void) {
    wf_executor_t executor = polled();
    wf_builder_t *builder = story_of("first", &executor);

    CHECK_OK(wf_builder_add_executor(builder, "last", &executor, &error));
    CHECK_OK(wf_builder_add_edge(builder, "first", "last", NULL, &error));
    return built(builder);
}

/* Drives as far as it goes without waiting. */
static struct told drive_on(wf_run_t *run) {
    struct told told = {0};
    wf_event_t *event = NULL;

    while ((told.end = wf_run_next(run, 0, &event, &error)) == WF_OK) listen(&told, event);
    return told;
}

static void one_thread_in_turns(void) {
    wf_workflow_t *workflow = polled_story();
    wf_run_t *run = started(workflow, NULL, "[1]");
    wf_context_t *context = NULL;
    size_t length = 0;

    CHECK_STATUS(WF_TIMEOUT, wf_run_poll(run, 0, &context, &error));
    CHECK(context == NULL);
    CHECK_STATUS(WF_TIMEOUT, drive_on(run).end);
    CHECK_OK(wf_run_poll(run, 0, &context, &error));
    CHECK_TEXT("first", wf_context_executor_id(context));
    CHECK_TEXT("[1]", wf_context_input(context, &length));
    CHECK(length == 3);
    CHECK_OK(wf_context_send(context, NULL, "[2]", WF_NUL, &error));
    CHECK_OK(wf_context_finish(context, WF_OK, &error));
    CHECK_STATUS(WF_TIMEOUT, drive_on(run).end);
    CHECK_OK(wf_run_poll(run, 0, &context, &error));
    CHECK_TEXT("last", wf_context_executor_id(context));
    CHECK_OK(wf_context_output(context, "[3]", WF_NUL, &error));
    CHECK_TEXT("[3]", drive_on(run).output);
    CHECK_OK(wf_context_finish(context, WF_DONE, &error));
    CHECK_STATUS(WF_DONE, drive_on(run).end);
    CHECK_STATUS(WF_DONE, wf_run_poll(run, -1, &context, &error));
    CHECK(context == NULL && wf_run_superstep(run) == 2);
    CHECK_OK(wf_run_input(run, "[4]", WF_NUL, &error));
    CHECK_STATUS(WF_TIMEOUT, wf_run_poll(run, 5, &context, &error));
    wf_run_free(run);
    wf_workflow_free(workflow);
}

/* Three threads poll, one drives. */
static void *serve(void *user_data) {
    wf_run_t *run = user_data;
    wf_context_t *context = NULL;
    wf_status_t status;
    intptr_t wrong = 0;

    while ((status = wf_run_poll(run, -1, &context, NULL)) == WF_OK) {
        size_t length = 0;
        const char *input = wf_context_input(context, &length);

        if (strcmp(wf_context_executor_id(context), "first") == 0) {
            for (int i = 0; i < 20; i++) wrong += wf_context_send(context, NULL, input, length, NULL) != WF_OK;
        } else {
            wrong += wf_context_output(context, input, length, NULL) != WF_OK;
        }
        wrong += wf_context_finish(context, WF_OK, NULL) != WF_OK;
    }
    return (void *)(wrong + (status != WF_DONE));
}

static void many_threads(void) {
    wf_workflow_t *workflow = polled_story();
    wf_run_t *run = started(workflow, NULL, "[1]");
    pthread_t threads[3];

    for (int i = 0; i < 3; i++) CHECK(pthread_create(&threads[i], NULL, serve, run) == 0);
    struct told told = drive(run);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK(told.kinds[WF_EVENT_OUTPUT] == 20);
    for (int i = 0; i < 3; i++) {
        void *wrong = NULL;

        pthread_join(threads[i], &wrong);
        CHECK(wrong == NULL);
    }
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static void after_a_cancel(void) {
    wf_workflow_t *workflow = polled_story();
    wf_run_t *run = started(workflow, NULL, "[1]");
    wf_context_t *context = NULL, *none = NULL;

    drive_on(run);
    CHECK_OK(wf_run_poll(run, 0, &context, &error));
    CHECK_OK(wf_run_cancel(run, "enough", &error));
    CHECK(wf_context_is_cancelled(context) == 1);
    CHECK_FAILS(WF_E_CLOSED, wf_run_poll(run, -1, &none, &error), "run", "cancelled");
    CHECK_FAILS(WF_E_CANCELLED, drive_on(run).end, "enough");
    CHECK_FAILS(WF_E_CLOSED, wf_run_poll(run, -1, &none, &error), "run", "cancelled");
    CHECK(none == NULL);
    CHECK_OK(wf_context_finish(context, WF_OK, &error));
    CHECK_FAILS(WF_E_CANCELLED, drive_on(run).end, "enough");
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static void a_failure(void) {
    wf_workflow_t *workflow = polled_story();
    wf_run_t *run = started(workflow, NULL, "[1]");
    wf_context_t *context = NULL;

    drive_on(run);
    CHECK_OK(wf_run_poll(run, 0, &context, &error));
    wf_context_fail(context, "Strike", "nobody polls", WF_NUL);
    CHECK_OK(wf_context_finish(context, WF_E_HOST, &error));
    CHECK_FAILS(WF_E_HOST, drive_on(run).end, "nobody polls");
    CHECK_FAILS(WF_E_CLOSED, wf_run_poll(run, -1, &context, &error), "failed");
    wf_run_free(run);
    wf_workflow_free(workflow);
}

/* The host's code goes with the run; what is never finished does not keep it. */
static void never_finished(void) {
    wf_executor_t executor = polled();
    wf_context_t *context = NULL;

    finalized = 0;
    wf_workflow_t *workflow = built(story_of("first", &executor));
    wf_run_t *run = started(workflow, NULL, "[1]");
    drive_on(run);
    CHECK_OK(wf_run_poll(run, 0, &context, &error));
    wf_run_free(run);
    CHECK(finalized == 0);
    wf_workflow_free(workflow);
    CHECK(finalized == 1);
    CHECK_TEXT("first", wf_context_executor_id(context));
    CHECK_TEXT("[1]", wf_context_input(context, NULL));
    CHECK(wf_context_is_cancelled(context) == 1);
    CHECK_FAILS(WF_E_CLOSED, wf_context_output(context, "1", 1, &error), "'first'", "gone");
    CHECK_FAILS(WF_E_CLOSED, wf_context_finish(context, WF_OK, &error), "'first'", "gone");
}

/* Freeing a run wakes whoever waits in it. */
static void *wait_for_ever(void *user_data) {
    wf_context_t *context = NULL;

    return (void *)(intptr_t)(wf_run_poll(user_data, -1, &context, NULL) != WF_E_CLOSED || context != NULL);
}

static void freed_while_polled(void) {
    wf_workflow_t *workflow = built(story(echo));
    wf_run_t *run = started(workflow, NULL, "1");
    pthread_t thread;
    void *wrong = NULL;

    CHECK(pthread_create(&thread, NULL, wait_for_ever, run) == 0);
    usleep(50000);
    wf_run_free(run);
    pthread_join(thread, &wrong);
    CHECK(wrong == NULL);
    wf_workflow_free(workflow);
}

static void what_is_wrong(void) {
    wf_executor_t executor = polled();
    wf_builder_t *builder = story_of("first", &executor);
    wf_condition_t condition = WF_CONDITION_INIT;
    wf_context_t *context = NULL;

    executor.invoke = echo;
    CHECK_FAILS(WF_E_INVALID, wf_builder_add_executor(builder, "both", &executor, &error), "'both'", "WF_POLLED", "NULL");
    executor.flags = 0;
    executor.invoke = NULL;
    CHECK_FAILS(WF_E_MISUSE, wf_builder_add_executor(builder, "none", &executor, &error), "'none'", "invoke", "NULL");
    condition.flags = WF_POLLED;
    condition.name = "c";
    CHECK_FAILS(WF_E_UNSUPPORTED, wf_builder_add_condition(builder, &condition, &error), "flags", "4");
    wf_builder_free(builder);
    wf_workflow_t *workflow = polled_story();
    wf_run_t *run = started(workflow, NULL, "1");
    CHECK_FAILS(WF_E_MISUSE, wf_run_poll(NULL, 0, &context, &error), "run", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_run_poll((wf_run_t *)workflow, 0, &context, &error), "run");
    CHECK_FAILS(WF_E_MISUSE, wf_run_poll(run, 0, NULL, &error), "context", "NULL");
    wf_run_free(run);
    wf_workflow_free(workflow);
}

int main(void) {
    RUN(one_thread_in_turns);
    RUN(many_threads);
    RUN(after_a_cancel);
    RUN(a_failure);
    RUN(never_finished);
    RUN(freed_while_polled);
    RUN(what_is_wrong);
    FINISH();
}
