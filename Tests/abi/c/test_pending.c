/* A callback that returns WF_PENDING ends later, from any thread, exactly once. */
#include <pthread.h>

#include "story.h"

/* What a callback leaves for somebody else to finish. */
struct desk {
    pthread_mutex_t mutex;
    wf_context_t *contexts[4];
    int count;
};

static wf_status_t leave(void *user_data, wf_context_t *context, const char *input, size_t length) {
    struct desk *desk = user_data;

    (void)input, (void)length;
    pthread_mutex_lock(&desk->mutex);
    desk->contexts[desk->count++] = context;
    pthread_mutex_unlock(&desk->mutex);
    return WF_PENDING;
}

static wf_builder_t *story_at(struct desk *desk) {
    wf_executor_t executor = WF_EXECUTOR_INIT;
    wf_builder_t *builder = NULL;

    executor.invoke = leave;
    executor.user_data = desk;
    builder = story_of("slow", &executor);
    return builder;
}

/* Drives until the run waits for a context. */
static void drive_to_the_desk(wf_run_t *run) {
    wf_event_t *event = NULL;
    wf_status_t status;

    while ((status = wf_run_next(run, 0, &event, &error)) == WF_OK) wf_event_free(event);
    CHECK_STATUS(WF_TIMEOUT, status);
    CHECK(event == NULL);
}

static void *clerk(void *user_data) {
    wf_context_t *context = user_data;

    usleep(20000);
    if (wf_context_output(context, "\"late\"", WF_NUL, NULL) != WF_OK) return "output";
    return wf_context_finish(context, WF_OK, NULL) == WF_OK ? NULL : "finish";
}

static void finished_from_another_thread(void) {
    struct desk desk = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    wf_workflow_t *workflow = built(story_at(&desk));
    wf_run_t *run = started(workflow, NULL, "1");
    wf_event_t *event = NULL;
    pthread_t thread;
    void *complaint = NULL;
    struct told told = {0};

    drive_to_the_desk(run);
    CHECK(desk.count == 1 && wf_run_state(run) == WF_RUN_IN_PROGRESS);
    CHECK_STATUS(WF_TIMEOUT, wf_run_next(run, 5, &event, &error));
    CHECK(pthread_create(&thread, NULL, clerk, desk.contexts[0]) == 0);
    while ((told.end = wf_run_next(run, -1, &event, &error)) == WF_OK) {
        if (wf_event_kind(event) == WF_EVENT_OUTPUT) CHECK_TEXT("\"late\"", wf_event_data(event, NULL));
        told.kinds[wf_event_kind(event)]++;
        wf_event_free(event);
    }
    pthread_join(thread, &complaint);
    CHECK(complaint == NULL);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK(told.kinds[WF_EVENT_OUTPUT] == 1 && told.kinds[WF_EVENT_EXECUTOR_COMPLETED] == 1);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static void finished_with_a_failure(void) {
    struct desk desk = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    wf_workflow_t *workflow = built(story_at(&desk));
    wf_run_t *run = started(workflow, NULL, "1");

    drive_to_the_desk(run);
    CHECK(wf_context_fail(desk.contexts[0], "Late", "the clerk went home", WF_NUL) == WF_E_EXECUTOR);
    CHECK_OK(wf_context_finish(desk.contexts[0], WF_E_HOST - 3, &error));
    CHECK_FAILS(WF_E_HOST - 3, drive(run).end, "the clerk went home");
    CHECK(wf_run_state(run) == WF_RUN_FAILED);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static void finished_after_the_run_is_gone(void) {
    struct desk desk = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    wf_workflow_t *workflow = built(story_at(&desk));
    wf_run_t *run = started(workflow, NULL, "1");

    drive_to_the_desk(run);
    wf_run_free(run);
    wf_workflow_free(workflow);
    CHECK_TEXT("slow", wf_context_executor_id(desk.contexts[0]));
    CHECK_FAILS(WF_E_CLOSED, wf_context_output(desk.contexts[0], "1", 1, &error), "'slow'");
    CHECK_FAILS(WF_E_CLOSED, wf_context_finish(desk.contexts[0], WF_OK, &error), "run", "'slow'");
}

static wf_status_t finish_twice(void *user_data, wf_context_t *context, const char *input, size_t length) {
    wf_context_output(context, input, length, NULL);
    wf_context_finish(context, WF_OK, NULL);
    return *(const wf_status_t *)user_data;
}

/* The first end counts; what the callback returns after it changes nothing. */
static void finished_twice(void) {
    const wf_status_t returned[] = {WF_PENDING, WF_OK, WF_E_EXECUTOR};

    for (size_t i = 0; i < sizeof returned / sizeof *returned; i++) {
        wf_executor_t executor = WF_EXECUTOR_INIT;

        executor.invoke = finish_twice;
        executor.user_data = (void *)&returned[i];
        wf_workflow_t *workflow = built(story_of("eager", &executor));
        struct told told = tell(workflow, NULL, "5");
        CHECK_TEXT("5", told.output);
        CHECK(told.kinds[WF_EVENT_EXECUTOR_COMPLETED] == 1);
        wf_workflow_free(workflow);
    }
}

static void finished_with_what_is_no_end(void) {
    struct desk desk = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    wf_workflow_t *workflow = built(story_at(&desk));
    wf_run_t *run = started(workflow, NULL, "1");

    drive_to_the_desk(run);
    CHECK_FAILS(WF_E_MISUSE, wf_context_finish(NULL, WF_OK, &error), "context", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_context_finish((wf_context_t *)run, WF_OK, &error), "context");
    CHECK_FAILS(WF_E_INVALID, wf_context_finish(desk.contexts[0], WF_PENDING, &error), "3", "status");
    CHECK_FAILS(WF_E_EXECUTOR, drive(run).end, "'slow'");
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static void two_at_once(void) {
    struct desk desk = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    const char *targets[] = {"slow", "slower"};
    wf_executor_t executor = WF_EXECUTOR_INIT;
    wf_builder_t *builder = story(relay);

    executor.invoke = leave;
    executor.user_data = &desk;
    CHECK_OK(wf_builder_add_executor(builder, "slow", &executor, &error));
    CHECK_OK(wf_builder_add_executor(builder, "slower", &executor, &error));
    CHECK_OK(wf_builder_add_fan_out_edges(builder, "first", targets, 2, &error));
    wf_workflow_t *workflow = built(builder);
    wf_run_t *run = started(workflow, NULL, "1");
    drive_to_the_desk(run);
    CHECK(desk.count == 2);
    CHECK_OK(wf_context_finish(desk.contexts[1], WF_OK, &error));
    drive_to_the_desk(run);
    CHECK_OK(wf_context_finish(desk.contexts[0], WF_OK, &error));
    CHECK_STATUS(WF_DONE, drive(run).end);
    CHECK(wf_run_superstep(run) == 2);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

int main(void) {
    RUN(finished_from_another_thread);
    RUN(finished_with_a_failure);
    RUN(finished_after_the_run_is_gone);
    RUN(finished_twice);
    RUN(finished_with_what_is_no_end);
    RUN(two_at_once);
    FINISH();
}
