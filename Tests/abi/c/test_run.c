/* A run is driven by one thread at a time, fails with the host's own words, and keeps saying so. */
#include "story.h"

static void null_and_wrong_handles(void) {
    wf_workflow_t *workflow = built(story(echo));
    wf_run_t *wrong = (wf_run_t *)workflow;
    wf_run_t *run = NULL;
    wf_event_t *event = NULL;
    char *json = NULL;

    CHECK_FAILS(WF_E_MISUSE, wf_run_start(NULL, NULL, "1", WF_NUL, &run, &error), "workflow", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_run_start((wf_workflow_t *)&run, NULL, "1", WF_NUL, &run, &error), "workflow");
    CHECK_FAILS(WF_E_MISUSE, wf_run_start(workflow, NULL, "1", WF_NUL, NULL, &error), "run", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_run_next(NULL, 0, &event, &error), "run", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_run_next(wrong, 0, &event, &error), "run");
    CHECK_FAILS(WF_E_MISUSE, wf_run_checkpoint(NULL, &json, NULL, &error), "run", "NULL");
    CHECK(wf_run_id(NULL) == NULL && wf_run_id(wrong) == NULL);
    CHECK(wf_run_state(NULL) == WF_RUN_STARTED && wf_run_superstep(NULL) == 0);
    wf_run_free(NULL);
    wf_run_free(wrong);
    CHECK(run == NULL && event == NULL && json == NULL);

    run = started(workflow, NULL, "1");
    CHECK_FAILS(WF_E_MISUSE, wf_run_next(run, 0, NULL, &error), "event", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_run_checkpoint(run, NULL, NULL, &error), "checkpoint", "NULL");
    CHECK_STATUS(WF_DONE, drive(run).end);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static void options_that_cannot_be(void) {
    wf_workflow_t *workflow = built(story(echo));
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;

    options.run_id = "";
    CHECK_FAILS(WF_E_INVALID, wf_run_start(workflow, &options, "1", WF_NUL, &run, &error), "run", "empty");
    options.run_id = "caf\xE9";
    CHECK_FAILS(WF_E_INVALID, wf_run_start(workflow, &options, "1", WF_NUL, &run, &error), "run", "UTF-8");
    options.run_id = "mine";
    options.storage = (wf_storage_t *)workflow;
    CHECK_FAILS(WF_E_MISUSE, wf_run_start(workflow, &options, "1", WF_NUL, &run, &error), "storage");
    options.storage = NULL;
    options.flags = 1u << 31;
    CHECK_FAILS(WF_E_INVALID, wf_run_start(workflow, &options, "1", WF_NUL, &run, &error), "flag");
    options.flags = 0;
    options.struct_size = 1;
    CHECK_FAILS(WF_E_INVALID, wf_run_start(workflow, &options, "1", WF_NUL, &run, &error), "struct_size", "INIT");
    options.struct_size = sizeof options;
    CHECK(run == NULL);
    CHECK_OK(wf_run_start(workflow, &options, "1", WF_NUL, &run, &error));
    CHECK_TEXT("mine", wf_run_id(run));
    CHECK_STATUS(WF_DONE, drive(run).end);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

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
    const wf_status_t pairs[][2] = {{WF_E_HOST - 7, WF_E_HOST - 7}, {WF_E_NOMEM, WF_E_NOMEM}, {-500, -500}, {INT32_MIN, INT32_MIN},
                                    {WF_TIMEOUT, WF_E_EXECUTOR},    {WF_NONE, WF_E_EXECUTOR}, {77, WF_E_EXECUTOR}};

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        wf_status_t status = pairs[i][0];
        wf_executor_t executor = WF_EXECUTOR_INIT;
        wf_builder_t *builder = NULL;
        char number[16];

        executor.invoke = answer;
        executor.user_data = &status;
        CHECK_OK(wf_builder_new("story", &builder, &error));
        CHECK_OK(wf_builder_add_executor(builder, "odd", &executor, &error));
        CHECK_OK(wf_builder_set_start(builder, "odd", &error));
        wf_workflow_t *workflow = built(builder);
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

static void a_checkpoint_that_nobody_asked_for(void) {
    wf_workflow_t *workflow = built(story(echo));
    wf_run_t *run = started(workflow, NULL, "1");
    char *json = NULL;

    CHECK_FAILS(WF_E_INVALID, wf_run_checkpoint(run, &json, NULL, &error), "WF_RUN_CHECKPOINTS");
    CHECK(json == NULL);
    CHECK_STATUS(WF_DONE, drive(run).end);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

/* Drives its own run from inside, and remembers what it was told. */
static wf_status_t drive_myself(void *user_data, wf_context_t *context, const char *input, size_t length) {
    wf_event_t *event = NULL;
    wf_run_t *run = *(wf_run_t **)user_data;

    CHECK_FAILS(WF_E_REENTRANT, wf_run_next(run, 0, &event, &error), wf_run_id(run));
    CHECK(event == NULL && wf_run_state(run) == WF_RUN_IN_PROGRESS);
    return wf_context_output(context, input, length, NULL);
}

static void a_run_driven_from_inside(void) {
    wf_executor_t executor = WF_EXECUTOR_INIT;
    wf_builder_t *builder = NULL;
    wf_run_t *run = NULL;

    executor.invoke = drive_myself;
    executor.user_data = &run;
    CHECK_OK(wf_builder_new("story", &builder, &error));
    CHECK_OK(wf_builder_add_executor(builder, "me", &executor, &error));
    CHECK_OK(wf_builder_set_start(builder, "me", &error));
    wf_workflow_t *workflow = built(builder);
    CHECK_OK(wf_run_start(workflow, NULL, "\"in\"", WF_NUL, &run, &error));
    struct told told = drive(run);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK_TEXT("\"in\"", told.output);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

int main(void) {
    RUN(null_and_wrong_handles);
    RUN(options_that_cannot_be);
    RUN(a_failing_executor);
    RUN(whatever_a_callback_returns);
    RUN(a_loop_without_end);
    RUN(a_checkpoint_that_nobody_asked_for);
    RUN(a_run_driven_from_inside);
    FINISH();
}
