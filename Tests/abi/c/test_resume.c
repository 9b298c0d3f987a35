/* Resuming goes on from exactly one checkpoint of exactly this graph, or changes nothing and says why. */
#include "story.h"

/* Remembers how often it ran, in its private state, and goes on. */
static wf_status_t count(void *user_data, wf_context_t *context, const char *input, size_t length) {
    const char *json = NULL;
    char text[32];

    (void)user_data, (void)input, (void)length;
    wf_context_get_state(context, WF_SCOPE_EXECUTOR, "n", &json, NULL, NULL);
    snprintf(text, sizeof text, "%d", (json == NULL ? 0 : atoi(json)) + 1);
    wf_context_set_state(context, WF_SCOPE_EXECUTOR, "n", text, WF_NUL, NULL);
    return wf_context_send(context, NULL, text, WF_NUL, NULL);
}

static wf_workflow_t *counting(void) {
    wf_builder_t *builder = story_of_two(count, relay);

    add(builder, "end", echo);
    CHECK_OK(wf_builder_add_edge(builder, "last", "end", NULL, &error));
    return built(builder);
}

static wf_storage_t *in_memory(void) {
    wf_storage_t *storage = NULL;

    CHECK_OK(wf_storage_open("memory:", &storage, &error));
    return storage;
}

static wf_run_t *resumed(wf_workflow_t *workflow, wf_storage_t *storage, const char *id) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;

    options.storage = storage;
    CHECK_OK(wf_run_resume(workflow, &options, id, &run, &error));
    return run;
}

static void from_nowhere(void) {
    wf_workflow_t *workflow = counting();
    wf_storage_t *storage = in_memory();
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;

    CHECK_FAILS(WF_E_INVALID, wf_run_resume(workflow, NULL, NULL, &run, &error), "storage");
    CHECK_FAILS(WF_E_INVALID, wf_run_resume(workflow, &options, NULL, &run, &error), "storage");
    CHECK_FAILS(WF_E_MISUSE, wf_run_resume(NULL, &options, NULL, &run, &error), "workflow", "NULL");
    options.storage = storage;
    CHECK_FAILS(WF_E_NOTFOUND, wf_run_resume(workflow, &options, NULL, &run, &error), "'story'");
    CHECK_FAILS(WF_E_NOTFOUND, wf_run_resume(workflow, &options, "gone", &run, &error), "'gone'");
    CHECK_FAILS(WF_E_MISUSE, wf_run_resume(workflow, &options, NULL, NULL, &error), "run", "NULL");
    CHECK(run == NULL && count_checkpoints(storage) == 0);
    CHECK_TEXT("1", tell(workflow, storage, "0").output);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

static void from_another_graph(void) {
    wf_workflow_t *workflow = counting();
    wf_storage_t *storage = in_memory();
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;
    wf_builder_t *builder = story_of_two(count, echo);
    char id[TEXT];

    tell(workflow, storage, "0");
    latest(storage, id);
    wf_workflow_t *changed = built(builder);
    options.storage = storage;
    CHECK_FAILS(WF_E_MISMATCH, wf_run_resume(changed, &options, NULL, &run, &error), id, "'story'", "graph");
    CHECK_FAILS(WF_E_MISMATCH, wf_run_resume(changed, &options, id, &run, &error), id);
    CHECK(run == NULL && count_checkpoints(storage) == 4);
    run = resumed(workflow, storage, id);
    CHECK_STATUS(WF_DONE, drive(run).end);
    wf_run_free(run);
    wf_workflow_free(changed);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

/* The checkpoint behind the first superstep of a run that then was dropped. */
static void stop_half_way(wf_workflow_t *workflow, wf_storage_t *storage, char id[TEXT]) {
    wf_run_t *run = started(workflow, storage, "0");
    wf_event_t *event = NULL;

    while (wf_run_superstep(run) < 1 && wf_run_next(run, -1, &event, &error) == WF_OK) wf_event_free(event);
    wf_run_free(run);
    latest(storage, id);
}

static void twice_from_the_same(void) {
    wf_workflow_t *workflow = counting();
    wf_storage_t *storage = in_memory();
    char id[TEXT];

    stop_half_way(workflow, storage, id);
    for (int i = 0; i < 2; i++) {
        wf_run_t *run = resumed(workflow, storage, id);
        struct told told = drive(run);

        CHECK_STATUS(WF_DONE, told.end);
        CHECK_TEXT("1", told.output);
        CHECK(told.kinds[WF_EVENT_EXECUTOR_INVOKED] == 2 && wf_run_superstep(run) == 3);
        wf_run_free(run);
    }
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

static void a_finished_one(void) {
    wf_workflow_t *workflow = counting();
    wf_storage_t *storage = in_memory();

    tell(workflow, storage, "0");
    wf_run_t *run = resumed(workflow, storage, NULL);
    struct told told = drive(run);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK(told.events == 3 && told.kinds[WF_EVENT_STARTED] == 1 && told.kinds[WF_EVENT_STATUS] == 2);
    CHECK(wf_run_state(run) == WF_RUN_IDLE && wf_run_superstep(run) == 3);
    wf_run_free(run);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

static void from_a_document(void) {
    wf_workflow_t *workflow = counting();
    wf_storage_t *storage = in_memory();
    wf_run_t *run = NULL;
    char id[TEXT], *json = NULL;
    size_t length = 0;

    stop_half_way(workflow, storage, id);
    CHECK_OK(wf_storage_load(storage, id, &json, &length, &error));
    CHECK_FAILS(WF_E_MISUSE, wf_run_restore(workflow, NULL, NULL, 9, &run, &error), "checkpoint", "NULL");
    CHECK_FAILS(WF_E_CHECKPOINT, wf_run_restore(workflow, NULL, "{}", WF_NUL, &run, &error), "format");
    CHECK_FAILS(WF_E_CHECKPOINT, wf_run_restore(workflow, NULL, "null", WF_NUL, &run, &error), "checkpoint");
    for (size_t cut = 1; cut + 1 < length; cut += 1 + length / 50) {
        CHECK_FAILS(WF_E_JSON, wf_run_restore(workflow, NULL, json, cut, &run, &error), "checkpoint", "byte");
    }
    CHECK(run == NULL);
    CHECK_OK(wf_run_restore(workflow, NULL, json, length, &run, &error));
    CHECK_TEXT("1", drive(run).output);
    forget_error();
    wf_run_free(run);
    wf_free(json);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

static char keys[4][TEXT];
static int key_count;

/* Keeps its idempotency key; the second call of the process fails, as if it had crashed. */
static wf_status_t keep_key(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    snprintf(keys[key_count++ & 3], TEXT, "%s", wf_context_idempotency_key(context));
    if (key_count == 2) return WF_E_HOST;
    return strcmp(input, "1") == 0 ? wf_context_send(context, NULL, "2", 1, NULL) : wf_context_output(context, input, length, NULL);
}

static void keys_are_the_same_for_the_same_work(void) {
    wf_builder_t *builder = story(keep_key);
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_storage_t *storage = NULL;
    wf_workflow_t *workflow;
    wf_run_t *run;

    CHECK_OK(wf_builder_add_edge(builder, "first", "first", NULL, &error));
    workflow = built(builder);
    CHECK_OK(wf_storage_open("memory:", &storage, &error));
    run = started(workflow, storage, "1");
    CHECK_FAILS(WF_E_HOST, drive(run).end, "first");
    wf_run_free(run);
    options.storage = storage;
    CHECK_OK(wf_run_resume(workflow, &options, NULL, &run, &error));
    CHECK_TEXT("2", drive(run).output);
    CHECK(key_count == 3 && strlen(keys[0]) > 0);
    CHECK_TEXT(keys[1], keys[2]);
    CHECK(strcmp(keys[0], keys[1]) != 0);
    CHECK_TEXT("", wf_context_idempotency_key(NULL));
    wf_run_free(run);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

int main(void) {
    RUN(keys_are_the_same_for_the_same_work);
    RUN(from_nowhere);
    RUN(from_another_graph);
    RUN(twice_from_the_same);
    RUN(a_finished_one);
    RUN(from_a_document);
    FINISH();
}
