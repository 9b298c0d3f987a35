/* Conditions choose edges; one that fails stops the run and is named. */
#include "story.h"

static int32_t give(void *user_data, const char *message, size_t length) {
    (void)message, (void)length;
    return *(const int32_t *)user_data;
}

/* "first" goes on to "last" if the condition "opinion" answers so. */
static struct told with_opinion(int32_t answer, uint32_t flags) {
    wf_condition_t condition = WF_CONDITION_INIT;
    wf_builder_t *builder = story(relay);
    wf_workflow_t *workflow;
    wf_run_t *run;
    struct told told;

    condition.name = "opinion";
    condition.flags = flags;
    condition.evaluate = give;
    condition.user_data = &answer;
    add(builder, "last", echo);
    CHECK_OK(wf_builder_add_condition(builder, &condition, &error));
    CHECK_OK(wf_builder_add_edge(builder, "first", "last", "opinion", &error));
    workflow = built(builder);
    run = started(workflow, NULL, "1");
    told = drive(run);
    CHECK(wf_run_state(run) == (told.end == WF_DONE ? WF_RUN_IDLE : WF_RUN_FAILED));
    wf_run_free(run);
    wf_workflow_free(workflow);
    return told;
}

static void yes_and_no(void) {
    CHECK_TEXT("1", with_opinion(1, 0).output);
    CHECK_TEXT("1", with_opinion(77, 0).output);
    CHECK_TEXT("", with_opinion(0, 0).output);
    CHECK_TEXT("1", with_opinion(1, WF_STRICT_RESULT).output);
    CHECK_TEXT("", with_opinion(2, WF_STRICT_RESULT).output);
    CHECK(error == NULL);
}

static void failures(void) {
    CHECK_FAILS(WF_E_HOST - 1, with_opinion(WF_E_HOST - 1, 0).end, "'opinion'", "-1001");
    CHECK_FAILS(WF_E_EXECUTOR, with_opinion(WF_E_EXECUTOR, WF_STRICT_RESULT).end, "'opinion'");
    CHECK_FAILS(WF_E_EXECUTOR, with_opinion(0, WF_STRICT_RESULT).end, "'opinion'", "exception");
    CHECK_FAILS(WF_E_EXECUTOR, with_opinion(3, WF_STRICT_RESULT).end, "'opinion'", "3");
}

static wf_status_t nothing(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data, (void)context, (void)input, (void)length;
    return 0;
}

static wf_status_t done(void *user_data, wf_context_t *context, const char *input, size_t length) {
    echo(user_data, context, input, length);
    return WF_DONE;
}

static struct told strictly(wf_executor_fn invoke) {
    wf_executor_t executor = WF_EXECUTOR_INIT;

    executor.invoke = invoke;
    executor.flags = WF_STRICT_RESULT;
    wf_workflow_t *workflow = built(story_of("strict", &executor));
    wf_run_t *run = started(workflow, NULL, "1");
    struct told told = drive(run);
    wf_run_free(run);
    wf_workflow_free(workflow);
    return told;
}

static void a_strict_executor(void) {
    CHECK_TEXT("1", strictly(done).output);
    CHECK(error == NULL);
    CHECK_FAILS(WF_E_EXECUTOR, strictly(nothing).end, "'strict'", "exception");
}

int main(void) {
    RUN(yes_and_no);
    RUN(failures);
    RUN(a_strict_executor);
    FINISH();
}
