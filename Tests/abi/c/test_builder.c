/* A builder refuses what cannot be right, says what and where, and goes on. */
#include "story.h"

#define INVALID_UTF8 "caf\xE9"

/* A refused call is remembered: the build tells of it, so that the single answers may be left unread. */
static void check_remembers(wf_builder_t *builder, const char *word) {
    wf_workflow_t *workflow = NULL;

    CHECK_FAILS(WF_E_GRAPH, wf_builder_build(builder, &workflow, &error), "'story'", word);
    CHECK(workflow == NULL);
    wf_builder_free(builder);
}

static void null_and_wrong_handles(void) {
    wf_builder_t *builder = story(echo);
    wf_builder_t *other = NULL;
    wf_workflow_t *workflow = NULL;
    wf_storage_t *storage = NULL;
    wf_executor_t executor = WF_EXECUTOR_INIT;

    executor.invoke = echo;
    CHECK_OK(wf_storage_open("memory:", &storage, &error));
    CHECK_FAILS(WF_E_MISUSE, wf_builder_new("x", NULL, &error), "builder", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_new(NULL, &other, &error), "name", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_add_executor(NULL, "a", &executor, &error), "builder", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_add_executor((wf_builder_t *)storage, "a", &executor, &error), "builder");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_add_executor(builder, NULL, &executor, &error), "id", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_add_executor(builder, "a", NULL, &error), "wf_executor_t", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_add_condition(builder, NULL, &error), "wf_condition_t", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_add_edge(builder, NULL, "first", NULL, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_add_edge(builder, "first", NULL, NULL, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_add_chain(builder, NULL, 2, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_add_fan_out_edges(builder, "first", NULL, 2, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_add_fan_in_edges(builder, NULL, 2, "first", &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_set_start(builder, NULL, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_build(builder, NULL, &error), "workflow", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_build(NULL, &workflow, &error), "builder", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_build((wf_builder_t *)storage, &workflow, &error), "builder");
    CHECK(workflow == NULL && other == NULL);
    wf_builder_free((wf_builder_t *)storage);
    wf_builder_free(NULL);
    check_remembers(builder, "NULL");
    wf_storage_free(storage);
}

static void names_that_nobody_could_read(void) {
    wf_builder_t *builder = story(echo);
    wf_builder_t *other = NULL;
    wf_executor_t executor = WF_EXECUTOR_INIT;
    char endless[4096];

    memset(endless, 'x', sizeof endless);
    endless[sizeof endless - 1] = '\0';
    executor.invoke = echo;
    CHECK_FAILS(WF_E_INVALID, wf_builder_new("", &other, &error), "name", "empty");
    CHECK_FAILS(WF_E_INVALID, wf_builder_new(INVALID_UTF8, &other, &error), "name", "UTF-8");
    CHECK_FAILS(WF_E_INVALID, wf_builder_add_executor(builder, "", &executor, &error), "executor", "empty");
    CHECK_FAILS(WF_E_INVALID, wf_builder_add_executor(builder, INVALID_UTF8, &executor, &error), "executor", "UTF-8");
    CHECK_FAILS(WF_E_INVALID, wf_builder_add_executor(builder, "two\nlines", &executor, &error), "control character");
    CHECK_FAILS(WF_E_INVALID, wf_builder_add_executor(builder, endless, &executor, &error), "4095 bytes");
    CHECK_FAILS(WF_E_INVALID, wf_builder_add_edge(builder, "first", INVALID_UTF8, NULL, &error), "UTF-8");
    CHECK_FAILS(WF_E_INVALID, wf_builder_set_start(builder, INVALID_UTF8, &error), "UTF-8");
    check_remembers(builder, "UTF-8");
}

static void duplicates(void) {
    wf_builder_t *builder = story_of_two(relay, echo);
    wf_executor_t executor = WF_EXECUTOR_INIT;

    executor.invoke = echo;
    CHECK_FAILS(WF_E_EXISTS, wf_builder_add_executor(builder, "last", &executor, &error), "'last'");
    CHECK_FAILS(WF_E_EXISTS, wf_builder_add_edge(builder, "first", "last", NULL, &error), "'first'", "'last'");
    CHECK_FAILS(WF_E_EXISTS, wf_builder_set_start(builder, "last", &error), "'first'", "'last'");
    check_remembers(builder, "already an edge from 'first' to 'last'");
}

static void structs_that_are_not_filled(void) {
    wf_builder_t *builder = story(echo);
    wf_executor_t executor = WF_EXECUTOR_INIT;
    wf_condition_t condition = WF_CONDITION_INIT;

    CHECK_FAILS(WF_E_MISUSE, wf_builder_add_executor(builder, "silent", &executor, &error), "'silent'", "invoke");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_add_condition(builder, &condition, &error), "name", "NULL");
    condition.name = "blind";
    CHECK_FAILS(WF_E_MISUSE, wf_builder_add_condition(builder, &condition, &error), "'blind'", "evaluate");
    executor.invoke = echo;
    executor.flags = 1u << 31;
    CHECK_FAILS(WF_E_UNSUPPORTED, wf_builder_add_executor(builder, "flagged", &executor, &error), "flag");
    executor.flags = 0;
    executor.struct_size = 0;
    CHECK_FAILS(WF_E_INVALID, wf_builder_add_executor(builder, "zero", &executor, &error), "struct_size", "INIT");
    check_remembers(builder, "'silent'");
}

static void groups_of_less_than_two(void) {
    wf_builder_t *builder = story(echo);
    const char *one[] = {"first"};

    CHECK_FAILS(WF_E_INVALID, wf_builder_add_chain(builder, one, 1, &error), "chain", "two");
    CHECK_FAILS(WF_E_INVALID, wf_builder_add_fan_out_edges(builder, "first", one, 1, &error), "'first'", "two");
    CHECK_FAILS(WF_E_INVALID, wf_builder_add_fan_in_edges(builder, one, 1, "first", &error), "'first'", "two");
    CHECK_FAILS(WF_E_INVALID, wf_builder_add_chain(builder, NULL, 0, &error), "chain", "two");
    CHECK_FAILS(WF_E_INVALID, wf_builder_set_max_supersteps(builder, 0, &error), "superstep limit", "0");
    check_remembers(builder, "superstep limit");
}

int main(void) {
    RUN(null_and_wrong_handles);
    RUN(names_that_nobody_could_read);
    RUN(duplicates);
    RUN(structs_that_are_not_filled);
    RUN(groups_of_less_than_two);
    FINISH();
}
