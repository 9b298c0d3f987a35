/* Objects of the host as messages: passed on as they are, encoded once when somebody needs the text, released once. */
#include "story.h"

static int basket_kind, encoded, released, passed, text_seen, refuse, slow;

typedef struct { int apples; } basket_t;

static wf_status_t encode(void *object, wf_answer_t *answer) {
    char json[32];

    encoded++;
    if (slow) usleep(20 * 1000);
    if (refuse) return wf_answer_fail(answer, "the basket is nailed shut", WF_NUL);
    snprintf(json, sizeof json, "{\"apples\":%d}", ((basket_t *)object)->apples);
    return wf_answer_set(answer, json, WF_NUL, NULL);
}

static void release(void *object) {
    released++;
    free(object);
}

static wf_value_t full_basket(void) {
    wf_value_t value = WF_VALUE_INIT;
    basket_t *basket = malloc(sizeof *basket);

    basket->apples = 7;
    value.kind = &basket_kind;
    value.type = "basket";
    value.object = basket;
    value.encode = encode;
    value.finalizer = release;
    return value;
}

static wf_status_t pick(void *user_data, wf_context_t *context, const char *input, size_t length) {
    wf_value_t value = full_basket();

    (void)user_data, (void)input, (void)length;
    CHECK_OK(wf_context_send_value(context, NULL, &value, &error));
    return WF_OK;
}

static wf_status_t eat(void *user_data, wf_context_t *context, const char *input, size_t length) {
    const basket_t *basket = wf_context_value(context, &basket_kind);

    (void)user_data;
    CHECK(wf_context_value(context, &encoded) == NULL);
    if (input == NULL) {
        CHECK(basket != NULL && length == 0);
        if (basket != NULL) passed += basket->apples;
        return WF_OK;
    }
    CHECK_TEXT("{\"apples\":7}", input);
    text_seen++;
    return WF_OK;
}

static int32_t always(void *user_data, const char *message, size_t length) {
    (void)user_data, (void)length;
    CHECK_TEXT("{\"apples\":7}", message);
    return 1;
}

static wf_workflow_t *orchard(uint32_t flags, const char *condition) {
    wf_executor_t eater = WF_EXECUTOR_INIT;
    wf_condition_t hungry = WF_CONDITION_INIT;
    wf_builder_t *builder = story(pick);
    wf_workflow_t *workflow = NULL;

    eater.invoke = eat;
    eater.flags = flags;
    CHECK_OK(wf_builder_add_executor(builder, "last", &eater, &error));
    hungry.name = "hungry";
    hungry.evaluate = always;
    if (condition != NULL) CHECK_OK(wf_builder_add_condition(builder, &hungry, &error));
    CHECK_OK(wf_builder_add_edge(builder, "first", "last", condition, &error));
    CHECK_OK(wf_builder_build(builder, &workflow, &error));
    wf_builder_free(builder);
    encoded = released = passed = text_seen = 0;
    return workflow;
}

static wf_status_t play_with(wf_workflow_t *workflow, const wf_run_options_t *options) {
    wf_run_t *run = NULL;
    wf_event_t *event = NULL;
    wf_status_t status;

    CHECK_OK(wf_run_start(workflow, options, "1", WF_NUL, &run, &error));
    while ((status = wf_run_next(run, -1, &event, &error)) == WF_OK) wf_event_free(event);
    if (status < 0) CHECK(strstr(wf_error_message(error, NULL), "cannot be encoded") != NULL);
    forget_error();
    wf_run_free(run);
    wf_workflow_free(workflow);
    return status;
}

static void travels_as_it_is(void) {
    CHECK(play_with(orchard(WF_TAKES_VALUES, NULL), NULL) == WF_DONE);
    CHECK(encoded == 0 && passed == 7 && released == 1);
}

static void becomes_text_for_who_needs_it(void) {
    CHECK(play_with(orchard(0, NULL), NULL) == WF_DONE);
    CHECK(encoded == 1 && text_seen == 1 && passed == 0 && released == 1);
    CHECK(play_with(orchard(WF_TAKES_VALUES, "hungry"), NULL) == WF_DONE);
    CHECK(encoded == 1 && passed == 7 && released == 1);
}

static wf_status_t look(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data, (void)context, (void)length;
    CHECK_TEXT("{\"apples\":7}", input);
    return WF_OK;
}

/* Four threads need the text at the same moment: one encodes, the others wait for it. */
static void is_encoded_once_for_all_threads(void) {
    static const char *const ids[] = {"a", "b", "c", "d"};
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_builder_t *builder = story(pick);

    for (int i = 0; i < 4; i++) add(builder, ids[i], look);
    CHECK_OK(wf_builder_add_fan_out_edges(builder, "first", ids, 4, &error));
    CHECK_OK(wf_pool_new(4, &options.pool, &error));
    encoded = released = 0;
    slow = 1;
    CHECK(play_with(built(builder), &options) == WF_DONE);
    slow = 0;
    CHECK(encoded == 1);
    wf_pool_free(options.pool); /* a thread of it may be the last to let go of the value */
    CHECK(released == 1);
}

/* Its text is needed to make its text: that can only fail. */
static wf_event_t *looked_at;

static wf_status_t encode_in_a_circle(void *object, wf_answer_t *answer) {
    (void)object;
    encoded++;
    return wf_answer_set(answer, wf_event_data(looked_at, NULL), WF_NUL, NULL);
}

static wf_status_t pick_a_circle(void *user_data, wf_context_t *context, const char *input, size_t length) {
    wf_value_t value = WF_VALUE_INIT;

    (void)user_data, (void)input, (void)length;
    value.type = "circle";
    value.encode = encode_in_a_circle;
    return wf_context_send_value(context, NULL, &value, NULL);
}

static void needs_itself(void) {
    wf_executor_t eater = WF_EXECUTOR_INIT;
    wf_builder_t *builder = story(pick_a_circle);
    wf_workflow_t *workflow;
    wf_run_t *run;

    eater.invoke = eat;
    eater.flags = WF_TAKES_VALUES;
    CHECK_OK(wf_builder_add_executor(builder, "last", &eater, &error));
    CHECK_OK(wf_builder_add_edge(builder, "first", "last", NULL, &error));
    workflow = built(builder);
    run = started(workflow, NULL, "1");
    encoded = 0;
    wf_event_free(drive_to(run, WF_EVENT_EXECUTOR_INVOKED));
    looked_at = drive_to(run, WF_EVENT_EXECUTOR_INVOKED);
    CHECK_TEXT("null", wf_event_data(looked_at, NULL));
    CHECK(encoded == 1);
    wf_event_free(looked_at);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static void is_in_every_checkpoint(void) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_workflow_t *workflow = orchard(WF_TAKES_VALUES, NULL);
    wf_run_t *run = NULL;
    wf_event_t *event = NULL;
    char *checkpoint = NULL;

    options.flags = WF_RUN_CHECKPOINTS;
    CHECK_OK(wf_run_start(workflow, &options, "1", WF_NUL, &run, &error));
    while (wf_run_superstep(run) < 1 && wf_run_next(run, -1, &event, NULL) == WF_OK) wf_event_free(event);
    CHECK(encoded == 0);
    CHECK_OK(wf_run_checkpoint(run, &checkpoint, NULL, &error));
    CHECK(encoded == 1 && strstr(checkpoint, "{\"apples\":7}") != NULL);
    wf_run_free(run);
    CHECK(released == 1);
    CHECK_OK(wf_run_restore(workflow, &options, checkpoint, WF_NUL, &run, &error));
    while (wf_run_next(run, -1, &event, NULL) == WF_OK) wf_event_free(event);
    CHECK(text_seen == 1 && passed == 0);
    wf_run_free(run);
    wf_free(checkpoint);
    wf_workflow_free(workflow);
}

static void that_cannot_be_encoded_fails_who_needs_it(void) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;

    refuse = 1;
    CHECK(play_with(orchard(WF_TAKES_VALUES, NULL), NULL) == WF_DONE);
    CHECK(passed == 7 && released == 1);
    CHECK_OK(wf_storage_open("memory:", &options.storage, &error));
    CHECK(play_with(orchard(WF_TAKES_VALUES, NULL), &options) == WF_E_STORAGE);
    CHECK(encoded == 1 && passed == 0 && released == 1);
    wf_storage_free(options.storage);
    refuse = 0;
}

static wf_workflow_t *eaters(const char *types) {
    wf_executor_t eater = WF_EXECUTOR_INIT;
    wf_workflow_t *workflow = NULL;
    wf_builder_t *builder;

    eater.invoke = eat;
    eater.flags = WF_TAKES_VALUES;
    builder = story_of("first", &eater);
    CHECK_OK(wf_builder_set_types(builder, "first", types, NULL, NULL, &error));
    CHECK_OK(wf_builder_build(builder, &workflow, &error));
    wf_builder_free(builder);
    encoded = released = passed = text_seen = 0;
    return workflow;
}

static void is_the_input_of_a_run(void) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_workflow_t *workflow = eaters("basket");
    wf_value_t value = full_basket();
    wf_event_t *event = NULL;
    wf_run_t *run = NULL;

    CHECK_OK(wf_run_start_value(workflow, NULL, &value, &run, &error));
    while (wf_run_next(run, -1, &event, NULL) == WF_OK) wf_event_free(event);
    CHECK(encoded == 0 && passed == 7);
    value = full_basket();
    CHECK_OK(wf_run_input_value(run, &value, &error));
    while (wf_run_next(run, -1, &event, NULL) == WF_OK) wf_event_free(event);
    CHECK(encoded == 0 && passed == 14);
    wf_run_free(run);
    CHECK(released == 2);

    CHECK_OK(wf_storage_open("memory:", &options.storage, &error));
    value = full_basket();
    CHECK_OK(wf_run_start_value(workflow, &options, &value, &run, &error));
    while (wf_run_next(run, -1, &event, NULL) == WF_OK) wf_event_free(event);
    CHECK(encoded == 1 && passed == 21);
    wf_run_free(run);
    refuse = 1;
    value = full_basket();
    CHECK_OK(wf_run_start_value(workflow, &options, &value, &run, &error));
    while (wf_run_next(run, -1, &event, &error) == WF_OK) wf_event_free(event);
    CHECK(strstr(wf_error_message(error, NULL), "the input cannot be encoded: the basket is nailed shut") != NULL);
    forget_error();
    refuse = 0;
    wf_run_free(run);
    wf_storage_free(options.storage);
    wf_workflow_free(workflow);
    CHECK(released == 4 && passed == 21);
}

static wf_status_t give(void *user_data, wf_context_t *context, const char *input, size_t length) {
    wf_value_t value = full_basket();

    (void)user_data, (void)input, (void)length;
    CHECK_OK(wf_context_output_value(context, &value, &error));
    return WF_OK;
}

static void is_an_output(void) {
    wf_workflow_t *workflow = built(story(give));
    wf_run_t *run = started(workflow, NULL, "1");
    wf_event_t *event;
    const basket_t *basket;

    encoded = released = 0;
    event = drive_to(run, WF_EVENT_OUTPUT);
    basket = wf_event_value(event, &basket_kind);
    CHECK(basket != NULL && basket->apples == 7 && encoded == 0);
    CHECK(wf_event_value(event, &encoded) == NULL);
    CHECK_TEXT("{\"apples\":7}", wf_event_data(event, NULL));
    CHECK(encoded == 1);
    wf_event_free(event);
    wf_run_free(run);
    wf_workflow_free(workflow);
    CHECK(released == 1);
}

static void is_no_input_of_another_type(void) {
    wf_workflow_t *workflow = eaters("string");
    wf_value_t value = full_basket();
    wf_run_t *run = NULL;

    CHECK_FAILS(wf_run_start_value(workflow, NULL, &value, &run, &error), WF_E_INVALID, "of the type basket");
    CHECK(run == NULL && encoded == 0 && released == 1);
    CHECK_FAILS(wf_run_start_value(workflow, NULL, NULL, &run, &error), WF_E_MISUSE, "wf_value_t is NULL");
    value = full_basket();
    CHECK_FAILS(wf_run_input_value(NULL, &value, &error), WF_E_MISUSE, "run is NULL");
    CHECK(released == 2);
    wf_workflow_free(workflow);
}

static wf_run_t *owner;

static void release_and_look(void *object) {
    char *json = NULL;

    release(object);
    CHECK_FAILS(WF_E_REENTRANT, wf_run_why_waiting(owner, &json, NULL, &error), "finalizer");
    CHECK_FAILS(WF_E_REENTRANT, wf_run_checkpoint(owner, &json, NULL, &error), "finalizer");
    CHECK(json == NULL && wf_run_state(owner) == WF_RUN_IN_PROGRESS);
}

static wf_status_t pick_curious(void *user_data, wf_context_t *context, const char *input, size_t length) {
    wf_value_t value = full_basket();

    (void)user_data, (void)input, (void)length;
    value.finalizer = release_and_look;
    CHECK_OK(wf_context_send_value(context, NULL, &value, &error));
    return WF_OK;
}

/* The run drops the object in the middle of a change: nobody may see it half changed. */
static void cannot_look_at_the_run_that_drops_it(void) {
    wf_executor_t eater = WF_EXECUTOR_INIT;
    wf_builder_t *builder = story(pick_curious);
    wf_workflow_t *workflow = NULL;
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_event_t *event = NULL;

    eater.invoke = eat;
    eater.flags = WF_TAKES_VALUES;
    CHECK_OK(wf_builder_add_executor(builder, "last", &eater, &error));
    CHECK_OK(wf_builder_add_edge(builder, "first", "last", NULL, &error));
    CHECK_OK(wf_builder_build(builder, &workflow, &error));
    wf_builder_free(builder);
    options.flags = WF_RUN_CHECKPOINTS;
    released = 0;
    CHECK_OK(wf_run_start(workflow, &options, "1", WF_NUL, &owner, &error));
    while (wf_run_next(owner, -1, &event, &error) == WF_OK) wf_event_free(event);
    CHECK(error == NULL && released == 1);
    wf_run_free(owner);
    wf_workflow_free(workflow);
}

static wf_status_t misuse(void *user_data, wf_context_t *context, const char *input, size_t length) {
    wf_value_t value = WF_VALUE_INIT;

    (void)user_data, (void)input, (void)length;
    CHECK_FAILS(wf_context_send_value(context, NULL, NULL, &error), WF_E_MISUSE, "wf_value_t is NULL");
    value.object = malloc(1);
    value.finalizer = release;
    CHECK_FAILS(wf_context_send_value(context, NULL, &value, &error), WF_E_MISUSE, "encode is NULL");
    value.object = malloc(1);
    value.encode = encode;
    CHECK_FAILS(wf_context_send_value(context, "nobody", &value, &error), WF_E_NOTFOUND, "'nobody'");
    value.object = malloc(1);
    CHECK_FAILS(wf_context_send_value(NULL, NULL, &value, &error), WF_E_MISUSE, "context is NULL");
    CHECK(released == 3);
    return WF_OK;
}

static void is_released_also_when_it_is_refused(void) {
    wf_builder_t *builder = story(misuse);
    wf_workflow_t *workflow = NULL;

    released = 0;
    CHECK_OK(wf_builder_build(builder, &workflow, &error));
    wf_builder_free(builder);
    CHECK(play_with(workflow, NULL) == WF_DONE);
    CHECK(wf_context_value(NULL, &basket_kind) == NULL);
}

int main(void) {
    RUN(travels_as_it_is);
    RUN(becomes_text_for_who_needs_it);
    RUN(is_encoded_once_for_all_threads);
    RUN(needs_itself);
    RUN(is_in_every_checkpoint);
    RUN(that_cannot_be_encoded_fails_who_needs_it);
    RUN(is_the_input_of_a_run);
    RUN(is_an_output);
    RUN(is_no_input_of_another_type);
    RUN(cannot_look_at_the_run_that_drops_it);
    RUN(is_released_also_when_it_is_refused);
    FINISH();
}
