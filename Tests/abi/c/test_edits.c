/* A checkpoint is forked and edited: the fork goes on with what the host changed, and the original stays as it is. */
#include "story.h"

/* Adds "step" of the shared state, or 1, and goes round until 10. */
static wf_status_t count(void *user_data, wf_context_t *context, const char *input, size_t length) {
    const char *step = NULL;
    char text[32];

    (void)user_data, (void)length;
    wf_context_get_state(context, WF_SCOPE_SHARED, "step", &step, NULL, NULL);
    snprintf(text, sizeof text, "%d", atoi(input) + (step == NULL ? 1 : atoi(step)));
    if (atoi(text) >= 10) return wf_context_output(context, text, WF_NUL, NULL);
    return wf_context_send(context, NULL, text, WF_NUL, NULL);
}

static wf_workflow_t *counting(void) {
    wf_builder_t *builder = story(count);

    CHECK_OK(wf_builder_add_edge(builder, "first", "first", NULL, &error));
    return built(builder);
}

/* A storage with the checkpoints of a whole run; `id` is the one behind its first superstep. */
static wf_storage_t *with_a_run(wf_workflow_t *workflow, char id[TEXT]) {
    wf_storage_t *storage = NULL;
    wf_run_t *run;

    CHECK_OK(wf_storage_open("memory:", &storage, &error));
    run = started(workflow, storage, "0");
    wf_event_free(drive_to(run, WF_EVENT_SUPERSTEP_COMPLETED));
    latest(storage, id);
    CHECK_TEXT("10", drive(run).output);
    forget_error();
    wf_run_free(run);
    return storage;
}

static void check_holds(wf_storage_t *storage, const char *id, const char *words) {
    char *json = NULL;

    CHECK_OK(wf_storage_load(storage, id, &json, NULL, &error));
    if (json == NULL || strstr(json, words) == NULL) complain(__FILE__, __LINE__, words, json == NULL ? "nothing" : json);
    wf_free(json);
}

static void edits_make_a_fork(void) {
    wf_workflow_t *workflow = counting();
    char id[TEXT], fork[TEXT], parent[TEXT + 32];
    wf_storage_t *storage = with_a_run(workflow, id);
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;
    char edits[] = "{\"state\": {\"step\": 3}}";

    options.storage = storage;
    options.run_id = "what if";
    options.edits = edits;
    CHECK_OK(wf_run_resume(workflow, &options, id, &run, &error));
    memset(edits, 'x', sizeof edits - 1); /* It was copied. */
    CHECK_TEXT("what if", wf_run_id(run));
    wf_event_free(drive_to(run, WF_EVENT_CHECKPOINT));
    latest(storage, fork);
    wf_run_free(run);
    snprintf(parent, sizeof parent, "\"previous_checkpoint_id\": \"%s\"", id);
    check_holds(storage, fork, "\"kind\": \"fork\"");
    check_holds(storage, fork, "\"run_id\": \"what if\"");
    check_holds(storage, fork, "\"state\": {\"step\":3}");
    check_holds(storage, fork, parent);
    check_holds(storage, id, "\"state\": {}");

    /* The fork is a run of its own now. */
    options.run_id = NULL;
    options.edits = NULL;
    CHECK_OK(wf_run_resume(workflow, &options, NULL, &run, &error));
    CHECK_TEXT("what if", wf_run_id(run));
    CHECK_TEXT("10", drive(run).output);
    forget_error();
    wf_run_free(run);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

static void a_document_is_edited_without_a_storage(void) {
    wf_workflow_t *workflow = counting();
    char id[TEXT], *json = NULL;
    wf_storage_t *storage = with_a_run(workflow, id);
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;

    CHECK_OK(wf_storage_load(storage, id, &json, NULL, &error));
    options.edits = "{\"messages\": [{\"source\": null, \"target\": \"first\", \"data\": 41}]}";
    CHECK_OK(wf_run_restore(workflow, &options, json, WF_NUL, &run, &error));
    struct told told = drive(run);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK_TEXT("42", told.output);
    CHECK(told.kinds[WF_EVENT_CHECKPOINT] == 0);
    wf_run_free(run);
    wf_free(json);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

static void what_cannot_be_edited_is_named(void) {
    static const char *const identity[] = {
        "format", "version", "checkpoint_id", "previous_checkpoint_id", "run_id", "workflow_name", "graph_signature",
        "graph", "timestamp", "kind", "superstep", "input_superstep", "checksum",
    };
    wf_workflow_t *workflow = counting();
    char id[TEXT], edits[TEXT], name[TEXT];
    wf_storage_t *storage = with_a_run(workflow, id);
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;
    int before = count_checkpoints(storage);

    options.storage = storage;
    options.edits = edits;
    for (size_t i = 0; i < sizeof identity / sizeof *identity; i++) {
        snprintf(edits, sizeof edits, "{\"%s\": \"x\"}", identity[i]);
        snprintf(name, sizeof name, "'%s'", identity[i]);
        CHECK_FAILS(WF_E_INVALID, wf_run_resume(workflow, &options, id, &run, &error), name);
        CHECK(run == NULL);
    }
    options.edits = "{\"state\": {\"step\": }}";
    CHECK_FAILS(WF_E_JSON, wf_run_resume(workflow, &options, id, &run, &error), "edits", "byte");
    options.edits = "";
    CHECK_FAILS(WF_E_JSON, wf_run_resume(workflow, &options, id, &run, &error), "edits");
    options.edits = "[]";
    CHECK_FAILS(WF_E_INVALID, wf_run_resume(workflow, &options, id, &run, &error), "object");
    options.edits = "{\"state\": []}";
    CHECK_FAILS(WF_E_CHECKPOINT, wf_run_resume(workflow, &options, id, &run, &error), "as edited", "'state'");
    options.edits = "{}";
    CHECK_FAILS(WF_E_INVALID, wf_run_start(workflow, &options, "1", WF_NUL, &run, &error), "edits");
    CHECK(count_checkpoints(storage) == before);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

int main(void) {
    RUN(edits_make_a_fork);
    RUN(a_document_is_edited_without_a_storage);
    RUN(what_cannot_be_edited_is_named);
    FINISH();
}
