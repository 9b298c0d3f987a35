/* Workflows inside workflows: what goes in and comes out, requests, state, and going on from every boundary. */
#include "story.h"

/* Inner executors. */

static wf_status_t asker(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    if (wf_context_request_id(context) != NULL) return wf_context_output(context, input, length, NULL);
    return wf_context_request_info(context, NULL, input, length, "string", NULL);
}

/* The workflow "story" of one executor, "first". */
static wf_workflow_t *inner(wf_executor_fn invoke) { return built(story(invoke)); }

/* The workflow "outer": sub -> end. The inner workflow is freed: the outer one keeps what it needs. */
static wf_builder_t *around(wf_workflow_t *workflow, uint32_t flags, wf_executor_fn end) {
    wf_builder_t *builder = NULL;

    CHECK_OK(wf_builder_new("story", &builder, &error));
    CHECK_OK(wf_builder_add_sub_workflow(builder, "sub", workflow, flags, &error));
    wf_workflow_free(workflow);
    CHECK_OK(wf_builder_set_start(builder, "sub", &error));
    add(builder, "end", end);
    CHECK_OK(wf_builder_add_edge(builder, "sub", "end", NULL, &error));
    return builder;
}

/* What comes out. */

static wf_status_t boxed(void *user_data, wf_context_t *context, const char *input, size_t length) {
    char text[TEXT];

    (void)user_data, (void)length;
    snprintf(text, TEXT, "{\"%s\":%s}", wf_context_executor_id(context), input);
    return wf_context_output(context, text, WF_NUL, NULL);
}

static wf_status_t from_the_node(void *user_data, wf_context_t *context, const char *input, size_t length) {
    CHECK_TEXT("[\"sub\"]", wf_context_sources(context, NULL));
    return boxed(user_data, context, input, length);
}

static void outputs_are_messages(void) {
    wf_workflow_t *workflow = built(around(inner(boxed), 0, from_the_node));
    wf_run_t *run = started(workflow, NULL, "1");
    wf_event_t *event = drive_to(run, WF_EVENT_EXECUTOR_INVOKED);
    struct told told;

    CHECK_TEXT("sub/first", wf_event_executor_id(event));
    wf_event_free(event);
    told = drive(run);
    CHECK_TEXT("{\"end\":{\"sub/first\":1}}", told.output);
    CHECK(told.kinds[WF_EVENT_OUTPUT] == 1 && wf_run_superstep(run) == 2);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static void outputs_are_the_runs(void) {
    wf_workflow_t *workflow = built(around(inner(boxed), WF_SUB_DIRECT_OUTPUT, fail));
    struct told told = tell(workflow, NULL, "1");

    CHECK_TEXT("{\"sub/first\":1}", told.output);
    CHECK(told.kinds[WF_EVENT_OUTPUT] == 1 && told.kinds[WF_EVENT_WARNING] == 0);
    wf_workflow_free(workflow);
}

static wf_status_t out(void *user_data, wf_context_t *context, const char *input, size_t length) {
    CHECK_FAILS(WF_E_NOTFOUND, wf_context_send(context, "end", "1", 1, &error), "end");
    CHECK_FAILS(WF_E_NOTFOUND, wf_context_send(context, "sub", "1", 1, &error), "sub");
    return echo(user_data, context, input, length);
}

static wf_status_t into(void *user_data, wf_context_t *context, const char *input, size_t length) {
    CHECK_FAILS(WF_E_NOTFOUND, wf_context_send(context, "sub/first", "1", 1, &error), "sub/first");
    CHECK_FAILS(WF_E_NOTFOUND, wf_context_send(context, "first", "1", 1, &error), "first");
    return echo(user_data, context, input, length);
}

static void nobody_sends_across_the_wall(void) {
    wf_workflow_t *workflow = built(around(inner(out), 0, into));

    CHECK_TEXT("1", tell(workflow, NULL, "1").output);
    wf_workflow_free(workflow);
}

/* Requests. */

static void check_pending(wf_run_t *run, const char *expected) {
    char *list = NULL;

    CHECK_OK(wf_run_pending_requests(run, &list, NULL, &error));
    CHECK((strstr(list, expected) != NULL) && (strcmp(expected, "[]") != 0 || strcmp(list, "[]") == 0));
    wf_free(list);
}

static void the_host_answers(void) {
    wf_workflow_t *workflow = built(around(inner(asker), 0, boxed));
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run;
    struct told told;

    CHECK_OK(wf_storage_open("memory:", &options.storage, &error));
    run = started(workflow, options.storage, "1");
    CHECK(drive(run).kinds[WF_EVENT_REQUEST_INFO] == 1);
    wf_run_free(run);
    CHECK_OK(wf_run_resume(workflow, &options, NULL, &run, &error));
    CHECK(drive(run).kinds[WF_EVENT_REQUEST_INFO] == 1);
    check_pending(run, "\"source_executor_id\":\"sub/first\"");
    CHECK_FAILS(WF_E_INVALID, wf_run_respond(run, "sub/first.1.0.0", "5", 1, &error), "string");
    CHECK_OK(wf_run_respond(run, "sub/first.1.0.0", "\"yes\"", WF_NUL, &error));
    told = drive(run);
    CHECK_TEXT("{\"end\":\"yes\"}", told.output);
    check_pending(run, "[]");
    wf_run_free(run);
    wf_storage_free(options.storage);
    wf_workflow_free(workflow);
}

/* The id of the request that a message of a sub-workflow's node is about. */
static void request_of(const char *message, char id[TEXT]) {
    const char *found = strstr(message, "\"request_id\":\"");

    CHECK(found != NULL);
    snprintf(id, TEXT, "%s", found == NULL ? "" : found + strlen("\"request_id\":\""));
    id[strcspn(id, "\"")] = '\0';
}

/* Answers what the sub-workflow asks, and outputs what it gives. */
static wf_status_t helpful(void *user_data, wf_context_t *context, const char *input, size_t length) {
    char id[TEXT];

    if (strcmp(wf_context_input_type(context), "libworkflow:sub_workflow_request") != 0)
        return boxed(user_data, context, input, length);
    CHECK(strstr(input, "\"data\":1") != NULL && strstr(input, "\"response_type\":\"string\"") != NULL);
    CHECK(strstr(input, "\"source_executor_id\":\"sub/first\"") != NULL);
    request_of(input, id);
    CHECK_FAILS(WF_E_INVALID, wf_context_answer(context, id, "5", 1, &error), "string");
    CHECK_FAILS(WF_E_JSON, wf_context_answer(context, id, "{", 1, &error), "answer");
    CHECK_FAILS(WF_E_NOTFOUND, wf_context_answer(context, "nobody", "\"a\"", 3, &error), "nobody");
    CHECK_OK(wf_context_answer(context, id, "\"done\"", WF_NUL, &error));
    CHECK_FAILS(WF_E_CONFLICT, wf_context_answer(context, id, "\"a\"", 3, &error), id);
    return WF_OK;
}

static void an_executor_answers(void) {
    wf_workflow_t *workflow = built(around(inner(asker), WF_SUB_INTERCEPT_REQUESTS, helpful));
    wf_run_t *run = started(workflow, NULL, "1");
    struct told told = drive(run);

    CHECK_TEXT("{\"end\":\"done\"}", told.output);
    CHECK(told.kinds[WF_EVENT_REQUEST_INFO] == 0 && wf_run_state(run) == WF_RUN_IDLE);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

/* Lets the host decide, with a request of its own, and passes on what the host says. */
static wf_status_t careful(void *user_data, wf_context_t *context, const char *input, size_t length) {
    char id[TEXT];

    if (wf_context_request_id(context) != NULL) {
        request_of(wf_context_request_data(context, NULL), id);
        return wf_context_answer(context, id, input, length, NULL);
    }
    if (strcmp(wf_context_input_type(context), "libworkflow:sub_workflow_request") != 0)
        return boxed(user_data, context, input, length);
    return wf_context_request_info(context, "mine", input, length, "string", NULL);
}

static void the_host_answers_an_executor(void) {
    wf_workflow_t *workflow = built(around(inner(asker), WF_SUB_INTERCEPT_REQUESTS, careful));
    wf_run_t *run = started(workflow, NULL, "1");
    char *why = NULL;
    struct told told;

    CHECK(drive(run).kinds[WF_EVENT_REQUEST_INFO] == 1);
    check_pending(run, "\"mine\"");
    CHECK_FAILS(WF_E_NOTFOUND, wf_run_respond(run, "sub/first.1.0.0", "\"a\"", 3, &error), "sub/first.1.0.0");
    CHECK_OK(wf_run_why_waiting(run, &why, NULL, &error));
    CHECK(strstr(why, "executors around 'sub' to answer the request 'sub/first.1.0.0' of 'sub/first'") != NULL);
    wf_free(why);
    CHECK_OK(wf_run_respond(run, "mine", "\"maybe\"", WF_NUL, &error));
    told = drive(run);
    CHECK_TEXT("{\"end\":\"maybe\"}", told.output);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

/* State. */

static wf_status_t writes(void *user_data, wf_context_t *context, const char *input, size_t length) {
    CHECK_OK(wf_context_set_state(context, WF_SCOPE_SHARED, "key", "1", 1, &error));
    return echo(user_data, context, input, length);
}

static wf_status_t reads(void *user_data, wf_context_t *context, const char *input, size_t length) {
    const char *json = NULL;
    wf_status_t status = wf_context_get_state(context, WF_SCOPE_SHARED, "key", &json, NULL, &error);

    (void)user_data, (void)input, (void)length;
    return wf_context_output(context, status == WF_OK ? "true" : "false", WF_NUL, NULL);
}

static void state_is_its_own_or_shared(void) {
    for (uint32_t flags = 0; flags <= WF_SUB_SHARED_STATE; flags += WF_SUB_SHARED_STATE) {
        wf_workflow_t *workflow = built(around(inner(writes), flags, reads));

        CHECK_TEXT(flags == 0 ? "false" : "true", tell(workflow, NULL, "1").output);
        wf_workflow_free(workflow);
    }
}

/* Several inputs at a time. */

static wf_status_t three_times(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data, (void)input, (void)length;
    CHECK_OK(wf_context_send(context, NULL, "1", 1, &error));
    CHECK_OK(wf_context_send(context, NULL, "2", 1, &error));
    return wf_context_send(context, NULL, "3", 1, NULL);
}

/* Its two branches meet again: first -> left and right -> join. */
static wf_workflow_t *diamond(void) {
    static const char *const sides[] = {"left", "right"};
    wf_builder_t *builder = story(relay);

    add(builder, "left", relay);
    add(builder, "right", relay);
    add(builder, "join", echo);
    CHECK_OK(wf_builder_add_fan_out_edges(builder, "first", sides, 2, &error));
    CHECK_OK(wf_builder_add_fan_in_edges(builder, sides, 2, "join", &error));
    return built(builder);
}

static void inputs_stay_apart(void) {
    wf_builder_t *builder = NULL;
    wf_workflow_t *workflow, *sub = diamond();
    wf_run_t *run;
    wf_event_t *event;
    static const char *const expected[] = {"[1,1]", "[2,2]", "[3,3]"};

    CHECK_OK(wf_builder_new("story", &builder, &error));
    add(builder, "split", three_times);
    CHECK_OK(wf_builder_add_sub_workflow(builder, "sub", sub, WF_SUB_DIRECT_OUTPUT, &error));
    CHECK_OK(wf_builder_add_edge(builder, "split", "sub", NULL, &error));
    CHECK_OK(wf_builder_set_start(builder, "split", &error));
    workflow = built(builder);
    wf_workflow_free(sub);
    run = started(workflow, NULL, "0");
    for (int i = 0; i < 3; i++) {
        event = drive_to(run, WF_EVENT_OUTPUT);
        CHECK_TEXT(expected[i], wf_event_data(event, NULL));
        wf_event_free(event);
    }
    CHECK_STATUS(WF_DONE, drive(run).end);
    CHECK(wf_run_superstep(run) == 4); /* all three at the same time */
    wf_run_free(run);
    wf_workflow_free(workflow);
}

/* One level, or five. */

/* Adds one, and counts its calls in private state. */
static wf_status_t counts(void *user_data, wf_context_t *context, const char *input, size_t length) {
    char text[TEXT];
    const char *before = "0";

    (void)user_data, (void)length;
    if (wf_context_get_state(context, WF_SCOPE_EXECUTOR, "calls", &before, NULL, NULL) == WF_NONE) before = "0";
    snprintf(text, TEXT, "%d", atoi(before) + 1);
    CHECK_OK(wf_context_set_state(context, WF_SCOPE_EXECUTOR, "calls", text, WF_NUL, &error));
    snprintf(text, TEXT, "%d", atoi(input) + 1);
    return wf_context_output(context, text, WF_NUL, NULL);
}

/* Goes round until it is 10; what is in a box comes from a level that has done so. */
static wf_status_t again(void *user_data, wf_context_t *context, const char *input, size_t length) {
    return input[0] != '{' && atoi(input) < 10 ? wf_context_send(context, "sub", input, length, NULL)
                                               : boxed(user_data, context, input, length);
}

static wf_workflow_t *nested(int depth) {
    wf_workflow_t *workflow = inner(counts);

    for (int i = 0; i < depth; i++) {
        wf_builder_t *builder = around(workflow, 0, again);

        CHECK_OK(wf_builder_add_edge(builder, "end", "sub", NULL, &error));
        workflow = built(builder);
    }
    return workflow;
}

/* A checkpoint without what names it: ids and times are new in every run. */
static char *essence(wf_run_t *run) {
    char *json = NULL, *at;

    CHECK_OK(wf_run_checkpoint(run, &json, NULL, &error));
    at = json == NULL ? NULL : strstr(json, "\"graph\"");
    CHECK(at != NULL);
    if (at != NULL) memmove(json, at, strlen(at) + 1);
    return json;
}

/* `output` is what comes out of so many boxes, one for each level. */
static void goes_on_from_every_boundary(int depth, const char *output) {
    wf_workflow_t *workflow = nested(depth);
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run;
    wf_event_t *event;
    char *boundaries[64], *straight, *resumed;
    int count = 0;
    struct told told = {0};

    options.flags = WF_RUN_CHECKPOINTS;
    CHECK_OK(wf_run_start(workflow, &options, "0", 1, &run, &error));
    while ((told.end = wf_run_next(run, -1, &event, &error)) == WF_OK) {
        if (wf_event_kind(event) == WF_EVENT_CHECKPOINT && count < 64)
            CHECK_OK(wf_run_checkpoint(run, &boundaries[count++], NULL, &error));
        listen(&told, event);
    }
    CHECK_TEXT(output, told.output);
    CHECK(count > 20 && count < 64);
    straight = essence(run);
    wf_run_free(run);
    for (int i = 0; i < count; i++) {
        CHECK_OK(wf_run_restore(workflow, &options, boundaries[i], WF_NUL, &run, &error));
        told = drive(run);
        CHECK_STATUS(WF_DONE, told.end);
        CHECK(i == count - 1 || told.kinds[WF_EVENT_OUTPUT] == 1);
        resumed = essence(run);
        CHECK_TEXT(straight, resumed);
        wf_free(resumed);
        wf_run_free(run);
        wf_free(boundaries[i]);
    }
    wf_free(straight);
    wf_workflow_free(workflow);
}

static void from_every_boundary(void) {
    goes_on_from_every_boundary(1, "{\"end\":10}");
    goes_on_from_every_boundary(3, "{\"end\":{\"sub/end\":{\"sub/sub/end\":10}}}");
    goes_on_from_every_boundary(
        5, "{\"end\":{\"sub/end\":{\"sub/sub/end\":{\"sub/sub/sub/end\":{\"sub/sub/sub/sub/end\":10}}}}}");
}

/* Building. */

static void refused(void) {
    wf_workflow_t *sub = inner(echo), *workflow = NULL;
    wf_builder_t *builder = NULL;

    CHECK_OK(wf_builder_new("story", &builder, &error));
    CHECK_FAILS(WF_E_MISUSE, wf_builder_add_sub_workflow(builder, "sub", NULL, 0, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_add_sub_workflow(NULL, "sub", sub, 0, &error), "NULL");
    CHECK_FAILS(WF_E_INVALID, wf_builder_add_sub_workflow(builder, "", sub, 0, &error), "executor");
    CHECK_FAILS(WF_E_UNSUPPORTED, wf_builder_add_sub_workflow(builder, "sub", sub, 1u << 20, &error), "flag");
    wf_builder_free(builder);

    CHECK_OK(wf_builder_new("story", &builder, &error));
    CHECK_OK(wf_builder_add_sub_workflow(builder, "sub", sub, 0, &error));
    CHECK_FAILS(WF_E_EXISTS, wf_builder_add_sub_workflow(builder, "sub", sub, 0, &error), "sub");
    add(builder, "sub/first", echo);
    CHECK_OK(wf_builder_set_start(builder, "sub", &error));
    CHECK_FAILS(WF_E_GRAPH, wf_builder_build(builder, &workflow, &error), "'sub'", "sub/first");
    wf_builder_free(builder);
    wf_workflow_free(sub);
}

/* The definition holds what is inside; code is added by its path. One workflow stands in it twice. */
static void by_its_definition(void) {
    wf_workflow_t *workflow, *parsed = NULL, *sub = inner(boxed);
    wf_builder_t *builder = around(inner(boxed), 0, relay);
    wf_executor_t executor = WF_EXECUTOR_INIT;
    char *definition = NULL;

    CHECK_OK(wf_builder_add_sub_workflow(builder, "twin", sub, WF_SUB_DIRECT_OUTPUT, &error));
    CHECK_OK(wf_builder_add_edge(builder, "end", "twin", NULL, &error));
    wf_workflow_free(sub);
    workflow = built(builder);
    CHECK_TEXT("{\"twin/first\":{\"sub/first\":1}}", tell(workflow, NULL, "1").output);
    CHECK_OK(wf_workflow_definition(workflow, &definition, NULL, &error));
    CHECK_OK(wf_builder_parse(definition, WF_NUL, &builder, &error));
    executor.invoke = boxed;
    CHECK_OK(wf_builder_add_executor(builder, "sub/first", &executor, &error));
    add(builder, "end", relay);
    CHECK_FAILS(WF_E_GRAPH, wf_builder_build(builder, &parsed, &error), "'twin'", "'first'");
    add(builder, "twin/first", boxed);
    parsed = built(builder);
    CHECK_TEXT(wf_workflow_signature(workflow), wf_workflow_signature(parsed));
    CHECK_TEXT("{\"twin/first\":{\"sub/first\":1}}", tell(parsed, NULL, "1").output);
    wf_free(definition);
    wf_workflow_free(workflow);
    wf_workflow_free(parsed);
}

int main(void) {
    RUN(outputs_are_messages);
    RUN(outputs_are_the_runs);
    RUN(nobody_sends_across_the_wall);
    RUN(the_host_answers);
    RUN(an_executor_answers);
    RUN(the_host_answers_an_executor);
    RUN(state_is_its_own_or_shared);
    RUN(inputs_stay_apart);
    RUN(from_every_boundary);
    RUN(refused);
    RUN(by_its_definition);
    FINISH();
}
