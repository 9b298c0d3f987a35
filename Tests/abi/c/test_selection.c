/* A selector chooses targets; a switch takes the first case; both are named and have a say only once a message. */
#include "story.h"

static int finalized;

static void finalize(void *user_data) {
    (void)user_data;
    finalized++;
}

/* Chooses the targets that the message names: "b", "bc" and so on; "?" fails; "z" asks for a stranger. */
static wf_status_t by_letter(void *user_data, const char *message, size_t length, wf_selection_t *selection) {
    (void)user_data;
    if (strchr(message, '?')) return WF_E_HOST - 7;
    for (size_t i = 1; i + 1 < length; i++) {
        char id[2] = {message[i], 0};
        wf_status_t status = wf_selection_add(selection, id, &error);

        if (message[i] == 'z') {
            check_failure(__FILE__, __LINE__, "a stranger", WF_E_NOTFOUND, status, (const char *const[]){"'z'", "b, c", NULL});
            return status;
        }
        CHECK_STATUS(WF_OK, status);
        CHECK_OK(wf_selection_add(selection, id, &error)); /* twice is once */
    }
    CHECK_TEXT("[\"b\",\"c\"]", wf_selection_targets(selection, NULL));
    return WF_OK;
}

static wf_selector_t selector_of(wf_selector_fn select) {
    wf_selector_t selector = WF_SELECTOR_INIT;

    selector.name = "by_letter";
    selector.select = select;
    selector.finalizer = finalize;
    return selector;
}

/* a selects among b and c. */
static wf_workflow_t *selection(wf_selector_fn select, uint32_t flags) {
    const char *targets[] = {"b", "c"};
    wf_selector_t selector = selector_of(select);
    wf_builder_t *builder = story(relay);

    selector.flags = flags;
    add(builder, "b", echo);
    add(builder, "c", echo);
    CHECK_OK(wf_builder_add_multi_selection_edges(builder, "first", targets, 2, "by_letter", &error));
    CHECK_OK(wf_builder_add_selector(builder, &selector, &error));
    return built(builder);
}

static void chooses(void) {
    wf_workflow_t *workflow = selection(by_letter, 0);

    CHECK(tell(workflow, NULL, "\"bc\"").kinds[WF_EVENT_OUTPUT] == 2);
    CHECK(tell(workflow, NULL, "\"c\"").kinds[WF_EVENT_OUTPUT] == 1);
    CHECK(tell(workflow, NULL, "\"\"").kinds[WF_EVENT_OUTPUT] == 0);
    CHECK(tell(workflow, NULL, "\"\"").kinds[WF_EVENT_WARNING] == 0);
    wf_workflow_free(workflow);
    CHECK(finalized == 1);
}

static void fails(void) {
    const struct { const char *input, *word; wf_status_t status; } cases[] = {
        {"\"?\"", "by_letter", WF_E_HOST - 7}, {"\"z\"", "by_letter", WF_E_NOTFOUND}};
    wf_workflow_t *workflow = selection(by_letter, 0);

    for (size_t i = 0; i < 2; i++) {
        wf_run_t *run = started(workflow, NULL, cases[i].input);
        struct told told = drive(run);

        CHECK(told.kinds[WF_EVENT_FAILED] == 1);
        CHECK_FAILS(cases[i].status, told.end, cases[i].word);
        wf_run_free(run);
    }
    wf_workflow_free(workflow);
}

static wf_status_t says_nothing(void *user_data, const char *message, size_t length, wf_selection_t *selection) {
    (void)user_data, (void)message, (void)length, (void)selection;
    return 0;
}

static void strict(void) {
    wf_workflow_t *workflow = selection(says_nothing, WF_STRICT_RESULT);
    wf_run_t *run = started(workflow, NULL, "1");
    struct told told = drive(run);

    CHECK_FAILS(WF_E_EXECUTOR, told.end, "by_letter");
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static int32_t is_long(void *user_data, const char *message, size_t length) {
    (void)user_data, (void)message;
    return length > 3;
}

static void switches(void) {
    const char *conditions[] = {"is_long"}, *targets[] = {"b"};
    wf_condition_t condition = WF_CONDITION_INIT;
    wf_builder_t *builder = story(relay);
    wf_workflow_t *workflow;
    char *definition = NULL;

    condition.name = "is_long";
    condition.evaluate = is_long;
    add(builder, "b", echo);
    add(builder, "c", fail);
    CHECK_FAILS(WF_E_INVALID, wf_builder_add_switch_case_edges(builder, "first", NULL, NULL, 0, "c", &error), "at least one case");
    wf_builder_free(builder);

    builder = story(relay);
    add(builder, "b", echo);
    add(builder, "c", fail);
    CHECK_OK(wf_builder_add_condition(builder, &condition, &error));
    CHECK_OK(wf_builder_add_switch_case_edges(builder, "first", conditions, targets, 1, "c", &error));
    workflow = built(builder);
    CHECK(tell(workflow, NULL, "12345").kinds[WF_EVENT_OUTPUT] == 1);
    wf_run_t *run = started(workflow, NULL, "1");
    struct told told = drive(run);
    CHECK_FAILS(WF_E_EXECUTOR, told.end, "the oven is cold");
    CHECK_OK(wf_workflow_definition(workflow, &definition, NULL, &error));
    CHECK(definition != NULL && strstr(definition, "\"default\":\"c\"") != NULL);
    CHECK_OK(wf_builder_parse(definition, WF_NUL, &builder, &error));
    wf_builder_free(builder);
    wf_free(definition);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static void misuse(void) {
    const char *targets[] = {"b", "c"};
    wf_selector_t selector = selector_of(NULL);
    wf_builder_t *builder = story(relay);

    finalized = 0;
    CHECK_FAILS(WF_E_MISUSE, wf_builder_add_selector(builder, &selector, &error), "by_letter", "select");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_add_selector(NULL, &selector, &error), "builder is NULL");
    CHECK(finalized == 2);
    CHECK_FAILS(WF_E_MISUSE, wf_builder_add_selector(builder, NULL, &error), "NULL");
    CHECK_FAILS(WF_E_INVALID, wf_builder_add_multi_selection_edges(builder, "first", targets, 1, "s", &error), "two targets");
    CHECK_FAILS(WF_E_MISUSE, wf_selection_add(NULL, "b", &error), "selection is NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_selection_add((wf_selection_t *)(void *)builder, "b", &error), "not a selection");
    CHECK_TEXT("[]", wf_selection_targets(NULL, NULL));
    wf_builder_free(builder);
}

int main(void) {
    RUN(chooses);
    RUN(fails);
    RUN(strict);
    RUN(switches);
    RUN(misuse);
    FINISH();
}
