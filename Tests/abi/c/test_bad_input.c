/* What a host does wrong, or too late, gets its own answer; the run, or its last checkpoint, is as good as before. */
#include <pthread.h>

#include "story.h"

/* Asks when it is started, and tells the answer. */
static wf_status_t asks(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    if (wf_context_request_id(context) != NULL) return wf_context_output(context, input, length, NULL);
    return wf_context_request_info(context, "q", "\"?\"", WF_NUL, "integer", NULL);
}

static wf_run_t *resumed(wf_workflow_t *workflow, wf_storage_t *storage) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;

    options.storage = storage;
    CHECK_OK(wf_run_resume(workflow, &options, NULL, &run, &error));
    return run;
}

static wf_storage_t *memory(void) {
    wf_storage_t *storage = NULL;

    CHECK_OK(wf_storage_open("memory:", &storage, &error));
    return storage;
}

/* Unknown, wrong, late: none of these answers does anything, and the right one still counts. */
static void answers(void) {
    wf_workflow_t *workflow = built(story(asks));
    wf_run_t *run = started(workflow, NULL, "1");

    CHECK_FAILS(WF_E_NOTFOUND, wf_run_respond(run, "q", "1", 1, &error), "'q'"); /* not asked yet */
    drive(run);
    CHECK_FAILS(WF_E_NOTFOUND, wf_run_respond(run, "p", "1", 1, &error), "'p'");
    CHECK_FAILS(WF_E_INVALID, wf_run_respond(run, "q", "\"1\"", 3, &error), "'q'", "integer", "string");
    CHECK_FAILS(WF_E_JSON, wf_run_respond(run, "q", "1 2", 3, &error), "the answer");
    CHECK(drive(run).events == 0 && wf_run_state(run) == WF_RUN_IDLE_WITH_PENDING_REQUESTS);
    CHECK_OK(wf_run_respond(run, "q", "1", 1, &error));
    CHECK_FAILS(WF_E_CONFLICT, wf_run_respond(run, "q", "2", 1, &error), "'q'", "already");
    CHECK_FAILS(WF_E_CONFLICT, wf_run_withdraw(run, "q", &error), "'q'", "already");
    CHECK_TEXT("1", drive(run).output);
    CHECK_FAILS(WF_E_CONFLICT, wf_run_respond(run, "q", "2", 1, &error), "'q'", "already");
    CHECK(drive(run).events == 0 && wf_run_state(run) == WF_RUN_IDLE);
    CHECK_OK(wf_run_input(run, "1", 1, &error));
    CHECK(drive(run).kinds[WF_EVENT_REQUEST_INFO] == 1);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

struct race {
    wf_run_t *run;
    pthread_barrier_t start;
    wf_status_t answered;
};

static void *answer(void *user_data) {
    struct race *race = user_data;

    pthread_barrier_wait(&race->start);
    race->answered = wf_run_respond(race->run, "q", "7", 1, NULL);
    return NULL;
}

static void *cancel(void *user_data) {
    struct race *race = user_data;

    pthread_barrier_wait(&race->start);
    return wf_run_cancel(race->run, "enough", NULL) == WF_OK ? NULL : "cancel";
}

/* One of the two is first. The answer is in the last checkpoint, or the request is: never both, never none. */
static void an_answer_that_races_a_cancel(void) {
    wf_workflow_t *workflow = built(story(asks));
    int taken = 0, refused = 0;

    for (int round = 0; round < 200; round++) {
        struct race race = {.answered = WF_E_INTERNAL};
        wf_storage_t *storage = memory();
        struct told told;
        pthread_t threads[2];
        void *complaint = NULL;

        race.run = started(workflow, storage, "1");
        drive(race.run);
        CHECK(pthread_barrier_init(&race.start, NULL, 3) == 0);
        CHECK(pthread_create(&threads[0], NULL, answer, &race) == 0);
        CHECK(pthread_create(&threads[1], NULL, cancel, &race) == 0);
        pthread_barrier_wait(&race.start);
        told = drive(race.run);
        forget_error();
        pthread_join(threads[0], NULL);
        pthread_join(threads[1], &complaint);
        CHECK(complaint == NULL);
        if (told.kinds[WF_EVENT_CANCELLED] == 0) {
            told = drive(race.run);
            forget_error();
        }
        CHECK(told.kinds[WF_EVENT_CANCELLED] == 1 && wf_run_state(race.run) == WF_RUN_CANCELLED);
        CHECK(race.answered == WF_OK || race.answered == WF_E_CLOSED);
        race.answered == WF_OK ? taken++ : refused++;
        CHECK_FAILS(WF_E_CANCELLED, drive(race.run).end, "enough");
        CHECK_FAILS(WF_E_CLOSED, wf_run_respond(race.run, "q", "7", 1, &error), "CANCELLED");
        wf_run_free(race.run);

        wf_run_t *again = resumed(workflow, storage);
        struct told rest = drive(again);
        if (wf_run_state(again) == WF_RUN_IDLE_WITH_PENDING_REQUESTS) {
            CHECK(rest.kinds[WF_EVENT_REQUEST_INFO] == 1 && rest.kinds[WF_EVENT_OUTPUT] == 0);
            CHECK_OK(wf_run_respond(again, "q", "7", 1, &error));
            CHECK_TEXT("7", drive(again).output);
        } else {
            CHECK(race.answered == WF_OK && rest.kinds[WF_EVENT_REQUEST_INFO] == 0);
        }
        wf_run_free(again);
        wf_storage_free(storage);
        pthread_barrier_destroy(&race.start);
    }
    CHECK(taken + refused == 200);
    wf_workflow_free(workflow);
}

/* How the deciding callback below behaves. */
static int is_sick;

static int32_t decides(void *user_data, const char *message, size_t length) {
    (void)user_data, (void)message, (void)length;
    return is_sick ? WF_E_HOST - 5 : 1;
}

static wf_status_t selects(void *user_data, const char *message, size_t length, wf_selection_t *selection) {
    (void)user_data, (void)message, (void)length;
    CHECK_OK(wf_selection_add(selection, "last", &error));
    CHECK_OK(wf_selection_add(selection, "last", &error)); /* twice is once */
    return is_sick ? wf_selection_add(selection, "stranger", NULL) : WF_OK;
}

static void check_mends(wf_builder_t *builder, wf_status_t status) {
    wf_workflow_t *workflow = built(builder);
    wf_storage_t *storage = memory();
    wf_run_t *run = started(workflow, storage, "5");
    struct told told;

    is_sick = 1;
    told = drive(run);
    CHECK(told.end == status && told.kinds[WF_EVENT_FAILED] == 1 && told.kinds[WF_EVENT_OUTPUT] == 0);
    forget_error();
    CHECK(drive(run).end == status && wf_run_state(run) == WF_RUN_FAILED && wf_run_superstep(run) == 1);
    forget_error();
    wf_run_free(run);

    is_sick = 0;
    run = resumed(workflow, storage);
    told = drive(run);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK(told.kinds[WF_EVENT_OUTPUT] == 1);
    CHECK_TEXT("5", told.output);
    wf_run_free(run);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

/* A decision that fails ends the run at the last boundary; from there it goes on when the host has mended it. */
static void a_condition_that_fails(void) {
    wf_condition_t condition = WF_CONDITION_INIT;
    wf_builder_t *builder = story(relay);

    condition.name = "decides";
    condition.evaluate = decides;
    add(builder, "last", echo);
    CHECK_OK(wf_builder_add_condition(builder, &condition, &error));
    CHECK_OK(wf_builder_add_edge(builder, "first", "last", "decides", &error));
    check_mends(builder, WF_E_HOST - 5);
}

static void a_selector_that_names_a_stranger(void) {
    const char *targets[] = {"last", "other"};
    wf_selector_t selector = WF_SELECTOR_INIT;
    wf_builder_t *builder = story(relay);

    selector.name = "selects";
    selector.select = selects;
    add(builder, "last", echo);
    add(builder, "other", echo);
    CHECK_OK(wf_builder_add_selector(builder, &selector, &error));
    CHECK_OK(wf_builder_add_multi_selection_edges(builder, "first", targets, 2, "selects", &error));
    check_mends(builder, WF_E_NOTFOUND);
}

static wf_status_t finishes_twice(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    CHECK_OK(wf_context_output(context, input, length, &error));
    CHECK_OK(wf_context_finish(context, WF_OK, &error));
    CHECK_FAILS(WF_E_CLOSED, wf_context_finish(context, WF_E_EXECUTOR, &error), "'first'", "finished");
    CHECK_FAILS(WF_E_CLOSED, wf_context_output(context, input, length, &error), "'first'");
    CHECK_FAILS(WF_E_CLOSED, wf_context_send(context, NULL, input, length, &error), "'first'");
    return WF_PENDING;
}

/* The first end counts, the run goes on. */
static void a_context_that_is_finished_twice(void) {
    wf_workflow_t *workflow = built(story(finishes_twice));
    wf_run_t *run = started(workflow, NULL, "1");

    for (int turn = 0; turn < 2; turn++) {
        struct told told = drive(run);

        CHECK_STATUS(WF_DONE, told.end);
        CHECK(told.kinds[WF_EVENT_OUTPUT] == 1 && told.kinds[WF_EVENT_EXECUTOR_COMPLETED] == 1);
        CHECK_OK(wf_run_input(run, "2", 1, &error));
    }
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static wf_context_t *kept[2];
static int count;

static wf_status_t keeps(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data, (void)input, (void)length;
    kept[count++] = context;
    return WF_PENDING;
}

/* Its end is refused, whether the run was freed or only cancelled; what else uses the storage does not notice. */
static void a_context_whose_run_is_gone(void) {
    wf_workflow_t *workflow = built(story(keeps));
    wf_storage_t *storage = memory();
    wf_run_t *run = started(workflow, storage, "1");
    wf_event_t *event = NULL;

    while (wf_run_next(run, 0, &event, &error) == WF_OK) wf_event_free(event);
    wf_run_free(run);
    CHECK(wf_context_is_cancelled(kept[0]) == 1);
    CHECK_FAILS(WF_E_CLOSED, wf_context_output(kept[0], "1", 1, &error), "'first'", "gone");
    CHECK_FAILS(WF_E_CLOSED, wf_context_finish(kept[0], WF_OK, &error), "'first'");

    run = resumed(workflow, storage);
    while (wf_run_next(run, 0, &event, &error) == WF_OK) wf_event_free(event);
    CHECK_OK(wf_context_output(kept[1], "\"again\"", WF_NUL, &error));
    CHECK_OK(wf_context_finish(kept[1], WF_OK, &error));
    CHECK_TEXT("\"again\"", drive(run).output);
    wf_run_free(run);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

int main(void) {
    RUN(answers);
    RUN(an_answer_that_races_a_cancel);
    RUN(a_condition_that_fails);
    RUN(a_selector_that_names_a_stranger);
    RUN(a_context_that_is_finished_twice);
    RUN(a_context_whose_run_is_gone);
    FINISH();
}
