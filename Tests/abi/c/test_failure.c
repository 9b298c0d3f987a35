/* A run fails with the host's own status and words, and keeps saying so. */
#include "story.h"

static void a_failing_executor(void) {
    wf_workflow_t *workflow = built(story_of_two(relay, fail));
    wf_run_t *run = started(workflow, NULL, "1");
    wf_event_t *event = NULL;
    struct told told = drive(run);

    CHECK(strstr(wf_error_details(error, NULL), "\"Trouble\"") != NULL);
    CHECK(strstr(wf_error_details(error, NULL), "\"last\"") != NULL);
    CHECK_FAILS(WF_E_EXECUTOR, told.end, "the oven is cold");
    CHECK(told.kinds[WF_EVENT_EXECUTOR_FAILED] == 1 && told.kinds[WF_EVENT_FAILED] == 1);
    CHECK(wf_run_state(run) == WF_RUN_FAILED && wf_run_superstep(run) == 1);
    CHECK_FAILS(WF_E_EXECUTOR, wf_run_next(run, 0, &event, &error), "the oven is cold");
    CHECK_FAILS(WF_E_EXECUTOR, wf_run_next(run, -1, &event, &error), "the oven is cold");
    CHECK(event == NULL);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static wf_status_t answer(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)context, (void)input, (void)length;
    return *(const wf_status_t *)user_data;
}

static void whatever_a_callback_returns(void) {
    /* What it returns, and what the run then says. */
    const wf_status_t pairs[][2] = {
        {WF_E_HOST - 7, WF_E_HOST - 7}, {WF_E_NOMEM, WF_E_NOMEM}, {-500, -500}, {INT32_MIN, INT32_MIN},
        {WF_TIMEOUT, WF_E_EXECUTOR}, {WF_NONE, WF_E_EXECUTOR}, {77, WF_E_EXECUTOR},
    };

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        wf_status_t status = pairs[i][0];
        wf_executor_t executor = WF_EXECUTOR_INIT;
        char number[16];

        executor.invoke = answer;
        executor.user_data = &status;
        wf_workflow_t *workflow = built(story_of("odd", &executor));
        wf_run_t *run = started(workflow, NULL, "1");
        snprintf(number, sizeof number, "%d", status);
        CHECK_FAILS(pairs[i][1], drive(run).end, "'odd'", number);
        wf_run_free(run);
        wf_workflow_free(workflow);
    }
}

static void a_loop_without_end(void) {
    wf_builder_t *builder = story(relay);

    CHECK_OK(wf_builder_add_edge(builder, "first", "first", NULL, &error));
    CHECK_OK(wf_builder_set_max_supersteps(builder, 7, &error));
    wf_workflow_t *workflow = built(builder);
    wf_run_t *run = started(workflow, NULL, "1");
    struct told told = drive(run);
    CHECK_FAILS(WF_E_LIMIT, told.end, "7", "superstep");
    CHECK(told.kinds[WF_EVENT_SUPERSTEP_COMPLETED] == 7 && wf_run_state(run) == WF_RUN_FAILED);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

int main(void) {
    RUN(a_failing_executor);
    RUN(whatever_a_callback_returns);
    RUN(a_loop_without_end);
    FINISH();
}
