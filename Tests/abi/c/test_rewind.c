/* A live run goes back to one of its checkpoints, or stays exactly as it is and says why. */
#include <pthread.h>

#include "story.h"

/* Counts in its private state, and goes round until 4. */
static wf_status_t count(void *user_data, wf_context_t *context, const char *input, size_t length) {
    char text[32];

    (void)user_data, (void)length;
    snprintf(text, sizeof text, "%d", atoi(input) + 1);
    wf_context_set_state(context, WF_SCOPE_EXECUTOR, "n", text, WF_NUL, NULL);
    if (atoi(text) == 4) return wf_context_output(context, text, WF_NUL, NULL);
    return wf_context_send(context, NULL, text, WF_NUL, NULL);
}

static wf_workflow_t *counting(void) {
    wf_builder_t *builder = story(count);

    CHECK_OK(wf_builder_add_edge(builder, "first", "first", NULL, &error));
    return built(builder);
}

static wf_storage_t *in_memory(void) {
    wf_storage_t *storage = NULL;

    CHECK_OK(wf_storage_open("memory:", &storage, &error));
    return storage;
}

/* A run behind its first superstep, and the id of its checkpoint. */
static wf_run_t *half_way(wf_workflow_t *workflow, wf_storage_t *storage, char id[TEXT]) {
    wf_run_t *run = started(workflow, storage, "0");

    while (wf_run_superstep(run) < 1) wf_event_free(drive_to(run, WF_EVENT_SUPERSTEP_COMPLETED));
    latest(storage, id);
    return run;
}

static void goes_back_and_on(void) {
    wf_workflow_t *workflow = counting();
    wf_storage_t *storage = in_memory();
    char id[TEXT];
    wf_run_t *run = half_way(workflow, storage, id);
    uint64_t last = drive(run).last;

    forget_error();
    for (int i = 0; i < 3; i++) {
        CHECK_OK(wf_run_rewind(run, id, &error));
        CHECK(wf_run_state(run) == WF_RUN_IN_PROGRESS && wf_run_superstep(run) == 1);
        struct told told = drive(run);
        CHECK_STATUS(WF_DONE, told.end);
        CHECK_TEXT("4", told.output);
        CHECK(told.kinds[WF_EVENT_STARTED] == 1 && told.kinds[WF_EVENT_SUPERSTEP_COMPLETED] == 3);
        CHECK(told.last == last + told.events);
        last = told.last;
    }
    CHECK(count_checkpoints(storage) == 5 + 3 * 3);
    wf_run_free(run);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

static void by_document_without_a_storage(void) {
    wf_workflow_t *workflow = counting();
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;
    char *json = NULL;
    size_t length = 0;

    options.flags = WF_RUN_CHECKPOINTS;
    CHECK_OK(wf_run_start(workflow, &options, "0", WF_NUL, &run, &error));
    CHECK_FAILS(WF_E_NOTFOUND, wf_run_rewind(run, NULL, &error), "no checkpoint yet");
    wf_event_free(drive_to(run, WF_EVENT_SUPERSTEP_COMPLETED));
    CHECK_OK(wf_run_checkpoint(run, &json, &length, &error));
    CHECK_STATUS(WF_DONE, drive(run).end);
    CHECK_OK(wf_run_rewind_document(run, json, length, &error));
    CHECK_TEXT("4", drive(run).output);
    forget_error();
    CHECK_OK(wf_run_rewind(run, NULL, &error));
    CHECK_STATUS(WF_DONE, drive(run).end);
    for (size_t cut = 1; cut + 1 < length; cut += 1 + length / 20) {
        CHECK_FAILS(WF_E_JSON, wf_run_rewind_document(run, json, cut, &error), "checkpoint", "byte");
    }
    CHECK(wf_run_state(run) == WF_RUN_IDLE && wf_run_superstep(run) == 4);
    wf_free(json);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static void refusals_change_nothing(void) {
    wf_workflow_t *workflow = counting(), *other = built(story_of_two(relay, echo));
    wf_storage_t *storage = in_memory(), *foreign = in_memory();
    char id[TEXT], others[TEXT], *json = NULL;
    wf_run_t *run, *plain = started(workflow, NULL, "0");

    tell(other, foreign, "0");
    latest(foreign, others);
    CHECK_OK(wf_storage_load(foreign, others, &json, NULL, &error));
    run = half_way(workflow, storage, id);
    CHECK_FAILS(WF_E_MISUSE, wf_run_rewind(NULL, id, &error), "run", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_run_rewind((wf_run_t *)workflow, id, &error), "run");
    CHECK_FAILS(WF_E_NOTFOUND, wf_run_rewind(run, "gone", &error), "'gone'");
    CHECK_FAILS(WF_E_INVALID, wf_run_rewind(run, "../x", &error), "id");
    CHECK_FAILS(WF_E_INVALID, wf_run_rewind(run, "\xff", &error), "UTF-8");
    CHECK_FAILS(WF_E_INVALID, wf_run_rewind(plain, id, &error), "no storage");
    CHECK_FAILS(WF_E_MISUSE, wf_run_rewind_document(run, NULL, 9, &error), "NULL");
    CHECK_FAILS(WF_E_CHECKPOINT, wf_run_rewind_document(run, "{}", WF_NUL, &error), "format");
    CHECK_FAILS(WF_E_MISMATCH, wf_run_rewind_document(run, json, WF_NUL, &error), "graph");
    wf_free(json);
    wf_storage_free(foreign);
    foreign = in_memory();
    tell(workflow, foreign, "0");
    latest(foreign, others);
    CHECK_OK(wf_storage_load(foreign, others, &json, NULL, &error));
    CHECK_FAILS(WF_E_INVALID, wf_run_rewind_document(run, json, WF_NUL, &error), "belongs to the run", wf_run_id(run));
    struct told told = drive(run);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK(told.kinds[WF_EVENT_STARTED] == 0 && told.kinds[WF_EVENT_SUPERSTEP_COMPLETED] == 3);
    wf_free(json);
    wf_run_free(run);
    wf_run_free(plain);
    wf_storage_free(storage);
    wf_storage_free(foreign);
    wf_workflow_free(workflow);
    wf_workflow_free(other);
}

static wf_run_t *driven;

static wf_status_t rewind_oneself(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    CHECK_FAILS(WF_E_REENTRANT, wf_run_rewind(driven, NULL, &error), "callback");
    return wf_context_output(context, input, length, NULL);
}

static void not_inside_a_callback(void) {
    wf_workflow_t *workflow = built(story(rewind_oneself));
    wf_storage_t *storage = in_memory();

    driven = started(workflow, storage, "1");
    CHECK_TEXT("1", drive(driven).output);
    forget_error();
    wf_run_free(driven);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

static wf_context_t *contexts[4];
static int context_count;

static wf_status_t leave(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data, (void)input, (void)length;
    contexts[context_count++] = context;
    return WF_PENDING;
}

/* Drives until the run waits. */
static void drive_to_the_wait(wf_run_t *run) {
    wf_event_t *event = NULL;
    wf_status_t status;

    while ((status = wf_run_next(run, 0, &event, &error)) == WF_OK) wf_event_free(event);
    CHECK_STATUS(WF_TIMEOUT, status);
}

static void *finish_late(void *user_data) {
    wf_error_t *late = NULL;
    wf_status_t status = wf_context_finish(user_data, WF_OK, &late);
    int told = status == WF_E_CLOSED && strstr(wf_error_message(late, NULL), "restored") != NULL;

    wf_error_free(late);
    return told ? NULL : "finished";
}

/* A call of before ends while the same executor is called anew: the run must not take the one for the other. */
static void calls_of_before_count_no_more(void) {
    wf_workflow_t *workflow = built(story(leave));
    wf_storage_t *storage = in_memory();
    wf_run_t *run = started(workflow, storage, "1");
    pthread_t thread;
    void *complaint = "not joined";

    drive_to_the_wait(run);
    CHECK_FAILS(WF_E_BUSY, wf_run_rewind(run, NULL, &error), "during a superstep", "cancel");
    CHECK(!wf_context_is_cancelled(contexts[0]));
    CHECK_OK(wf_run_cancel(run, NULL, &error));
    CHECK_FAILS(WF_E_CANCELLED, drive(run).end, "cancelled");
    CHECK_OK(wf_run_rewind(run, NULL, &error));
    CHECK(wf_context_is_cancelled(contexts[0]));
    drive_to_the_wait(run);
    CHECK(context_count == 2 && !wf_context_is_cancelled(contexts[1]));
    CHECK_FAILS(WF_E_CLOSED, wf_context_output(contexts[0], "1", 1, &error), "restored");
    CHECK(pthread_create(&thread, NULL, finish_late, contexts[0]) == 0);
    pthread_join(thread, &complaint);
    CHECK(complaint == NULL);
    drive_to_the_wait(run);
    CHECK_OK(wf_context_output(contexts[1], "2", 1, &error));
    CHECK_OK(wf_context_finish(contexts[1], WF_OK, &error));
    struct told told = drive(run);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK_TEXT("2", told.output);
    wf_run_free(run);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

static wf_status_t ask(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    if (wf_context_request_id(context) != NULL) return wf_context_output(context, input, length, NULL);
    return wf_context_request_info(context, "q", "\"how many?\"", WF_NUL, "integer", NULL);
}

static volatile int answered_enough;

static void *answer(void *user_data) {
    while (!__atomic_load_n(&answered_enough, __ATOMIC_RELAXED)) {
        wf_run_respond(user_data, "q", "7", 1, NULL);
        wf_run_cancel(user_data, "a race", NULL);
        usleep(10);
    }
    return NULL;
}

static void answers_and_cancels_race_it(void) {
    wf_workflow_t *workflow = built(story(ask));
    wf_storage_t *storage = in_memory();
    wf_run_t *run = started(workflow, storage, "1");
    wf_event_t *event = NULL;
    pthread_t threads[2];
    char id[TEXT];

    CHECK_STATUS(WF_DONE, drive(run).end);
    latest(storage, id);
    for (int i = 0; i < 2; i++) CHECK(pthread_create(&threads[i], NULL, answer, run) == 0);
    for (int round = 0; round < 300; round++) {
        CHECK_OK(wf_run_rewind(run, id, &error));
        while (wf_run_next(run, 0, &event, NULL) == WF_OK) wf_event_free(event);
    }
    __atomic_store_n(&answered_enough, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    CHECK_OK(wf_run_rewind(run, id, &error));
    CHECK_OK(wf_run_respond(run, "q", "8", 1, &error));
    CHECK_TEXT("8", drive(run).output);
    forget_error();
    wf_run_free(run);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

/* Reads what it has, changes one digit, writes it: at first with space around, as people write it. */
static wf_status_t change_a_digit(void *user_data, wf_context_t *context, const char *input, size_t length) {
    char text[400];
    const char *known = NULL;

    (void)user_data, (void)input, (void)length;
    snprintf(text, sizeof text, " {\"a\":\"%0*d\",\"n\":1234567}\n", 100, 0);
    if (wf_context_get_state(context, WF_SCOPE_EXECUTOR, "k", &known, NULL, &error) == WF_OK) {
        snprintf(text, sizeof text, "%s", known);
        CHECK(strstr(text, "1234567") != NULL);
        strstr(text, "1234567")[6] = '9';
    }
    return wf_context_set_state(context, WF_SCOPE_EXECUTOR, "k", text, WF_NUL, NULL);
}

static void space_around_a_value_does_not_shift_it(const char *url) {
    wf_workflow_t *workflow = built(story(change_a_digit));
    wf_storage_t *storage = NULL;
    char id[TEXT], *json = NULL;

    CHECK_OK(wf_storage_open(url, &storage, &error));
    wf_run_t *run = started(workflow, storage, "0");
    CHECK_STATUS(WF_DONE, drive(run).end);
    CHECK_OK(wf_run_rewind(run, NULL, &error));
    CHECK_OK(wf_run_input(run, "1", 1, &error));
    CHECK_STATUS(WF_DONE, drive(run).end);
    latest(storage, id);
    CHECK_OK(wf_storage_load(storage, id, &json, NULL, &error));
    CHECK(json != NULL && strstr(json, "\"n\":1234569}") != NULL);
    wf_free(json);
    wf_run_free(run);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

static void space_in_a_database(void) { space_around_a_value_does_not_shift_it("sqlite:space.db"); }
static void space_in_memory(void) { space_around_a_value_does_not_shift_it("memory:"); }

int main(void) {
    RUN(goes_back_and_on);
    RUN(by_document_without_a_storage);
    RUN(refusals_change_nothing);
    RUN(not_inside_a_callback);
    RUN(calls_of_before_count_no_more);
    RUN(answers_and_cancels_race_it);
    RUN(space_in_a_database);
    RUN(space_in_memory);
    FINISH();
}
