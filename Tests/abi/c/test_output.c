/* Outputs as the host designates them, and events of its own among them. */
#include "story.h"

/* What a run told of its outputs and custom events, each as type:executor:name:data; */
static void told(wf_workflow_t *workflow, char text[TEXT]) {
    wf_run_t *run = started(workflow, NULL, "1");
    wf_event_t *event = NULL;
    size_t end = 0;

    text[0] = '\0';
    while (wf_run_next(run, -1, &event, &error) == WF_OK) {
        wf_event_kind_t kind = wf_event_kind(event);

        if (kind == WF_EVENT_OUTPUT || kind == WF_EVENT_INTERMEDIATE || kind == WF_EVENT_CUSTOM) {
            end += (size_t)snprintf(text + end, TEXT - end, "%s:%s:%s:%s;", wf_event_kind_name(kind),
                                    wf_event_executor_id(event), wf_event_name(event), wf_event_data(event, NULL));
        }
        if (kind == WF_EVENT_CUSTOM) CHECK(strstr(wf_event_json(event, NULL), "\"name\":\"progress\"") != NULL);
        wf_event_free(event);
    }
    CHECK(error == NULL);
    wf_run_free(run);
}

static wf_status_t talk(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    CHECK_OK(wf_context_output(context, "\"early\"", WF_NUL, &error));
    CHECK_OK(wf_context_emit(context, "progress", "[0.5 ]", WF_NUL, &error));
    CHECK_OK(wf_context_output(context, "\"late\"", WF_NUL, &error));
    return wf_context_send(context, NULL, input, length, NULL);
}

static void all_outputs_are_the_workflows(void) {
    wf_workflow_t *workflow = built(story_of_two(talk, echo));
    char text[TEXT];

    told(workflow, text);
    CHECK_TEXT("output:first::\"early\";custom:first:progress:[0.5 ];output:first::\"late\";output:last::1;", text);
    wf_workflow_free(workflow);
}

static void one_is_designated(void) {
    const struct {
        wf_output_t first, last;
        const char *expected;
    } rows[] = {
        {WF_OUTPUT_DEFAULT, WF_OUTPUT_FINAL, "custom:first:progress:[0.5 ];output:last::1;"},
        {WF_OUTPUT_INTERMEDIATE, WF_OUTPUT_FINAL,
         "intermediate:first::\"early\";custom:first:progress:[0.5 ];intermediate:first::\"late\";output:last::1;"},
        {WF_OUTPUT_HIDDEN, WF_OUTPUT_DEFAULT, "custom:first:progress:[0.5 ];output:last::1;"},
        {WF_OUTPUT_HIDDEN, WF_OUTPUT_INTERMEDIATE, "custom:first:progress:[0.5 ];intermediate:last::1;"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        wf_builder_t *builder = story_of_two(talk, echo);
        wf_workflow_t *workflow;
        char text[TEXT];

        CHECK_OK(wf_builder_set_output(builder, "first", WF_OUTPUT_FINAL, &error));
        CHECK_OK(wf_builder_set_output(builder, "first", rows[i].first, &error));
        CHECK_OK(wf_builder_set_output(builder, "last", rows[i].last, &error));
        workflow = built(builder);
        told(workflow, text);
        CHECK_TEXT(rows[i].expected, text);
        wf_workflow_free(workflow);
    }
}

static void it_is_part_of_the_definition(void) {
    wf_builder_t *builder = story_of_two(talk, echo);
    wf_workflow_t *workflow;
    char *definition = NULL;

    CHECK_OK(wf_builder_set_output(builder, "last", WF_OUTPUT_INTERMEDIATE, &error));
    workflow = built(builder);
    CHECK_OK(wf_workflow_definition(workflow, &definition, NULL, &error));
    CHECK(strstr(definition, "{\"id\":\"last\",\"output\":\"intermediate\"}") != NULL);
    wf_free(definition);
    wf_workflow_free(workflow);
}

static void refused_designations(void) {
    wf_builder_t *builder = story(echo);
    wf_workflow_t *workflow = NULL;

    CHECK_FAILS(WF_E_INVALID, wf_builder_set_output(builder, "first", 4, &error), "4", "wf_output");
    CHECK_FAILS(WF_E_INVALID, wf_builder_set_output(builder, "first", -1, &error), "-1");
    CHECK_FAILS(WF_E_INVALID, wf_builder_set_output(builder, "", WF_OUTPUT_FINAL, &error), "empty");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_set_output(builder, NULL, WF_OUTPUT_FINAL, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_set_output(NULL, "first", WF_OUTPUT_FINAL, &error), "builder");
    CHECK_OK(wf_builder_set_output(builder, "ghost", WF_OUTPUT_FINAL, &error));
    CHECK_FAILS(WF_E_GRAPH, wf_builder_build(builder, &workflow, &error), "5 problems", "'ghost'");
    wf_builder_free(builder);
}

static wf_status_t emit_wrongly(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    for (wf_event_kind_t kind = WF_EVENT_STARTED; kind <= WF_EVENT_CUSTOM; kind++) {
        const char *name = wf_event_kind_name(kind);
        CHECK_FAILS(WF_E_INVALID, wf_context_emit(context, name, "1", WF_NUL, &error), name, "'first'");
    }
    CHECK_FAILS(WF_E_INVALID, wf_context_emit(context, "", "1", WF_NUL, &error), "empty");
    CHECK_FAILS(WF_E_INVALID, wf_context_emit(context, "\xE9", "1", WF_NUL, &error), "UTF-8");
    CHECK_FAILS(WF_E_JSON, wf_context_emit(context, "progress", "{", WF_NUL, &error), "event");
    CHECK_FAILS(WF_E_MISUSE, wf_context_emit(context, NULL, "1", WF_NUL, &error), "name", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_context_emit(context, "progress", NULL, 1, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_context_emit(NULL, "progress", "1", WF_NUL, &error), "context", "NULL");
    return wf_context_output(context, input, length, NULL);
}

static void refused_events(void) {
    wf_workflow_t *workflow = built(story(emit_wrongly));
    char text[TEXT];

    told(workflow, text);
    CHECK_TEXT("output:first::1;", text);
    wf_workflow_free(workflow);
}

int main(void) {
    RUN(all_outputs_are_the_workflows);
    RUN(one_is_designated);
    RUN(it_is_part_of_the_definition);
    RUN(refused_designations);
    RUN(refused_events);
    FINISH();
}
