/* Types that executors declare: who gets which message, and what a handler is chosen by. */
#include "story.h"

enum { LONG = 512 };

#define POINT "{\"$type\": \"shop:Point\", \"value\": [1, 2]}"

/* Outputs the type that its input is taken for. */
static wf_status_t type_of_input(void *user_data, wf_context_t *context, const char *input, size_t length) {
    char output[64];

    (void)user_data, (void)input, (void)length;
    snprintf(output, sizeof output, "\"%s\"", wf_context_input_type(context));
    return wf_context_output(context, output, WF_NUL, NULL);
}

/* Outputs and warnings of a run, each as kind:executor:data; */
static void told(wf_workflow_t *workflow, const char *input, char text[LONG]) {
    wf_run_t *run = started(workflow, NULL, input);
    wf_event_t *event = NULL;
    size_t end = 0;

    text[0] = '\0';
    while (wf_run_next(run, -1, &event, &error) == WF_OK) {
        if (wf_event_kind(event) == WF_EVENT_OUTPUT || wf_event_kind(event) == WF_EVENT_WARNING) {
            end += (size_t)snprintf(text + end, LONG - end, "%s:%s:%s;", wf_event_kind_name(wf_event_kind(event)),
                                    wf_event_executor_id(event), wf_event_data(event, NULL));
        }
        wf_event_free(event);
    }
    CHECK(error == NULL);
    wf_run_free(run);
}

static void a_handler_is_chosen_by_the_most_specific_type(void) {
    const struct {
        const char *accepts, *input, *expected;
    } rows[] = {
        {"any|number|integer", "5", "output:last:\"integer\";"},
        {"any|number", "5", "output:last:\"number\";"},
        {"string|any", "5", "output:last:\"any\";"},
        {NULL, "5", "output:last:\"integer\";"},
        {"", "5.0", "output:last:\"number\";"},
        {"object|any", POINT, "output:last:\"any\";"},
        {"object|shop:Point", POINT, "output:last:\"shop:Point\";"},
        {"string|shop:Line", POINT,
         "warning:first:{\"reason\":\"type_mismatch\",\"message\":\"a message of the type shop:Point from 'first' was dropped: "
         "'last' accepts only string|shop:Line\",\"executor_id\":\"first\"};"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        wf_builder_t *builder = story_of_two(relay, type_of_input);
        wf_workflow_t *workflow;
        char text[LONG];

        CHECK_OK(wf_builder_set_types(builder, "last", rows[i].accepts, NULL, NULL, &error));
        workflow = built(builder);
        told(workflow, rows[i].input, text);
        CHECK_TEXT(rows[i].expected, text);
        wf_workflow_free(workflow);
    }
    CHECK_TEXT("", wf_context_input_type(NULL));
}

static void an_input_that_the_start_does_not_accept_is_refused(void) {
    wf_builder_t *builder = story(type_of_input);
    wf_workflow_t *workflow;
    wf_run_t *run = NULL;

    CHECK_OK(wf_builder_set_types(builder, "first", "integer|null", NULL, "string", &error));
    workflow = built(builder);
    CHECK_FAILS(WF_E_INVALID, wf_run_start(workflow, NULL, "\"x\"", WF_NUL, &run, &error), "'first' accepts only integer|null");
    CHECK(run == NULL);
    run = started(workflow, NULL, "1");
    CHECK_FAILS(WF_E_INVALID, wf_run_input(run, "[]", WF_NUL, &error), "is of the type array");
    CHECK_OK(wf_run_input(run, "null", WF_NUL, &error));
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static void edges_that_no_message_can_take_are_refused(void) {
    wf_builder_t *builder = story_of_two(relay, echo);
    wf_workflow_t *workflow = NULL;

    CHECK_OK(wf_builder_set_types(builder, "first", NULL, "integer|shop:Point", NULL, &error));
    CHECK_OK(wf_builder_set_types(builder, "last", "string", NULL, NULL, &error));
    CHECK_OK(wf_builder_set_types(builder, "ghost", "string", NULL, NULL, &error));
    CHECK_FAILS(WF_E_GRAPH, wf_builder_build(builder, &workflow, &error), "executor 'ghost'",
                "'first' sends integer|shop:Point, 'last' accepts only string");
    CHECK(workflow == NULL);
    CHECK_OK(wf_builder_set_types(builder, "last", "number", NULL, NULL, &error));
    CHECK_OK(wf_builder_set_types(builder, "ghost", NULL, NULL, NULL, &error));
    CHECK_OK(wf_builder_build(builder, &workflow, &error));
    wf_workflow_free(workflow);
    wf_builder_free(builder);
}

static void lists_that_make_no_sense_are_refused(void) {
    const char *bad[] = {"string||null", "|", "string|string", "a\nb", "\xff"};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        wf_builder_t *builder = story(echo);
        wf_workflow_t *workflow = NULL;

        CHECK_FAILS(WF_E_INVALID, wf_builder_set_types(builder, "first", bad[i], NULL, NULL, &error), "what 'first' accepts");
        CHECK_FAILS(WF_E_INVALID, wf_builder_set_types(builder, "first", NULL, bad[i], NULL, &error), "what 'first' sends");
        CHECK_FAILS(WF_E_INVALID, wf_builder_set_types(builder, "first", NULL, NULL, bad[i], &error), "what 'first' outputs");
        CHECK_FAILS(WF_E_GRAPH, wf_builder_build(builder, &workflow, &error), "3 problems");
        wf_builder_free(builder);
    }
    CHECK_FAILS(WF_E_MISUSE, wf_builder_set_types(NULL, "first", NULL, NULL, NULL, &error), "builder", "NULL");
}

static void they_are_part_of_the_definition(void) {
    wf_builder_t *builder = story_of_two(relay, type_of_input), *again = NULL;
    wf_workflow_t *workflow;
    wf_executor_t executor = WF_EXECUTOR_INIT;
    char *json = NULL, text[LONG];

    CHECK_OK(wf_builder_set_types(builder, "last", "any|integer", NULL, "string|null", &error));
    workflow = built(builder);
    CHECK_OK(wf_workflow_definition(workflow, &json, NULL, &error));
    CHECK(strstr(json, "{\"id\":\"last\",\"accepts\":[\"any\",\"integer\"],\"outputs\":[\"string\",\"null\"]}") != NULL);
    wf_workflow_free(workflow);
    CHECK_OK(wf_builder_parse(json, WF_NUL, &again, &error));
    wf_free(json);
    executor.invoke = relay;
    CHECK_OK(wf_builder_add_executor(again, "first", &executor, &error));
    executor.invoke = type_of_input;
    CHECK_OK(wf_builder_add_executor(again, "last", &executor, &error));
    workflow = built(again);
    told(workflow, "5", text);
    CHECK_TEXT("output:last:\"integer\";", text);
    wf_workflow_free(workflow);
}

int main(void) {
    RUN(a_handler_is_chosen_by_the_most_specific_type);
    RUN(an_input_that_the_start_does_not_accept_is_refused);
    RUN(edges_that_no_message_can_take_are_refused);
    RUN(lists_that_make_no_sense_are_refused);
    RUN(they_are_part_of_the_definition);
    FINISH();
}
