/* Several events at once: the same ones, in the same order, and none later than it must be. */
#include "story.h"

static int calls;

static wf_status_t count_down(void *user_data, wf_context_t *context, const char *input, size_t length) {
    char text[16];
    int left = atoi(input);

    (void)user_data, (void)length;
    calls++;
    if (left == 0) return wf_context_output(context, "\"done\"", WF_NUL, NULL);
    return wf_context_send(context, NULL, text, (size_t)snprintf(text, sizeof text, "%d", left - 1), NULL);
}

static wf_workflow_t *loop(void) {
    wf_builder_t *builder = story(count_down);

    CHECK_OK(wf_builder_add_edge(builder, "first", "first", NULL, &error));
    return built(builder);
}

/* One event of a batch is what wf_run_next gives. */
static void compare(const wf_batch_t *batch, size_t index, const wf_record_t *record, wf_run_t *other) {
    wf_event_t *event = NULL, *taken = wf_batch_event(batch, index);

    CHECK_OK(wf_run_next(other, 0, &event, &error));
    CHECK_TEXT(wf_event_json(event, NULL), wf_event_json(taken, NULL));
    CHECK(record->struct_size == sizeof *record && record->kind == wf_event_kind(event));
    CHECK(record->sequence == wf_event_sequence(event) && record->superstep == wf_event_superstep(event));
    CHECK((record->executor_id == NULL) == (wf_event_executor_id(event) == NULL));
    if (record->executor_id != NULL) CHECK_TEXT(wf_event_executor_id(event), record->executor_id);
    if (record->data != NULL) {
        CHECK_TEXT(wf_event_data(event, NULL), record->data);
        CHECK(record->data_length == strlen(record->data));
    }
    CHECK((wf_batch_kinds(batch) & WF_EVENT_BIT(record->kind)) != 0);
    wf_event_free(taken);
    wf_event_free(event);
}

static void they_are_the_same_events(void) {
    wf_workflow_t *workflow = loop();

    for (size_t most = 1; most < 70; most = most * 2 + 1) {
        wf_run_t *run = started(workflow, NULL, "9"), *other = started(workflow, NULL, "9");
        wf_batch_t *batch = NULL;
        wf_event_t *event = NULL;
        const char *id = NULL;
        size_t all = 0, count = 0;

        while (wf_run_next_batch(run, -1, most, &batch, &error) == WF_OK) {
            const wf_record_t *records = wf_batch_records(batch, &count);
            CHECK(count > 0 && count <= most);
            for (size_t i = 0; i < count; i++) {
                compare(batch, i, &records[i], other);
                if (records[i].executor_id != NULL && id == NULL) id = records[i].executor_id;
                if (records[i].executor_id != NULL) CHECK(records[i].executor_id == id);
            }
            all += count;
            wf_batch_free(batch);
        }
        CHECK(batch == NULL && error == NULL && all == 2 + 10 * 4 + 1 + 1);
        CHECK_STATUS(WF_DONE, wf_run_next(other, 0, &event, &error));
        CHECK_STATUS(WF_DONE, wf_run_next_batch(run, 0, most, &batch, &error));
        wf_run_free(run);
        wf_run_free(other);
    }
    wf_workflow_free(workflow);
}

static void they_outlive_everything(void) {
    wf_workflow_t *workflow = built(story(echo));
    wf_run_t *run = started(workflow, NULL, "{\"a\": [1]}");
    wf_batch_t *batch = NULL;
    size_t count = 0;

    CHECK_OK(wf_run_next_batch(run, 0, SIZE_MAX, &batch, &error));
    wf_run_free(run);
    wf_workflow_free(workflow);
    const wf_record_t *records = wf_batch_records(batch, &count);
    for (size_t i = 0; i < count; i++) {
        if (records[i].kind != WF_EVENT_OUTPUT) continue;
        wf_event_t *event = wf_batch_event(batch, i);
        CHECK_TEXT("{\"a\": [1]}", records[i].data);
        CHECK_TEXT("first", records[i].executor_id);
        wf_batch_free(batch);
        batch = NULL;
        CHECK_TEXT("{\"a\": [1]}", wf_event_data(event, NULL));
        wf_event_free(event);
        break;
    }
    CHECK(batch == NULL);
}

/* What is there when the run has to wait is given at once, however much was asked for. */
static wf_context_t *waiting;

static wf_status_t wait(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data, (void)input, (void)length;
    waiting = context;
    return WF_PENDING;
}

static void none_is_held_back(void) {
    wf_workflow_t *workflow = built(story_of_two(relay, wait));
    wf_run_t *run = started(workflow, NULL, "1");
    wf_batch_t *batch = NULL;
    size_t count = 0;

    CHECK_OK(wf_run_next_batch(run, -1, 1000, &batch, &error));
    const wf_record_t *records = wf_batch_records(batch, &count);
    CHECK(count > 0 && records[count - 1].kind == WF_EVENT_EXECUTOR_INVOKED && records[count - 1].superstep == 2);
    wf_batch_free(batch);
    CHECK_STATUS(WF_TIMEOUT, wf_run_next_batch(run, 0, 1000, &batch, &error));
    CHECK(batch == NULL);
    CHECK_OK(wf_context_finish(waiting, WF_OK, &error));
    CHECK_OK(wf_run_next_batch(run, -1, 1000, &batch, &error));
    CHECK((wf_batch_kinds(batch) & WF_EVENT_BIT(WF_EVENT_SUPERSTEP_COMPLETED)) != 0);
    wf_batch_free(batch);
    CHECK_STATUS(WF_DONE, wf_run_next_batch(run, -1, 1000, &batch, &error));
    wf_run_free(run);
    wf_workflow_free(workflow);
}

/* A host that wants to end a run when something fails gets the chance before the next callback. */
static void a_failure_ends_a_batch(void) {
    wf_builder_t *builder = story(relay);
    add(builder, "bad", fail);
    add(builder, "next", count_down);
    CHECK_OK(wf_builder_add_fan_out_edges(builder, "first", (const char *[]){"bad", "next"}, 2, &error));
    wf_workflow_t *workflow = built(builder);
    wf_run_t *run = started(workflow, NULL, "0");
    wf_batch_t *batch = NULL;
    size_t count = 0;

    calls = 0;
    CHECK_OK(wf_run_next_batch(run, -1, 1000, &batch, &error));
    const wf_record_t *records = wf_batch_records(batch, &count);
    CHECK(count > 0 && records[count - 1].kind == WF_EVENT_EXECUTOR_FAILED && calls == 0);
    wf_batch_free(batch);
    while (wf_run_next_batch(run, -1, 1000, &batch, NULL) == WF_OK) wf_batch_free(batch);
    CHECK(calls == 1 && wf_run_state(run) == WF_RUN_FAILED);
    CHECK_FAILS(WF_E_EXECUTOR, wf_run_next_batch(run, -1, 1000, &batch, &error), "the oven is cold");
    wf_run_free(run);
    wf_workflow_free(workflow);
}

/* "superstep_completed" in a batch says that it is saved. */
static void a_batch_promises_what_an_event_promises(void) {
    wf_workflow_t *workflow = loop();
    wf_storage_t *storage = NULL;
    wf_batch_t *batch = NULL;
    char *latest = NULL, *summary = NULL;
    size_t count = 0;

    CHECK_OK(wf_storage_open("memory:", &storage, &error));
    wf_run_t *run = started(workflow, storage, "99");
    while (wf_run_next_batch(run, -1, 7, &batch, &error) == WF_OK) {
        const wf_record_t *records = wf_batch_records(batch, &count);
        for (size_t i = count; i-- > 0;) {
            if (records[i].kind != WF_EVENT_SUPERSTEP_COMPLETED) continue;
            char superstep[32];
            snprintf(superstep, sizeof superstep, "\"superstep\":%llu", (unsigned long long)records[i].superstep);
            CHECK_OK(wf_storage_latest(storage, "story", &latest, &error));
            CHECK_OK(wf_storage_summary(storage, latest, &summary, NULL, &error));
            if (i == count - 1) CHECK(strstr(summary, superstep) != NULL);
            wf_free(latest);
            wf_free(summary);
            break;
        }
        wf_batch_free(batch);
    }
    wf_run_free(run);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

static void null_and_wrong_handles(void) {
    wf_workflow_t *workflow = built(story(echo));
    const wf_batch_t *const handles[] = {NULL, (const wf_batch_t *)workflow};
    wf_run_t *run = started(workflow, NULL, "1");
    wf_batch_t *batch = NULL;
    size_t count;

    for (size_t i = 0; i < 2; i++) {
        count = 7;
        CHECK(wf_batch_records(handles[i], &count) == NULL && count == 0);
        CHECK(wf_batch_records(handles[i], NULL) == NULL);
        CHECK(wf_batch_kinds(handles[i]) == 0);
        CHECK(wf_batch_event(handles[i], 0) == NULL);
    }
    CHECK_FAILS(WF_E_MISUSE, wf_run_next_batch(run, 0, 1, NULL, &error), "batch", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_run_next_batch(NULL, 0, 1, &batch, &error), "run", "NULL");
    CHECK_FAILS(WF_E_INVALID, wf_run_next_batch(run, 0, 0, &batch, &error), "0 events");
    CHECK_OK(wf_run_next_batch(run, 0, 3, &batch, &error));
    CHECK(wf_batch_event(batch, 3) == NULL && wf_batch_event(batch, SIZE_MAX) == NULL);
    wf_batch_free(batch);
    wf_batch_free(NULL);
    wf_batch_free((wf_batch_t *)workflow);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

int main(void) {
    RUN(they_are_the_same_events);
    RUN(they_outlive_everything);
    RUN(none_is_held_back);
    RUN(a_failure_ends_a_batch);
    RUN(a_batch_promises_what_an_event_promises);
    RUN(null_and_wrong_handles);
    FINISH();
}
