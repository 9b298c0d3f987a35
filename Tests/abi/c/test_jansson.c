/* jansson values cross the boundary with the ownership that jansson's own words say. */
#include <workflow_jansson.h>

#include "story.h"

static void the_copy_is_shared(void) {
    CHECK(wf_jansson_shared((const void *)(uintptr_t)json_delete) == 1);
    CHECK(wf_jansson_shared((const void *)(uintptr_t)puts) == 0);
    CHECK(wf_jansson_shared(NULL) == 0);
}

/* Takes its input as a value, changes it, sends and puts it out. */
static wf_status_t change(void *user_data, wf_context_t *context, const char *input, size_t length) {
    json_t *value = NULL;

    (void)user_data, (void)input, (void)length;
    CHECK_OK(wf_context_input_jansson(context, &value, &error));
    CHECK(json_is_object(value) && value->refcount == 1);
    json_object_set_new(value, "seen", json_true());
    CHECK_OK(wf_context_output_jansson(context, value, &error));
    CHECK(value->refcount == 1);
    CHECK_OK(wf_context_send_jansson(context, "last", value, &error));
    json_object_set_new(value, "too late", json_true());
    CHECK(value->refcount == 1);
    json_decref(value);
    return WF_OK;
}

static void values_travel(void) {
    wf_workflow_t *workflow = built(story_of_two(change, echo));
    struct told told = tell(workflow, NULL, "{\"n\": 9223372036854775807, \"x\": 0.1}");
    json_t *value = json_loads(told.output, 0, NULL);

    CHECK(told.kinds[WF_EVENT_OUTPUT] == 2);
    CHECK(json_is_true(json_object_get(value, "seen")) && json_object_get(value, "too late") == NULL);
    CHECK(json_integer_value(json_object_get(value, "n")) == INT64_MAX);
    CHECK(json_real_value(json_object_get(value, "x")) == 0.1);
    json_decref(value);
    wf_workflow_free(workflow);
}

static wf_status_t misuse(void *user_data, wf_context_t *context, const char *input, size_t length) {
    json_t *circle = json_array();
    json_t *value = circle;

    (void)user_data, (void)input, (void)length;
    CHECK_FAILS(WF_E_MISUSE, wf_context_input_jansson(NULL, &value, &error), "context", "NULL");
    CHECK(value == NULL);
    CHECK_FAILS(WF_E_MISUSE, wf_context_input_jansson(context, NULL, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_context_output_jansson(NULL, circle, &error), "context", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_context_output_jansson(context, NULL, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_context_send_jansson(context, NULL, NULL, &error), "NULL");
    CHECK_FAILS(WF_E_NOTFOUND, wf_context_send_jansson(context, "nobody", circle, &error), "'nobody'");
    json_t *inner = json_array();
    json_array_append_new(circle, inner);
    json_array_append(inner, circle);
    CHECK_FAILS(WF_E_JSON, wf_context_output_jansson(context, circle, &error), "output");
    CHECK_FAILS(WF_E_JSON, wf_context_send_jansson(context, NULL, circle, &error), "message");
    json_array_clear(inner);
    json_decref(circle);
    value = json_integer(5);
    CHECK_OK(wf_context_output_jansson(context, value, &error));
    json_decref(value);
    return WF_OK;
}

static void null_and_circles(void) {
    wf_workflow_t *workflow = built(story(misuse));
    struct told told = tell(workflow, NULL, "1");

    CHECK_TEXT("5", told.output);
    CHECK(told.kinds[WF_EVENT_OUTPUT] == 1);
    wf_workflow_free(workflow);
}

static void a_checkpoint_as_a_value(void) {
    wf_workflow_t *workflow = built(story(echo));
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;
    json_t *checkpoint = NULL;

    options.flags = WF_RUN_CHECKPOINTS;
    CHECK_OK(wf_run_start(workflow, &options, "1", 1, &run, &error));
    CHECK_STATUS(WF_NONE, wf_run_checkpoint_jansson(run, &checkpoint, &error));
    CHECK_FAILS(WF_E_MISUSE, wf_run_checkpoint_jansson(NULL, &checkpoint, &error), "run", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_run_checkpoint_jansson(run, NULL, &error), "NULL");
    CHECK_STATUS(WF_DONE, drive(run).end);
    CHECK_OK(wf_run_checkpoint_jansson(run, &checkpoint, &error));
    CHECK(checkpoint != NULL && checkpoint->refcount == 1);
    CHECK_TEXT("libworkflow.checkpoint", json_string_value(json_object_get(checkpoint, "format")));
    json_decref(checkpoint);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

int main(void) {
    RUN(the_copy_is_shared);
    RUN(values_travel);
    RUN(null_and_circles);
    RUN(a_checkpoint_as_a_value);
    FINISH();
}
