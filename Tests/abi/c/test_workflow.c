/* A workflow is immutable, outlives its builder, and describes itself. */
#include "story.h"

static void null_and_wrong_handles(void) {
    wf_builder_t *builder = story(echo);
    char *json = (char *)builder;
    size_t length = 7;

    CHECK_TEXT("", wf_workflow_name(NULL));
    CHECK_TEXT("", wf_workflow_signature(NULL));
    CHECK_TEXT("", wf_workflow_name((wf_workflow_t *)builder));
    CHECK_TEXT("", wf_workflow_signature((wf_workflow_t *)builder));
    CHECK_FAILS(WF_E_MISUSE, wf_workflow_definition(NULL, &json, &length, &error), "workflow", "NULL");
    CHECK(json == NULL);
    CHECK_FAILS(WF_E_MISUSE, wf_workflow_definition((wf_workflow_t *)builder, &json, &length, &error), "workflow");
    wf_workflow_free(NULL);
    wf_workflow_free((wf_workflow_t *)builder);
    check_builds(builder);

    wf_workflow_t *workflow = built(builder);
    CHECK_FAILS(WF_E_MISUSE, wf_workflow_definition(workflow, NULL, &length, &error), "NULL");
    wf_workflow_free(workflow);
}

static void it_outlives_its_builder(void) {
    wf_workflow_t *workflow = built(story_of_two(relay, echo));

    CHECK_TEXT("story", wf_workflow_name(workflow));
    CHECK(strlen(wf_workflow_signature(workflow)) == 64);
    CHECK(strspn(wf_workflow_signature(workflow), "0123456789abcdef") == 64);
    CHECK_TEXT("[1,2]", tell(workflow, NULL, "[1,2]").output);
    wf_workflow_free(workflow);
}

static void the_builder_goes_on_without_changing_it(void) {
    wf_builder_t *builder = story_of_two(relay, echo);
    wf_workflow_t *workflow = NULL;

    CHECK_OK(wf_builder_build(builder, &workflow, &error));
    add(builder, "more", echo);
    CHECK_OK(wf_builder_add_edge(builder, "last", "more", NULL, &error));

    wf_workflow_t *larger = built(builder);
    CHECK(strcmp(wf_workflow_signature(workflow), wf_workflow_signature(larger)) != 0);
    CHECK(tell(workflow, NULL, "1").kinds[WF_EVENT_EXECUTOR_INVOKED] == 2);
    wf_workflow_free(workflow);
    wf_workflow_free(larger);
}

static void its_definition_makes_it_again(void) {
    wf_workflow_t *workflow = built(story_of_two(relay, echo));
    wf_builder_t *builder = NULL;
    char *json = NULL;
    size_t length = 0;

    CHECK_OK(wf_workflow_definition(workflow, &json, &length, &error));
    CHECK(strlen(json) == length);
    CHECK_OK(wf_builder_parse(json, length, &builder, &error));
    add(builder, "first", relay);
    add(builder, "last", echo);
    wf_workflow_t *again = built(builder);
    CHECK_TEXT(wf_workflow_signature(workflow), wf_workflow_signature(again));
    CHECK_TEXT("7", tell(again, NULL, "7").output);
    wf_free(json);
    wf_workflow_free(again);
    wf_workflow_free(workflow);
}

static void it_draws_itself(void) {
    wf_workflow_t *workflow = built(story_of_two(relay, echo));
    char *text = NULL;
    size_t length = 0;

    CHECK_OK(wf_workflow_diagram(workflow, "mermaid", &text, &length, &error));
    CHECK_TEXT("flowchart TD\n    n0[\"first (start)\"]\n    n1[\"last\"]\n    n0 --> n1\n", text);
    CHECK(text != NULL && length == strlen(text));
    wf_free(text);
    CHECK_OK(wf_workflow_diagram(workflow, "dot", &text, NULL, &error));
    CHECK(text != NULL && strstr(text, "n0 -> n1;") != NULL);
    wf_free(text);
    CHECK_FAILS(WF_E_INVALID, wf_workflow_diagram(workflow, "svg", &text, NULL, &error), "'svg'", "mermaid");
    CHECK(text == NULL);
    CHECK_FAILS(WF_E_MISUSE, wf_workflow_diagram(NULL, "dot", &text, NULL, &error), "workflow is NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_workflow_diagram(workflow, NULL, &text, NULL, &error), "format is NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_workflow_diagram(workflow, "dot", NULL, NULL, &error), "diagram is NULL");
    wf_workflow_free(workflow);
}

int main(void) {
    RUN(null_and_wrong_handles);
    RUN(it_outlives_its_builder);
    RUN(the_builder_goes_on_without_changing_it);
    RUN(its_definition_makes_it_again);
    RUN(it_draws_itself);
    FINISH();
}
