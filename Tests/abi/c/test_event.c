/* Events belong to the caller, outlive their run, and are not built when nobody wants them. */
#include "story.h"

static void null_and_wrong_handles(void) {
    wf_workflow_t *workflow = built(story(echo));
    const wf_event_t *const handles[] = {NULL, (const wf_event_t *)workflow};

    for (size_t i = 0; i < 2; i++) {
        CHECK(wf_event_kind(handles[i]) == 0);
        CHECK(wf_event_sequence(handles[i]) == 0 && wf_event_superstep(handles[i]) == 0);
        CHECK(wf_event_executor_id(handles[i]) == NULL);
        CHECK_TEXT("", wf_event_name(handles[i]));
        CHECK_TEXT("null", wf_event_data(handles[i], NULL));
        CHECK_TEXT("null", wf_event_json(handles[i], NULL));
    }
    wf_event_free(NULL);
    wf_event_free((wf_event_t *)workflow);
    CHECK_TEXT("1", tell(workflow, NULL, "1").output);
    wf_workflow_free(workflow);
}

static void every_kind_has_a_name(void) {
    CHECK_TEXT("started", wf_event_kind_name(WF_EVENT_STARTED));
    CHECK_TEXT("superstep_completed", wf_event_kind_name(WF_EVENT_SUPERSTEP_COMPLETED));
    CHECK_TEXT("warning", wf_event_kind_name(WF_EVENT_WARNING));
    for (wf_event_kind_t kind = WF_EVENT_STARTED; kind <= WF_EVENT_CUSTOM; kind++) {
        CHECK(strcmp(wf_event_kind_name(kind), "unknown") != 0);
    }
    CHECK_TEXT("intermediate", wf_event_kind_name(WF_EVENT_INTERMEDIATE));
    CHECK_TEXT("custom", wf_event_kind_name(WF_EVENT_CUSTOM));
    CHECK_TEXT("unknown", wf_event_kind_name(0));
    CHECK_TEXT("unknown", wf_event_kind_name(WF_EVENT_CUSTOM + 1));
    CHECK_TEXT("unknown", wf_event_kind_name(-1));
    CHECK_TEXT("unknown", wf_event_kind_name(INT32_MAX));
}

static void they_come_in_this_order(void) {
    const wf_event_kind_t order[] = {
        WF_EVENT_STARTED, WF_EVENT_STATUS, WF_EVENT_CHECKPOINT,
        WF_EVENT_SUPERSTEP_STARTED, WF_EVENT_EXECUTOR_INVOKED, WF_EVENT_EXECUTOR_COMPLETED,
        WF_EVENT_CHECKPOINT, WF_EVENT_SUPERSTEP_COMPLETED,
        WF_EVENT_SUPERSTEP_STARTED, WF_EVENT_EXECUTOR_INVOKED, WF_EVENT_OUTPUT, WF_EVENT_EXECUTOR_COMPLETED,
        WF_EVENT_CHECKPOINT, WF_EVENT_SUPERSTEP_COMPLETED, WF_EVENT_STATUS,
    };
    wf_workflow_t *workflow = built(story_of_two(relay, echo));
    wf_storage_t *storage = NULL;
    wf_event_t *event = NULL;
    size_t i = 0;

    CHECK_OK(wf_storage_open("memory:", &storage, &error));
    wf_run_t *run = started(workflow, storage, "1");
    for (; wf_run_next(run, 0, &event, &error) == WF_OK && i < sizeof order / sizeof *order; i++) {
        CHECK(wf_event_sequence(event) == i + 1);
        if (wf_event_kind(event) != order[i]) complain(__FILE__, __LINE__, "the order", wf_event_json(event, NULL));
        wf_event_free(event);
    }
    CHECK(i == sizeof order / sizeof *order);
    CHECK(wf_run_next(run, 0, &event, &error) == WF_DONE && error == NULL);
    wf_run_free(run);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

static void they_outlive_everything(void) {
    wf_workflow_t *workflow = built(story(echo));
    wf_run_t *run = started(workflow, NULL, "{\"a\": [1]}");
    wf_event_t *event = drive_to(run, WF_EVENT_OUTPUT);
    size_t length = 0;

    wf_run_free(run);
    wf_workflow_free(workflow);
    CHECK_TEXT("{\"a\": [1]}", wf_event_data(event, &length));
    CHECK(length == strlen("{\"a\": [1]}"));
    CHECK_TEXT("first", wf_event_executor_id(event));
    CHECK(wf_event_superstep(event) == 1);
    CHECK(strstr(wf_event_json(event, &length), "\"executor_id\":\"first\"") != NULL);
    CHECK(strlen(wf_event_json(event, NULL)) == length);
    CHECK(wf_event_json(event, NULL) == wf_event_json(event, NULL));
    wf_event_free(event);
}

static void hidden_ones_do_not_come(void) {
    wf_workflow_t *workflow = built(story_of_two(relay, echo));
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;

    options.hidden_events = ~WF_EVENT_BIT(WF_EVENT_OUTPUT);
    CHECK_OK(wf_run_start(workflow, &options, "7", 1, &run, &error));
    struct told told = drive(run);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK(told.events == 1 && told.kinds[WF_EVENT_OUTPUT] == 1);
    wf_run_free(run);
    options.hidden_events = UINT64_MAX;
    CHECK_OK(wf_run_start(workflow, &options, "7", 1, &run, &error));
    told = drive(run);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK(told.events == 0 && wf_run_state(run) == WF_RUN_IDLE);
    wf_run_free(run);
    wf_workflow_free(workflow);
}


static void a_message_that_nobody_takes(void) {
    wf_workflow_t *workflow = built(story(relay));
    struct told told = tell(workflow, NULL, "1");

    CHECK(told.kinds[WF_EVENT_WARNING] == 1);
    CHECK(strstr(told.warning, "\"first\"") != NULL && strstr(told.warning, "\"reason\"") != NULL);
    wf_workflow_free(workflow);
}

int main(void) {
    RUN(null_and_wrong_handles);
    RUN(every_kind_has_a_name);
    RUN(they_come_in_this_order);
    RUN(they_outlive_everything);
    RUN(hidden_ones_do_not_come);
    RUN(a_message_that_nobody_takes);
    FINISH();
}
