/* What host code may do with its context, and what it may not. */
#include "story.h"

typedef void (*act_fn)(wf_context_t *context);

/* Does one thing with a context, then passes its input on. */
static wf_status_t act(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (*(act_fn *)user_data)(context);
    return wf_context_send(context, NULL, input, length, NULL);
}

/* A run in which "actor" does it and "last" still gets its message afterwards. */
static void in_a_callback(act_fn doing) {
    wf_executor_t executor = WF_EXECUTOR_INIT;
    wf_builder_t *builder = NULL;

    executor.invoke = act;
    executor.user_data = &doing;
    builder = story_of("actor", &executor);
    add(builder, "last", echo);
    CHECK_OK(wf_builder_add_edge(builder, "actor", "last", NULL, &error));
    wf_workflow_t *workflow = built(builder);
    CHECK_TEXT("\"after\"", tell(workflow, NULL, "\"after\"").output);
    wf_workflow_free(workflow);
}

static void look_around(wf_context_t *context) {
    size_t length = 0;

    CHECK(wf_context_run_id(context)[0] != '\0');
    CHECK_TEXT("actor", wf_context_executor_id(context));
    CHECK(wf_context_superstep(context) == 1);
    CHECK_TEXT("\"after\"", wf_context_input(context, &length));
    CHECK(length == strlen("\"after\""));
    CHECK_TEXT("[\"internal:actor\"]", wf_context_sources(context, NULL));
}

static void pass_null(wf_context_t *context) {
    const char *json = "untouched";

    CHECK_FAILS(WF_E_MISUSE, wf_context_send(NULL, NULL, "1", 1, &error), "context", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_context_send(context, NULL, NULL, 1, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_context_output(NULL, "1", 1, &error), "context", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_context_output(context, NULL, 1, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_context_get_state(NULL, 0, "k", &json, NULL, &error), "context", "NULL");
    CHECK(json == NULL);
    CHECK_FAILS(WF_E_MISUSE, wf_context_get_state(context, 0, NULL, &json, NULL, &error), "key", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_context_get_state(context, 0, "k", NULL, NULL, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_context_set_state(context, 0, NULL, "1", 1, &error), "key", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_context_set_state(context, 0, "k", NULL, 1, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_context_delete_state(context, 0, NULL, &error), "key", "NULL");
    CHECK(wf_context_fail(NULL, NULL, "x", WF_NUL) == WF_E_MISUSE);
    CHECK(wf_context_fail(context, NULL, NULL, 3) == WF_E_MISUSE);
    CHECK_TEXT("", wf_context_executor_id(NULL));
    CHECK_TEXT("", wf_context_run_id(NULL));
    CHECK_TEXT("null", wf_context_input(NULL, NULL));
    CHECK_TEXT("[]", wf_context_sources(NULL, NULL));
    CHECK(wf_context_superstep(NULL) == 0);
}

static void pass_another_handle(wf_context_t *context) {
    wf_context_t *wrong = NULL;

    CHECK_OK(wf_storage_open("memory:", (wf_storage_t **)(void *)&wrong, &error));
    CHECK_FAILS(WF_E_MISUSE, wf_context_output(wrong, "1", 1, &error), "context");
    CHECK_TEXT("", wf_context_executor_id(wrong));
    CHECK_TEXT("actor", wf_context_executor_id(context));
    wf_storage_free((wf_storage_t *)wrong);
}

static void send_what_is_wrong(wf_context_t *context) {
    CHECK_FAILS(WF_E_NOTFOUND, wf_context_send(context, "nobody", "1", 1, &error), "'actor'", "'nobody'");
    CHECK_FAILS(WF_E_INVALID, wf_context_send(context, "caf\xE9", "1", 1, &error), "UTF-8");
    CHECK_FAILS(WF_E_JSON, wf_context_send(context, NULL, "{", 1, &error), "message");
    CHECK_FAILS(WF_E_JSON, wf_context_output(context, "[1,]", WF_NUL, &error), "output");
}

static void use_state_wrongly(wf_context_t *context) {
    const char *json = NULL;
    const wf_scope_t scopes[] = {-1, 2, INT32_MAX};

    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++) {
        CHECK_FAILS(WF_E_INVALID, wf_context_get_state(context, scopes[i], "k", &json, NULL, &error), "scope");
        CHECK_FAILS(WF_E_INVALID, wf_context_set_state(context, scopes[i], "k", "1", 1, &error), "scope");
        CHECK_FAILS(WF_E_INVALID, wf_context_delete_state(context, scopes[i], "k", &error), "scope");
    }
    CHECK_FAILS(WF_E_INVALID, wf_context_set_state(context, WF_SCOPE_SHARED, "", "1", 1, &error), "key", "empty");
    CHECK_FAILS(WF_E_INVALID, wf_context_set_state(context, WF_SCOPE_SHARED, "\xE9", "1", 1, &error), "key", "UTF-8");
    CHECK_FAILS(WF_E_JSON, wf_context_set_state(context, WF_SCOPE_SHARED, "k", "nope", WF_NUL, &error), "state value");
    CHECK_STATUS(WF_NONE, wf_context_get_state(context, WF_SCOPE_SHARED, "k", &json, NULL, &error));
    CHECK_STATUS(WF_NONE, wf_context_delete_state(context, WF_SCOPE_SHARED, "k", &error));
    CHECK(json == NULL);
}

static void use_state(wf_context_t *context) {
    const char *before = NULL, *after = NULL;
    size_t length = 0;

    CHECK_OK(wf_context_set_state(context, WF_SCOPE_EXECUTOR, "k", "[ 1 ]", WF_NUL, &error));
    CHECK_OK(wf_context_get_state(context, WF_SCOPE_EXECUTOR, "k", &before, &length, &error));
    CHECK_STATUS(WF_NONE, wf_context_get_state(context, WF_SCOPE_SHARED, "k", &after, NULL, &error));
    CHECK_OK(wf_context_set_state(context, WF_SCOPE_EXECUTOR, "k", "2", WF_NUL, &error));
    CHECK_OK(wf_context_get_state(context, WF_SCOPE_EXECUTOR, "k", &after, NULL, &error));
    CHECK_TEXT("[ 1 ]", before);
    CHECK_TEXT("2", after);
    CHECK(length == 5);
    CHECK_OK(wf_context_delete_state(context, WF_SCOPE_EXECUTOR, "k", &error));
    CHECK_STATUS(WF_NONE, wf_context_get_state(context, WF_SCOPE_EXECUTOR, "k", &after, NULL, &error));
}

static void save_at_the_wrong_time(wf_context_t *context) {
    CHECK_FAILS(WF_E_MISUSE, wf_context_save(context, "1", 1, &error), "'actor'", "save");
}

/* In a save callback: what only an invoke callback may do. */
static wf_status_t save_wrongly(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    CHECK_TEXT("null", input);
    CHECK(length == 4);
    CHECK_TEXT("[]", wf_context_sources(context, NULL));
    CHECK_FAILS(WF_E_MISUSE, wf_context_send(context, NULL, "1", 1, &error), "'saver'");
    CHECK_FAILS(WF_E_MISUSE, wf_context_output(context, "1", 1, &error), "'saver'");
    CHECK_FAILS(WF_E_MISUSE, wf_context_set_state(context, 0, "k", "1", 1, &error), "'saver'");
    CHECK_FAILS(WF_E_MISUSE, wf_context_delete_state(context, 0, "k", &error), "'saver'");
    CHECK_FAILS(WF_E_JSON, wf_context_save(context, "nope", WF_NUL, &error), "state");
    CHECK_OK(wf_context_save(context, "1", 1, &error));
    return wf_context_save(context, "{\"saved\": 2}", WF_NUL, NULL);
}

static void saving(void) {
    wf_executor_t executor = WF_EXECUTOR_INIT;
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;
    char *json = NULL;

    executor.invoke = echo;
    executor.save = save_wrongly;
    options.flags = WF_RUN_CHECKPOINTS;
    wf_workflow_t *workflow = built(story_of("saver", &executor));
    CHECK_OK(wf_run_start(workflow, &options, "1", 1, &run, &error));
    CHECK_STATUS(WF_DONE, drive(run).end);
    CHECK_OK(wf_run_checkpoint(run, &json, NULL, &error));
    CHECK(json != NULL && strstr(json, "{\"saved\": 2}") != NULL);
    wf_free(json);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static void what_is_there(void) { in_a_callback(look_around); }
static void null(void) { in_a_callback(pass_null); }
static void another_handle(void) { in_a_callback(pass_another_handle); }
static void sending(void) { in_a_callback(send_what_is_wrong); }
static void state(void) { in_a_callback(use_state); }
static void state_wrongly(void) { in_a_callback(use_state_wrongly); }
static void saving_at_the_wrong_time(void) { in_a_callback(save_at_the_wrong_time); }

int main(void) {
    RUN(what_is_there);
    RUN(null);
    RUN(another_handle);
    RUN(sending);
    RUN(state);
    RUN(state_wrongly);
    RUN(saving_at_the_wrong_time);
    RUN(saving);
    FINISH();
}
