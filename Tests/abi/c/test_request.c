/* An executor asks; anybody answers, once, from any thread; what is pending is in the checkpoint. */
#include <pthread.h>

#include "story.h"

/* Asks "how many" times, as the input says, and tells each answer together with its question. */
static wf_status_t asker(void *user_data, wf_context_t *context, const char *input, size_t length) {
    char text[TEXT];
    const char *id = wf_context_request_id(context);

    (void)user_data, (void)length;
    if (id != NULL) {
        snprintf(text, sizeof text, "[%s,%s]", wf_context_request_data(context, NULL), input);
        return wf_context_output(context, text, WF_NUL, NULL);
    }
    CHECK_TEXT("null", wf_context_request_data(context, NULL));
    for (int i = 0; i < atoi(input); i++) {
        snprintf(text, sizeof text, "\"question %d\"", i);
        CHECK_OK(wf_context_request_info(context, NULL, text, WF_NUL, "string|null", &error));
    }
    return WF_OK;
}

static void respond(wf_run_t *run, const char *id, const char *answer) {
    CHECK_OK(wf_run_respond(run, id, answer, WF_NUL, &error));
}

static void check_pending(wf_run_t *run, const char *first, const char *second) {
    char *list = NULL;

    CHECK_OK(wf_run_pending_requests(run, &list, NULL, &error));
    CHECK((strstr(list, "first.1.0.0") != NULL) == (first != NULL));
    CHECK((strstr(list, "first.1.0.1") != NULL) == (second != NULL));
    wf_free(list);
}

static void asked_and_answered(void) {
    wf_workflow_t *workflow = built(story(asker));
    wf_run_t *run = started(workflow, NULL, "2");
    wf_event_t *event = drive_to(run, WF_EVENT_REQUEST_INFO);
    struct told told;

    CHECK_TEXT("first.1.0.0", wf_event_request_id(event));
    CHECK_TEXT("first", wf_event_executor_id(event));
    CHECK_TEXT("\"question 0\"", wf_event_data(event, NULL));
    CHECK(strstr(wf_event_json(event, NULL), "\"response_type\":\"string|null\"") != NULL);
    wf_event_free(event);
    respond(run, "first.1.0.0", "\"early\""); /* before the superstep has committed */
    told = drive(run);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK_TEXT("[\"question 0\",\"early\"]", told.output);
    CHECK(wf_run_state(run) == WF_RUN_IDLE_WITH_PENDING_REQUESTS);
    check_pending(run, NULL, "first.1.0.1");

    CHECK_FAILS(WF_E_INVALID, wf_run_respond(run, "first.1.0.1", "5", 1, &error), "string|null", "integer", "stays pending");
    CHECK_FAILS(WF_E_JSON, wf_run_respond(run, "first.1.0.1", "{", 1, &error), "the answer");
    CHECK_FAILS(WF_E_CONFLICT, wf_run_respond(run, "first.1.0.0", "null", 4, &error), "first.1.0.0", "already");
    CHECK_FAILS(WF_E_NOTFOUND, wf_run_respond(run, "nobody", "null", 4, &error), "nobody");
    CHECK_FAILS(WF_E_MISUSE, wf_run_respond(run, NULL, "null", 4, &error), "NULL");
    check_pending(run, NULL, "first.1.0.1");
    respond(run, "first.1.0.1", "null");
    told = drive(run);
    CHECK_TEXT("[\"question 1\",null]", told.output);
    CHECK(wf_run_state(run) == WF_RUN_IDLE);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

/* The events are not wanted, but what is pending is known all the same; so it is in another run of the checkpoint. */
static void hidden_and_resumed(void) {
    wf_workflow_t *workflow = built(story(asker));
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_storage_t *storage = NULL;
    wf_run_t *run = NULL;
    struct told told;

    CHECK_OK(wf_storage_open("memory:", &storage, &error));
    options.storage = storage;
    options.hidden_events = WF_EVENT_BIT(WF_EVENT_REQUEST_INFO);
    CHECK_OK(wf_run_start(workflow, &options, "2", 1, &run, &error));
    told = drive(run);
    CHECK(told.kinds[WF_EVENT_REQUEST_INFO] == 0);
    check_pending(run, "first.1.0.0", "first.1.0.1");
    CHECK_OK(wf_run_withdraw(run, "first.1.0.1", &error));
    CHECK_FAILS(WF_E_CONFLICT, wf_run_withdraw(run, "first.1.0.1", &error), "withdrawn");
    drive(run);
    wf_run_free(run);

    options.hidden_events = 0;
    CHECK_OK(wf_run_resume(workflow, &options, NULL, &run, &error));
    check_pending(run, "first.1.0.0", NULL);
    respond(run, "first.1.0.0", "\"at once\"");
    told = drive(run);
    CHECK(told.kinds[WF_EVENT_REQUEST_INFO] == 0); /* answered before it was told again */
    CHECK_TEXT("[\"question 0\",\"at once\"]", told.output);
    CHECK(wf_run_state(run) == WF_RUN_IDLE);
    wf_run_free(run);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

static void *answer_late(void *user_data) {
    usleep(20000);
    return wf_run_respond(user_data, "mine", "\"x\"", WF_NUL, NULL) == WF_OK ? NULL : "respond";
}

static wf_context_t *kept;

/* Asks, and stays pending, so that the run waits. */
static wf_status_t asks_and_waits(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data, (void)input, (void)length;
    if (wf_context_request_id(context) != NULL) return wf_context_output(context, input, length, NULL);
    kept = context;
    return WF_PENDING;
}

static void answered_from_another_thread(void) {
    wf_workflow_t *workflow = built(story(asks_and_waits));
    wf_run_t *run = started(workflow, NULL, "1");
    wf_event_t *event = NULL;
    void *complaint = NULL;
    pthread_t thread;
    struct told told;

    while (wf_run_next(run, 0, &event, &error) == WF_OK) wf_event_free(event);
    CHECK_OK(wf_context_request_info(kept, "mine", "1", 1, NULL, &error));
    CHECK_OK(wf_context_finish(kept, WF_OK, &error));
    wf_event_free(drive_to(run, WF_EVENT_REQUEST_INFO));
    CHECK(pthread_create(&thread, NULL, answer_late, run) == 0);
    drive(run);
    pthread_join(thread, &complaint);
    CHECK(complaint == NULL);
    told = drive(run);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK(wf_run_state(run) == WF_RUN_IDLE);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static wf_status_t asks_again(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data, (void)input, (void)length;
    return wf_context_request_info(context, "again", "1", 1, NULL, NULL);
}

static void an_id_can_be_used_again(void) {
    wf_workflow_t *workflow = built(story(asks_again));
    wf_run_t *run = started(workflow, NULL, "1");

    for (int i = 0; i < 3; i++) {
        CHECK(drive(run).kinds[WF_EVENT_REQUEST_INFO] == 1);
        respond(run, "again", "1");
        CHECK_FAILS(WF_E_CONFLICT, wf_run_respond(run, "again", "1", 1, &error), "already");
    }
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static void bad_requests(void) {
    wf_workflow_t *workflow = built(story(asks_and_waits));
    wf_run_t *run = started(workflow, NULL, "1");
    wf_event_t *event = NULL;
    struct told told;

    while (wf_run_next(run, 0, &event, &error) == WF_OK) wf_event_free(event);
    CHECK_FAILS(WF_E_INVALID, wf_context_request_info(kept, "", "1", 1, NULL, &error), "request id is empty");
    CHECK_FAILS(WF_E_JSON, wf_context_request_info(kept, "x", "{", 1, NULL, &error), "the request");
    CHECK_FAILS(WF_E_MISUSE, wf_context_request_info(NULL, "x", "1", 1, NULL, &error), "context is NULL");
    CHECK_OK(wf_context_request_info(kept, "x", "1", 1, NULL, &error));
    CHECK_OK(wf_context_request_info(kept, "x", "1", 1, NULL, &error));
    CHECK_OK(wf_context_finish(kept, WF_OK, &error));
    told = drive(run);
    CHECK_FAILS(WF_E_EXISTS, told.end, "'x'");
    CHECK_FAILS(WF_E_CLOSED, wf_run_respond(run, "x", "1", 1, &error), "FAILED");
    CHECK_FAILS(WF_E_CLOSED, wf_run_input(run, "1", 1, &error), "FAILED");
    wf_run_free(run);
    wf_workflow_free(workflow);
}

int main(void) {
    RUN(asked_and_answered);
    RUN(hidden_and_resumed);
    RUN(answered_from_another_thread);
    RUN(an_id_can_be_used_again);
    RUN(bad_requests);
    FINISH();
}
