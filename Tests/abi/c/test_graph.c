/* A graph that cannot work is refused as a whole, with every problem in one sentence. */
#include "story.h"

static void every_problem_at_once(void) {
    wf_builder_t *builder = NULL;
    wf_workflow_t *workflow = NULL;

    CHECK_OK(wf_builder_new("bakery", &builder, &error));
    add(builder, "oven", relay);
    add(builder, "island", echo);
    CHECK_OK(wf_builder_add_edge(builder, "oven", "shelf", NULL, &error));
    CHECK_OK(wf_builder_add_edge(builder, "oven", "oven", "is_warm", &error));
    CHECK_FAILS(WF_E_GRAPH, wf_builder_build(builder, &workflow, &error), "'bakery'", "'shelf'", "'is_warm'", "start");
    CHECK_OK(wf_builder_set_start(builder, "oven", &error));
    CHECK_FAILS(WF_E_GRAPH, wf_builder_build(builder, &workflow, &error), "'shelf'", "'island'", "'oven'");
    CHECK(workflow == NULL);
    wf_builder_free(builder);
}

static int32_t always(void *user_data, const char *message, size_t length) {
    (void)user_data, (void)message, (void)length;
    return 1;
}

static void what_was_refused_can_be_mended(void) {
    wf_builder_t *builder = NULL;
    wf_workflow_t *workflow = NULL;
    wf_condition_t condition = WF_CONDITION_INIT;

    CHECK_OK(wf_builder_new("story", &builder, &error));
    CHECK_OK(wf_builder_set_start(builder, "oven", &error));
    CHECK_OK(wf_builder_add_edge(builder, "oven", "shelf", "is_warm", &error));
    CHECK_FAILS(WF_E_GRAPH, wf_builder_build(builder, &workflow, &error), "'oven'", "'shelf'", "'is_warm'");
    add(builder, "oven", relay);
    add(builder, "shelf", echo);
    condition.name = "is_warm";
    condition.evaluate = always;
    CHECK_OK(wf_builder_add_condition(builder, &condition, &error));
    check_builds(builder);
    wf_builder_free(builder);
}

/* A definition and what its refusal must say. */
static const struct {
    const char *json;
    wf_status_t status;
    const char *words[3];
} definitions[] = {
    {"", WF_E_JSON, {"empty"}},
    {"{\"name\": \"n\",}", WF_E_JSON, {"byte 1"}},
    {"{\"name\": \"n\"", WF_E_JSON, {"byte 12"}},
    {"{\"name\": \"n\", \"name\": \"m\"}", WF_E_JSON, {"name"}},
    {"[]", WF_E_GRAPH, {"object"}},
    {"{\"start\": \"a\", \"executors\": [{\"id\": \"a\"}]}", WF_E_GRAPH, {"name"}},
    {"{\"name\": \"n\", \"executors\": {}}", WF_E_GRAPH, {"executors"}},
    {"{\"name\": \"n\", \"executors\": [{\"name\": \"a\"}]}", WF_E_GRAPH, {"executors", "id"}},
    {"{\"name\": \"n\", \"executors\": [{\"id\": 7}]}", WF_E_GRAPH, {"executors", "id"}},
    {"{\"name\": \"n\", \"executors\": [{\"id\": \"a\"}, {\"id\": \"a\"}]}", WF_E_GRAPH, {"'a'"}},
    {"{\"name\": \"n\", \"executors\": [], \"edges\": [{\"kind\": \"wormhole\"}]}", WF_E_GRAPH, {"edges", "wormhole"}},
    {"{\"name\": \"n\", \"edges\": [{\"kind\": \"single\", \"source\": \"a\"}]}", WF_E_GRAPH, {"target"}},
    {"{\"name\": \"n\", \"max_supersteps\": -1}", WF_E_GRAPH, {"max_supersteps"}},
    {"{\"name\": \"n\", \"max_supersteps\": 1.5}", WF_E_GRAPH, {"max_supersteps"}},
    {"{\"name\": \"n\", \"colour\": \"red\"}", WF_E_GRAPH, {"colour"}},
};

static void definitions_that_are_not_valid(void) {
    for (size_t i = 0; i < sizeof definitions / sizeof *definitions; i++) {
        wf_builder_t *builder = NULL;
        const char *const *words = definitions[i].words;
        wf_status_t status = wf_builder_parse(definitions[i].json, WF_NUL, &builder, &error);

        check_failure(__FILE__, __LINE__, definitions[i].json, definitions[i].status, status,
                      (const char *const[]){words[0], words[1], NULL});
        CHECK(builder == NULL);
    }
    CHECK_FAILS(WF_E_MISUSE, wf_builder_parse("{}", WF_NUL, NULL, &error), "builder", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_parse(NULL, 7, &(wf_builder_t *){NULL}, &error), "NULL");
}

static void a_definition_waits_for_its_code(void) {
    const char *json = "{\"name\": \"story\", \"start\": \"first\", \"executors\": [{\"id\": \"first\"}]}";
    wf_builder_t *builder = NULL;
    wf_workflow_t *workflow = NULL;

    CHECK_OK(wf_builder_parse(json, WF_NUL, &builder, &error));
    CHECK_FAILS(WF_E_GRAPH, wf_builder_build(builder, &workflow, &error), "'first'", "never added");
    add(builder, "first", echo);
    check_builds(builder);
    wf_builder_free(builder);
}

int main(void) {
    RUN(every_problem_at_once);
    RUN(what_was_refused_can_be_mended);
    RUN(definitions_that_are_not_valid);
    RUN(a_definition_waits_for_its_code);
    FINISH();
}
