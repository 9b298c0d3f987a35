/* Keys of the state, clearing it (.NET W29), and writers that meet. */
#include "story.h"

/* Writes three keys, deletes one, lists and clears. */
static wf_status_t list_and_clear(void *user_data, wf_context_t *context, const char *input, size_t length) {
    const char *keys = NULL;
    size_t count = 0;
    wf_scope_t scope = *(wf_scope_t *)user_data;

    CHECK_OK(wf_context_state_keys(context, scope, NULL, &keys, &count, &error));
    CHECK_TEXT("[]", keys);
    CHECK(count == 2);
    CHECK_OK(wf_context_set_state(context, scope, "list/2", "1", WF_NUL, &error));
    CHECK_OK(wf_context_set_state(context, scope, "list/1", "1", WF_NUL, &error));
    CHECK_OK(wf_context_set_state(context, scope, "a \"b\"", "1", WF_NUL, &error));
    CHECK_OK(wf_context_set_state(context, scope, "gone", "1", WF_NUL, &error));
    CHECK_OK(wf_context_delete_state(context, scope, "gone", &error));
    CHECK_OK(wf_context_state_keys(context, scope, NULL, &keys, NULL, &error));
    CHECK_TEXT("[\"a \\\"b\\\"\",\"list/1\",\"list/2\"]", keys);
    CHECK_OK(wf_context_state_keys(context, scope, "list/", &keys, NULL, &error));
    CHECK_TEXT("[\"list/1\",\"list/2\"]", keys);
    CHECK_OK(wf_context_clear_state(context, scope, &error));
    CHECK_OK(wf_context_set_state(context, scope, "after", "2", WF_NUL, &error));
    CHECK_OK(wf_context_state_keys(context, scope, "", &keys, NULL, &error));
    CHECK_TEXT("[\"after\"]", keys);
    return wf_context_output(context, input, length, NULL);
}

static void keys_and_clear(void) {
    wf_scope_t scopes[] = {WF_SCOPE_EXECUTOR, WF_SCOPE_SHARED};

    for (size_t i = 0; i < 2; i++) {
        wf_executor_t executor = WF_EXECUTOR_INIT;
        wf_workflow_t *workflow;

        executor.invoke = list_and_clear;
        executor.user_data = &scopes[i];
        workflow = built(story_of("first", &executor));
        CHECK_TEXT("1", tell(workflow, NULL, "1").output);
        wf_workflow_free(workflow);
    }
}

static wf_status_t use_wrongly(void *user_data, wf_context_t *context, const char *input, size_t length) {
    const char *keys = "untouched";

    (void)user_data;
    CHECK_FAILS(WF_E_MISUSE, wf_context_state_keys(NULL, 0, NULL, &keys, NULL, &error), "context", "NULL");
    CHECK(keys == NULL);
    CHECK_FAILS(WF_E_MISUSE, wf_context_state_keys(context, 0, NULL, NULL, NULL, &error), "NULL");
    CHECK_FAILS(WF_E_INVALID, wf_context_state_keys(context, 2, NULL, &keys, NULL, &error), "scope");
    CHECK_FAILS(WF_E_INVALID, wf_context_state_keys(context, 0, "\xE9", &keys, NULL, &error), "UTF-8");
    CHECK_FAILS(WF_E_MISUSE, wf_context_clear_state(NULL, 0, &error), "context", "NULL");
    CHECK_FAILS(WF_E_INVALID, wf_context_clear_state(context, -1, &error), "scope");
    return wf_context_output(context, input, length, NULL);
}

static wf_status_t save_wrongly(void *user_data, wf_context_t *context, const char *input, size_t length) {
    const char *keys = NULL;

    (void)user_data, (void)input, (void)length;
    CHECK_OK(wf_context_state_keys(context, WF_SCOPE_SHARED, NULL, &keys, NULL, &error));
    CHECK_TEXT("[]", keys);
    CHECK_FAILS(WF_E_MISUSE, wf_context_clear_state(context, WF_SCOPE_SHARED, &error), "'first'", "clear");
    return wf_context_save(context, "1", WF_NUL, NULL);
}

static void misuse(void) {
    wf_executor_t executor = WF_EXECUTOR_INIT;
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;
    wf_workflow_t *workflow;

    executor.invoke = use_wrongly;
    executor.save = save_wrongly;
    workflow = built(story_of("first", &executor));
    options.flags = WF_RUN_CHECKPOINTS;
    CHECK_OK(wf_run_start(workflow, &options, "1", WF_NUL, &run, &error));
    CHECK_STATUS(WF_DONE, drive(run).end);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static wf_status_t write_total(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    return wf_context_set_state(context, WF_SCOPE_SHARED, "total", input, length, NULL);
}

/* "first" sends to "left" and "right", which write one key in one superstep. */
static struct told two_writers(uint32_t flags) {
    const char *targets[] = {"left", "right"};
    wf_builder_t *builder = story(relay);
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;
    struct told told;
    wf_workflow_t *workflow;

    add(builder, "left", write_total);
    add(builder, "right", write_total);
    CHECK_OK(wf_builder_add_fan_out_edges(builder, "first", targets, 2, &error));
    workflow = built(builder);
    options.flags = flags;
    CHECK_OK(wf_run_start(workflow, &options, "1", WF_NUL, &run, &error));
    told = drive(run);
    wf_run_free(run);
    wf_workflow_free(workflow);
    return told;
}

static void a_conflict_is_a_warning(void) {
    struct told told = two_writers(0);

    CHECK_STATUS(WF_DONE, told.end);
    CHECK(strstr(told.warning, "\"reason\":\"state_conflict\"") != NULL);
}

static void a_conflict_fails_a_strict_run(void) {
    struct told told = two_writers(WF_RUN_STRICT_STATE);

    CHECK_FAILS(WF_E_CONFLICT, told.end, "'left'", "'right'", "'total'", "superstep 2");
    CHECK(told.kinds[WF_EVENT_WARNING] == 0 && told.kinds[WF_EVENT_FAILED] == 1);
    CHECK(told.kinds[WF_EVENT_SUPERSTEP_COMPLETED] == 1);
}

int main(void) {
    RUN(keys_and_clear);
    RUN(misuse);
    RUN(a_conflict_is_a_warning);
    RUN(a_conflict_fails_a_strict_run);
    FINISH();
}
