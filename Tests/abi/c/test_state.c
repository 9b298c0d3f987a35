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
    CHECK_FAILS(WF_E_MISUSE, wf_context_append(NULL, 0, "k", "1", WF_NUL, &error), "context", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_context_append(context, 0, NULL, "1", WF_NUL, &error), "key", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_context_append(context, 0, "k", NULL, 1, &error), "element", "NULL");
    CHECK_FAILS(WF_E_INVALID, wf_context_append(context, 7, "k", "1", WF_NUL, &error), "scope");
    CHECK_FAILS(WF_E_INVALID, wf_context_append(context, 0, "", "1", WF_NUL, &error), "key", "empty");
    CHECK_FAILS(WF_E_INVALID, wf_context_append(context, 0, "\xE9", "1", WF_NUL, &error), "UTF-8");
    CHECK_FAILS(WF_E_JSON, wf_context_append(context, 0, "k", "1,2", WF_NUL, &error), "element", "byte 2");
    CHECK_FAILS(WF_E_JSON, wf_context_append(context, 0, "k", "", 0, &error), "element", "empty");
    CHECK_OK(wf_context_state_keys(context, 0, NULL, &keys, NULL, &error));
    CHECK_TEXT("[]", keys);
    return wf_context_output(context, input, length, NULL);
}

static wf_status_t save_wrongly(void *user_data, wf_context_t *context, const char *input, size_t length) {
    const char *keys = NULL;

    (void)user_data, (void)input, (void)length;
    CHECK_OK(wf_context_state_keys(context, WF_SCOPE_SHARED, NULL, &keys, NULL, &error));
    CHECK_TEXT("[]", keys);
    CHECK_FAILS(WF_E_MISUSE, wf_context_clear_state(context, WF_SCOPE_SHARED, &error), "'first'", "clear");
    CHECK_FAILS(WF_E_MISUSE, wf_context_append(context, WF_SCOPE_SHARED, "k", "1", WF_NUL, &error), "'first'", "append");
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

/* Appends before and after a set and a delete; what is no list stays as it is. */
static wf_status_t append_and_read(void *user_data, wf_context_t *context, const char *input, size_t length) {
    const char *list = NULL, *before = NULL;
    wf_scope_t scope = *(wf_scope_t *)user_data;
    char deep[2 * 2000];

    CHECK_OK(wf_context_append(context, scope, "list", "\"one\"", WF_NUL, &error));
    CHECK_OK(wf_context_append(context, scope, "list", "2xx", 1, &error));
    CHECK_OK(wf_context_get_state(context, scope, "list", &before, NULL, &error));
    CHECK_TEXT("[\"one\",2]", before);
    CHECK_OK(wf_context_append(context, scope, "list", "{\"n\": 3}", WF_NUL, &error));
    CHECK_OK(wf_context_get_state(context, scope, "list", &list, &length, &error));
    CHECK_TEXT("[\"one\",2,{\"n\": 3}]", list);
    CHECK(length == strlen(list));
    CHECK_TEXT("[\"one\",2]", before);
    CHECK_OK(wf_context_set_state(context, scope, "list", "[ 4 ]", WF_NUL, &error));
    CHECK_OK(wf_context_append(context, scope, "list", "5", WF_NUL, &error));
    CHECK_OK(wf_context_get_state(context, scope, "list", &list, NULL, &error));
    CHECK_TEXT("[ 4,5]", list);
    CHECK_OK(wf_context_delete_state(context, scope, "list", &error));
    CHECK_OK(wf_context_append(context, scope, "list", "6", WF_NUL, &error));
    CHECK_OK(wf_context_state_keys(context, scope, NULL, &list, NULL, &error));
    CHECK_TEXT("[\"list\"]", list);
    CHECK_OK(wf_context_set_state(context, scope, "no list", "{\"a\": []}", WF_NUL, &error));
    CHECK_FAILS(WF_E_INVALID, wf_context_append(context, scope, "no list", "1", WF_NUL, &error), "'no list'", "'object'", "'first'");
    CHECK_OK(wf_context_get_state(context, scope, "no list", &list, NULL, &error));
    CHECK_TEXT("{\"a\": []}", list);
    /* The list may be as deep as a value: what is read can be set again. */
    memset(deep, '[', 2000);
    memset(deep + 2000, ']', 2000);
    CHECK_FAILS(WF_E_LIMIT, wf_context_append(context, scope, "deep", deep, 4000, &error), "element", "deeper than 1999");
    CHECK_OK(wf_context_append(context, scope, "deep", deep + 1, 3998, &error));
    CHECK_OK(wf_context_get_state(context, scope, "deep", &list, &length, &error));
    CHECK_OK(wf_context_set_state(context, scope, "deep", list, length, &error));
    CHECK_OK(wf_context_delete_state(context, scope, "deep", &error));
    CHECK_STATUS(WF_NONE, wf_context_delete_state(context, scope, "deep", &error));
    return wf_context_output(context, input, strlen(input), NULL);
}

static void appending(void) {
    wf_scope_t scopes[] = {WF_SCOPE_EXECUTOR, WF_SCOPE_SHARED};

    for (size_t i = 0; i < 2; i++) {
        wf_executor_t executor = WF_EXECUTOR_INIT;
        wf_workflow_t *workflow;

        executor.invoke = append_and_read;
        executor.user_data = &scopes[i];
        workflow = built(story_of("first", &executor));
        CHECK_TEXT("1", tell(workflow, NULL, "1").output);
        wf_workflow_free(workflow);
    }
}

/* Appends its message to "log", which it has read before: what was lent stays as it was. */
static wf_status_t log_message(void *user_data, wf_context_t *context, const char *input, size_t length) {
    const char *log = NULL, *again = NULL;
    size_t size = 0;
    long left = strtol(input, NULL, 10);
    char next[32], copy[64] = "none";

    (void)user_data;
    if (wf_context_get_state(context, WF_SCOPE_SHARED, "log", &log, &size, NULL) == WF_OK) {
        CHECK(size >= 5 && strlen(log) == size);
        snprintf(copy, sizeof copy, "%s", log + size - 5);
    }
    CHECK_OK(wf_context_append(context, WF_SCOPE_SHARED, "log", input, length, &error));
    CHECK_OK(wf_context_get_state(context, WF_SCOPE_SHARED, "log", &again, NULL, &error));
    CHECK(log == NULL || strcmp(copy, log + size - 5) == 0);
    if (left == 100) return wf_context_output(context, again, WF_NUL, NULL);
    snprintf(next, sizeof next, "%ld", left - 1);
    return wf_context_send(context, NULL, next, WF_NUL, NULL);
}

static void a_list_that_grows_with_every_superstep(void) {
    wf_executor_t executor = WF_EXECUTOR_INIT;
    wf_builder_t *builder;
    wf_workflow_t *workflow;
    char expected[64];
    struct told told;

    executor.invoke = log_message;
    builder = story_of("first", &executor);
    CHECK_OK(wf_builder_add_edge(builder, "first", "first", NULL, &error));
    CHECK_OK(wf_builder_set_max_supersteps(builder, 1000, &error));
    workflow = built(builder);
    snprintf(expected, sizeof expected, "[105,104,103,102,101,100]");
    told = tell(workflow, NULL, "105");
    CHECK_TEXT(expected, told.output);
    wf_workflow_free(workflow);
}

static wf_status_t append_total(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    return wf_context_append(context, WF_SCOPE_SHARED, "total", input, length, NULL);
}

static wf_status_t write_total(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    return wf_context_set_state(context, WF_SCOPE_SHARED, "total", input, length, NULL);
}

static wf_status_t write_list(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data, (void)input, (void)length;
    return wf_context_set_state(context, WF_SCOPE_SHARED, "total", "[]", WF_NUL, NULL);
}

/* "first" sends to "left" and "right", which write one key in one superstep. */
static struct told two_writers(uint32_t flags, wf_executor_fn left, wf_executor_fn right) {
    const char *targets[] = {"left", "right"};
    wf_builder_t *builder = story(relay);
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;
    struct told told;
    wf_workflow_t *workflow;

    add(builder, "left", left);
    add(builder, "right", right);
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
    struct told told = two_writers(0, write_total, write_total);

    CHECK_STATUS(WF_DONE, told.end);
    CHECK(strstr(told.warning, "\"reason\":\"state_conflict\"") != NULL);
}

static void a_conflict_fails_a_strict_run(void) {
    struct told told = two_writers(WF_RUN_STRICT_STATE, write_total, write_total);

    CHECK_FAILS(WF_E_CONFLICT, told.end, "'left'", "'right'", "'total'", "superstep 2");
    CHECK(told.kinds[WF_EVENT_WARNING] == 0 && told.kinds[WF_EVENT_FAILED] == 1);
    CHECK(told.kinds[WF_EVENT_SUPERSTEP_COMPLETED] == 1);
}

static void appends_do_not_disturb_each_other(void) {
    struct told told = two_writers(WF_RUN_STRICT_STATE, append_total, append_total);

    CHECK_STATUS(WF_DONE, told.end);
    CHECK(told.kinds[WF_EVENT_WARNING] == 0);
    told = two_writers(0, write_list, append_total);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK(strstr(told.warning, "\"reason\":\"state_conflict\"") != NULL);
    CHECK_FAILS(WF_E_CONFLICT, two_writers(WF_RUN_STRICT_STATE, append_total, write_list).end, "'left'", "'right'", "'total'", "append");
}

int main(void) {
    RUN(keys_and_clear);
    RUN(misuse);
    RUN(a_conflict_is_a_warning);
    RUN(a_conflict_fails_a_strict_run);
    RUN(appending);
    RUN(a_list_that_grows_with_every_superstep);
    RUN(appends_do_not_disturb_each_other);
    FINISH();
}
