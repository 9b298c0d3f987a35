/* A run refuses what it cannot do, also from inside its own callbacks, and goes on. */
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
    CHECK_TEXT("", wf_run_id(NULL));
    CHECK_TEXT("", wf_run_id(wrong));
    CHECK(wf_run_state(NULL) == WF_E_MISUSE && wf_run_state(wrong) == WF_E_MISUSE);
    CHECK(wf_run_superstep(NULL) == 0 && wf_run_superstep(wrong) == 0);
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
    CHECK_FAILS(WF_E_UNSUPPORTED, wf_run_start(workflow, &options, "1", WF_NUL, &run, &error), "flag");
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

static void a_checkpoint_that_nobody_asked_for(void) {
    wf_workflow_t *workflow = built(story(echo));
    wf_run_t *run = started(workflow, NULL, "1");
    char *json = NULL;

    CHECK_FAILS(WF_E_UNSUPPORTED, wf_run_checkpoint(run, &json, NULL, &error), "WF_RUN_CHECKPOINTS");
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
    wf_run_t *run = NULL;

    executor.invoke = drive_myself;
    executor.user_data = &run;
    wf_workflow_t *workflow = built(story_of("me", &executor));
    CHECK_OK(wf_run_start(workflow, NULL, "\"in\"", WF_NUL, &run, &error));
    struct told told = drive(run);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK_TEXT("\"in\"", told.output);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

struct own {
    wf_run_t *run;
    wf_workflow_t *workflow;
};

/* Frees everything it can reach, its own run included, and goes on. */
static wf_status_t free_everything(void *user_data, wf_context_t *context, const char *input, size_t length) {
    struct own *own = user_data;

    wf_workflow_free(own->workflow);
    wf_run_free(own->run);
    return wf_context_output(context, input, length, NULL);
}

static void a_run_freed_from_inside(void) {
    struct own own = {NULL, NULL};
    wf_executor_t executor = WF_EXECUTOR_INIT;
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_event_t *event = NULL;

    executor.invoke = free_everything;
    executor.user_data = &own;
    options.hidden_events = ~WF_EVENT_BIT(WF_EVENT_OUTPUT);
    own.workflow = built(story_of("last", &executor));
    CHECK_OK(wf_run_start(own.workflow, &options, "\"in\"", WF_NUL, &own.run, &error));
    CHECK_OK(wf_run_next(own.run, -1, &event, &error));
    CHECK_TEXT("\"in\"", wf_event_data(event, NULL));
    wf_event_free(event);
}

int main(void) {
    RUN(null_and_wrong_handles);
    RUN(options_that_cannot_be);
    RUN(a_checkpoint_that_nobody_asked_for);
    RUN(a_run_driven_from_inside);
    RUN(a_run_freed_from_inside);
    FINISH();
}
