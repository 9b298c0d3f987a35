/* Calls that fail or take too long: tried again, given up, limited in time, and what is kept meanwhile. */
#include <pthread.h>

#include "story.h"

static int calls, failures; /* how many calls there were, and how many are still to fail */

/* Fails as often as told. What it sends and writes in a failed attempt must not count. */
static wf_status_t shaky(void *user_data, wf_context_t *context, const char *input, size_t length) {
    static char key[TEXT];
    char attempt[TEXT];

    (void)user_data;
    CHECK_STATUS(WF_NONE, wf_context_get_state(context, WF_SCOPE_SHARED, "seen", &input, &length, &error));
    CHECK_OK(wf_context_set_state(context, WF_SCOPE_SHARED, "seen", "1", WF_NUL, &error));
    CHECK_OK(wf_context_send(context, NULL, "\"of an attempt\"", WF_NUL, &error));
    if (calls++ == 0) snprintf(key, TEXT, "%s", wf_context_idempotency_key(context));
    CHECK_TEXT(key, wf_context_idempotency_key(context));
    CHECK(wf_context_attempt(context) == (uint64_t)calls);
    if (failures-- > 0) return wf_context_fail(context, "Trouble", "the oven is cold", WF_NUL);
    snprintf(attempt, TEXT, "%d", (int)wf_context_attempt(context));
    return wf_context_output(context, attempt, WF_NUL, NULL);
}

static wf_status_t shaky_and_done(void *user_data, wf_context_t *context, const char *input, size_t length) {
    CHECK_OK(wf_context_give_up(context, &error));
    return shaky(user_data, context, input, length);
}

static wf_builder_t *retried(wf_builder_t *builder, uint32_t attempts, uint64_t delay_ms) {
    wf_retry_t retry = WF_RETRY_INIT;

    retry.attempts = attempts;
    retry.delay_ms = delay_ms;
    CHECK_OK(wf_builder_set_retry(builder, "first", &retry, &error));
    calls = failures = 0;
    return builder;
}

static struct told tell_anyhow(wf_workflow_t *workflow, const char *input) {
    wf_run_t *run = started(workflow, NULL, input);
    struct told told = drive(run);

    wf_run_free(run);
    return told;
}

static void tried_again(void) {
    wf_workflow_t *workflow = built(retried(story_of_two(shaky, relay), 3, 1));
    struct told told;

    failures = 2;
    told = tell(workflow, NULL, "1");
    CHECK_TEXT("3", told.output);
    CHECK(calls == 3 && told.kinds[WF_EVENT_EXECUTOR_FAILED] == 0);
    CHECK(told.kinds[WF_EVENT_EXECUTOR_COMPLETED] == 2); /* one message for "last", not three */
    CHECK(told.kinds[WF_EVENT_WARNING] == 3);            /* two pauses, and "last" has no edge */
    wf_workflow_free(workflow);
}

static void the_warning_says_when(void) {
    wf_workflow_t *workflow = built(retried(story(shaky), 3, 1));
    wf_run_t *run = started(workflow, NULL, "1");
    wf_event_t *event;

    failures = 1;
    event = drive_to(run, WF_EVENT_WARNING);
    CHECK(strstr(wf_event_data(event, NULL), "\"retry\"") != NULL);
    CHECK(strstr(wf_event_data(event, NULL), "attempt 1 of 3 of 'first' failed: the oven is cold. Tried again in 1 ms") != NULL);
    wf_event_free(event);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static void the_last_attempt_counts(void) {
    wf_workflow_t *workflow = built(retried(story(shaky), 2, 1));
    struct told told;

    failures = 9;
    told = tell_anyhow(workflow, "1");
    CHECK(calls == 2 && told.kinds[WF_EVENT_EXECUTOR_FAILED] == 1 && told.kinds[WF_EVENT_WARNING] == 1);
    CHECK_FAILS(WF_E_EXECUTOR, told.end, "the oven is cold");
    wf_workflow_free(workflow);
}

static void given_up(void) {
    wf_workflow_t *workflow = built(retried(story(shaky_and_done), 3, 1));
    struct told told;

    failures = 9;
    told = tell_anyhow(workflow, "1");
    CHECK(calls == 1 && told.kinds[WF_EVENT_WARNING] == 0);
    CHECK_FAILS(WF_E_EXECUTOR, told.end, "the oven is cold");
    wf_workflow_free(workflow);
}

/* In the definition, so that every language tries as often; not in the signature, so that it may change. */
static void part_of_the_definition(void) {
    wf_workflow_t *plain = built(story(shaky)), *workflow, *parsed;
    wf_builder_t *builder = retried(story(shaky), 2, 1);
    wf_executor_t executor = WF_EXECUTOR_INIT;
    char *definition = NULL, *again = NULL;
    struct told told;

    CHECK_OK(wf_builder_set_timeout(builder, "first", 5000, &error));
    workflow = built(builder);
    CHECK_TEXT(wf_workflow_signature(plain), wf_workflow_signature(workflow));
    CHECK_OK(wf_workflow_definition(workflow, &definition, NULL, &error));
    CHECK_OK(wf_builder_parse(definition, WF_NUL, &builder, &error));
    executor.invoke = shaky;
    CHECK_OK(wf_builder_add_executor(builder, "first", &executor, &error));
    parsed = built(builder);
    CHECK_OK(wf_workflow_definition(parsed, &again, NULL, &error));
    CHECK_TEXT(definition, again);
    failures = 1;
    told = tell(parsed, NULL, "1");
    CHECK_TEXT("2", told.output);
    wf_free(definition);
    wf_free(again);
    wf_workflow_free(plain);
    wf_workflow_free(workflow);
    wf_workflow_free(parsed);
}

static wf_retry_t *retry_with(uint64_t delay_ms, double factor, double jitter) {
    static wf_retry_t retry;

    retry = (wf_retry_t)WF_RETRY_INIT;
    retry.delay_ms = delay_ms;
    retry.factor = factor;
    retry.jitter = jitter;
    return &retry;
}

static void refused(void) {
    wf_builder_t *builder = retried(story(shaky), 5, 1);
    wf_workflow_t *workflow;
    wf_retry_t retry = WF_RETRY_INIT;

    CHECK_FAILS(WF_E_INVALID, wf_builder_set_retry(builder, "first", retry_with(0, 0.5, 0), &error), "factor", "1 to 1000");
    CHECK_FAILS(WF_E_INVALID, wf_builder_set_retry(builder, "first", retry_with(0, 0.0 / 0.0, 0), &error), "factor");
    CHECK_FAILS(WF_E_INVALID, wf_builder_set_retry(builder, "first", retry_with(0, 2, 1.5), &error), "jitter", "0 to 1");
    CHECK_FAILS(WF_E_INVALID, wf_builder_set_retry(builder, "first", retry_with(UINT64_MAX, 2, 0), &error), "delay");
    CHECK_FAILS(WF_E_INVALID, wf_builder_set_retry(builder, "", retry_with(1, 2, 0), &error), "executor");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_set_retry(NULL, "first", retry_with(1, 2, 0), &error), "NULL");
    retry.struct_size = 1;
    CHECK_FAILS(WF_E_INVALID, wf_builder_set_retry(builder, "first", &retry, &error), "struct_size");
    CHECK_FAILS(WF_E_INVALID, wf_builder_set_timeout(builder, "first", 0, &error), "timeout");
    CHECK_FAILS(WF_E_INVALID, wf_builder_set_timeout(builder, "first", UINT64_MAX, &error), "timeout");
    CHECK_FAILS(WF_E_MISUSE, wf_builder_set_timeout(NULL, "first", 1, &error), "NULL");
    CHECK_FAILS(WF_E_GRAPH, wf_builder_build(builder, &workflow, &error), "factor", "jitter", "delay", "timeout");
    wf_builder_free(builder);

    builder = retried(story(shaky), 5, 1);
    CHECK_OK(wf_builder_set_retry(builder, "first", NULL, &error)); /* never, as if nothing had been said */
    workflow = built(builder);
    failures = 1;
    CHECK_FAILS(WF_E_EXECUTOR, tell_anyhow(workflow, "1").end, "the oven is cold");
    CHECK(calls == 1);
    wf_workflow_free(workflow);
}

/* Limits of time. */

static wf_context_t *kept;

/* Goes pending in its first attempt, and leaves the context in `kept`. */
static wf_status_t pending_once(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    if (wf_context_attempt(context) > 1) return wf_context_output(context, "\"second\"", WF_NUL, NULL);
    CHECK_OK(wf_context_output(context, input, length, &error));
    kept = context;
    return WF_PENDING;
}

static wf_workflow_t *limited(wf_executor_fn invoke, uint64_t timeout_ms, uint32_t attempts) {
    wf_builder_t *builder = retried(story(invoke), attempts, 1);

    CHECK_OK(wf_builder_set_timeout(builder, "first", timeout_ms, &error));
    return built(builder);
}

static void check_late(void) {
    CHECK(wf_context_is_cancelled(kept) == 1);
    CHECK_FAILS(WF_E_CLOSED, wf_context_output(kept, "1", 1, &error), "first");
    CHECK_FAILS(WF_E_CLOSED, wf_context_keep_alive(kept, &error), "first");
    CHECK_STATUS(WF_E_CLOSED, wf_context_finish(kept, WF_OK, NULL));
}

static void too_late(void) {
    wf_workflow_t *workflow = limited(pending_once, 20, 1);
    wf_run_t *run = started(workflow, NULL, "1");

    CHECK_FAILS(WF_E_TIMEOUT, drive(run).end, "'first'", "20 ms");
    CHECK(wf_run_state(run) == WF_RUN_FAILED);
    check_late();
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static void too_late_and_tried_again(void) {
    wf_workflow_t *workflow = limited(pending_once, 20, 2);
    wf_run_t *run = started(workflow, NULL, "1");
    struct told told = drive(run);

    CHECK_STATUS(WF_DONE, told.end);
    CHECK_TEXT("\"second\"", told.output);
    check_late();
    CHECK_STATUS(WF_DONE, drive(run).end);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static wf_status_t sleeper(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    usleep(100 * 1000);
    return wf_context_output(context, input, length, NULL) == WF_E_CLOSED ? WF_E_HOST : WF_OK;
}

/* Nobody can interrupt it; what it did does not count. */
static void blocked(void) {
    wf_workflow_t *workflow = limited(sleeper, 10, 1);
    struct told told = tell_anyhow(workflow, "1");

    CHECK_FAILS(WF_E_TIMEOUT, told.end, "'first'", "10 ms");
    CHECK(told.kinds[WF_EVENT_OUTPUT] == 0);
    wf_workflow_free(workflow);
}

static void too_late_on_a_pool(void) {
    wf_workflow_t *workflow = limited(sleeper, 10, 1);
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;

    CHECK_OK(wf_pool_new(1, &options.pool, &error));
    CHECK_OK(wf_run_start(workflow, &options, "1", 1, &run, &error));
    CHECK_FAILS(WF_E_TIMEOUT, drive(run).end, "'first'", "10 ms");
    wf_run_free(run);
    wf_pool_free(options.pool); /* waits for the sleeper */
    wf_workflow_free(workflow);
}

/* Leases. */

static void *work_long(void *context) {
    intptr_t wrong = 0;

    for (int i = 0; i < 60; i++) {
        usleep(10 * 1000);
        wrong += wf_context_keep_alive(context, NULL) != WF_OK;
    }
    return (void *)(wrong + (wf_context_finish(context, WF_OK, NULL) != WF_OK));
}

static wf_run_t *leased(wf_workflow_t *workflow, uint64_t lease_ms) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;

    options.lease_ms = lease_ms;
    CHECK_OK(wf_run_start(workflow, &options, "1", 1, &run, &error));
    return run;
}

/* The call takes longer than the lease, but gives signs of life. */
static void kept_alive(void) {
    wf_workflow_t *workflow = built(story(pending_once));
    wf_run_t *run = leased(workflow, 500);
    pthread_t worker;
    void *wrong = NULL;

    wf_event_free(drive_to(run, WF_EVENT_OUTPUT));
    CHECK(pthread_create(&worker, NULL, work_long, kept) == 0);
    CHECK_STATUS(WF_DONE, drive(run).end);
    pthread_join(worker, &wrong);
    CHECK(wrong == NULL);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static void no_sign_of_life(void) {
    wf_workflow_t *workflow = built(story(pending_once));
    wf_run_t *run = leased(workflow, 20);

    CHECK_FAILS(WF_E_TIMEOUT, drive(run).end, "'first'", "sign of life");
    check_late();
    wf_run_free(run);
    wf_workflow_free(workflow);
}

/* A polled call: whoever took it has vanished. Before somebody takes it, it may wait for any time. */
static void taken_and_forgotten(void) {
    wf_executor_t executor = WF_EXECUTOR_INIT;
    wf_workflow_t *workflow;
    wf_run_t *run;
    wf_event_t *event = NULL;
    wf_status_t status;

    executor.flags = WF_POLLED;
    workflow = built(story_of("first", &executor));
    run = leased(workflow, 20);
    while ((status = wf_run_next(run, 60, &event, &error)) == WF_OK) wf_event_free(event);
    CHECK_STATUS(WF_TIMEOUT, status);
    CHECK_OK(wf_run_poll(run, 0, &kept, &error));
    CHECK_FAILS(WF_E_TIMEOUT, drive(run).end, "sign of life");
    check_late();
    wf_run_free(run);
    wf_workflow_free(workflow);
}

/* What a run waits for. */

static void check_why(wf_run_t *run, const char *words) {
    char *json = NULL;
    size_t length = 0;

    CHECK_OK(wf_run_why_waiting(run, &json, &length, &error));
    CHECK(json != NULL && length == strlen(json));
    if (json != NULL && strstr(json, words) == NULL) complain(__FILE__, __LINE__, words, json);
    wf_free(json);
}

static void drive_on(wf_run_t *run) {
    wf_event_t *event = NULL;

    while (wf_run_next(run, 0, &event, NULL) == WF_OK) wf_event_free(event);
}

static wf_status_t curious(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)input, (void)length;
    check_why(*(wf_run_t **)user_data, "\"undelivered_messages\":0");
    CHECK_OK(wf_context_request_info(context, "how", "\"how?\"", WF_NUL, "string", &error));
    CHECK_OK(wf_context_send(context, "join", "1", 1, &error));
    return wf_context_halt(context, NULL);
}

static void why_it_waits(void) {
    wf_workflow_t *workflow = built(retried(story(shaky), 3, 60000));
    wf_run_t *run = started(workflow, NULL, "1");
    char *json = "x";

    check_why(run, "\"why\":\"it waits to be driven: call wf_run_next\"");
    failures = 1;
    drive_on(run);
    check_why(run, "it waits for the next attempt of 'first' in ");
    check_why(run, "\"retries\":[{\"executor_id\":\"first\",\"failed_attempts\":1,\"in_ms\":");
    CHECK_OK(wf_run_cancel(run, "enough", &error));
    drive_on(run);
    check_why(run, "\"why\":\"it waits for nothing: it ended as CANCELLED");
    check_why(run, "\"calls\":[],\"retries\":[]");
    wf_run_free(run);
    wf_workflow_free(workflow);

    workflow = limited(pending_once, 60000, 1);
    run = started(workflow, NULL, "1");
    drive_on(run);
    check_why(run, "it waits for 'first' to handle a message");
    check_why(run, "\"calls\":[{\"executor_id\":\"first\",\"asked_to\":\"handle a message\",\"failed_attempts\":0,\"deadline_in_ms\":");
    CHECK_OK(wf_context_finish(kept, WF_OK, &error));
    drive_on(run);
    check_why(run, "\"why\":\"it waits for nothing: it has finished\",\"state\":\"IDLE\",\"superstep\":1,\"halted\":false");
    CHECK_FAILS(WF_E_MISUSE, wf_run_why_waiting(NULL, &json, NULL, &error), "NULL");
    CHECK(json == NULL);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

/* first goes to a fan-in that also waits for second, asks, and halts. */
static void why_it_waits_for_others(void) {
    wf_executor_t executor = WF_EXECUTOR_INIT;
    wf_run_t *run = NULL;
    wf_builder_t *builder;
    wf_workflow_t *workflow;
    static const char *const sources[] = {"first", "second"};

    executor.invoke = curious;
    executor.user_data = &run;
    builder = story_of("first", &executor);
    add(builder, "second", relay);
    add(builder, "join", echo);
    CHECK_OK(wf_builder_add_edge(builder, "first", "second", NULL, &error));
    CHECK_OK(wf_builder_add_fan_in_edges(builder, sources, 2, "join", &error));
    workflow = built(builder);
    run = started(workflow, NULL, "1");
    drive_on(run);
    check_why(run, "\"halted\":true,\"undelivered_messages\":1");
    check_why(run, "an answer to the request 'how' of 'first'");
    check_why(run, "\"request_id\":\"how\"");
    CHECK_OK(wf_run_withdraw(run, "how", &error));
    drive_on(run);
    check_why(run, "'second' to send to the fan-in of 'join'");
    check_why(run, "\"fan_ins\":[{\"target\":\"join\",\"arrived\":{\"first\":1},\"waiting_for\":[\"second\"]}]");
    wf_run_free(run);
    wf_workflow_free(workflow);
}

/* What succeeded beside a failure. */

static int good_calls, bad_calls, cold;

static wf_status_t good(void *user_data, wf_context_t *context, const char *input, size_t length) {
    good_calls++;
    CHECK_OK(wf_context_set_state(context, WF_SCOPE_SHARED, "good", "true", WF_NUL, &error));
    return relay(user_data, context, input, length);
}

static wf_status_t bad(void *user_data, wf_context_t *context, const char *input, size_t length) {
    const char *json = NULL;

    bad_calls++;
    CHECK_STATUS(WF_NONE, wf_context_get_state(context, WF_SCOPE_SHARED, "good", &json, NULL, &error));
    return cold ? fail(user_data, context, input, length) : relay(user_data, context, input, length);
}

/* first -> good and bad -> join */
static wf_workflow_t *bakery(void) {
    static const char *const both[] = {"good", "bad"};
    wf_builder_t *builder = story(relay);

    add(builder, "good", good);
    add(builder, "bad", bad);
    add(builder, "join", echo);
    CHECK_OK(wf_builder_add_fan_out_edges(builder, "first", both, 2, &error));
    CHECK_OK(wf_builder_add_fan_in_edges(builder, both, 2, "join", &error));
    good_calls = bad_calls = 0;
    cold = 1;
    return built(builder);
}

static void only_the_rest(void) {
    char path[TEXT], id[TEXT], *document = NULL;
    wf_storage_t *storage = new_directory(path);
    wf_workflow_t *workflow = bakery();
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = started(workflow, storage, "1");
    struct told told = drive(run);

    CHECK_FAILS(WF_E_EXECUTOR, told.end, "the oven is cold");
    wf_run_free(run);
    latest(storage, id);
    CHECK_OK(wf_storage_load(storage, id, &document, NULL, &error));
    CHECK(strstr(document, "\"kind\": \"partial\"") != NULL);
    options.storage = storage;
    for (int i = 0; i < 2; i++) { /* resumed twice: the same twice */
        cold = 0;
        CHECK_OK(wf_run_resume(workflow, &options, id, &run, &error));
        told = drive(run);
        CHECK_STATUS(WF_DONE, told.end);
        CHECK_TEXT("[1,1]", told.output);
        CHECK(good_calls == 1 && bad_calls == 2 + i && wf_run_superstep(run) == 3);
        wf_run_free(run);
    }
    CHECK_OK(wf_run_restore(workflow, NULL, document, WF_NUL, &run, &error)); /* without a storage too */
    told = drive(run);
    CHECK_TEXT("[1,1]", told.output);
    CHECK(good_calls == 1);
    wf_run_free(run);
    wf_free(document);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

/* A pause, and how often it was tried, are in the checkpoint: another run goes on waiting. */
static void a_pause_is_kept(void) {
    wf_workflow_t *workflow = built(retried(story(shaky), 3, 200));
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run;
    struct told told;

    CHECK_OK(wf_storage_open("memory:", &options.storage, &error));
    run = started(workflow, options.storage, "1");
    failures = 1;
    drive_on(run);
    wf_run_free(run);
    CHECK(calls == 1);
    CHECK_OK(wf_run_resume(workflow, &options, NULL, &run, &error));
    drive_on(run);
    check_why(run, "\"failed_attempts\":1,\"in_ms\":");
    told = drive(run);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK_TEXT("2", told.output);
    CHECK(calls == 2);
    wf_run_free(run);
    wf_storage_free(options.storage);
    wf_workflow_free(workflow);
}

int main(void) {
    RUN(tried_again);
    RUN(the_warning_says_when);
    RUN(the_last_attempt_counts);
    RUN(given_up);
    RUN(part_of_the_definition);
    RUN(refused);
    RUN(too_late);
    RUN(too_late_and_tried_again);
    RUN(blocked);
    RUN(too_late_on_a_pool);
    RUN(kept_alive);
    RUN(no_sign_of_life);
    RUN(taken_and_forgotten);
    RUN(why_it_waits);
    RUN(why_it_waits_for_others);
    RUN(only_the_rest);
    RUN(a_pause_is_kept);
    FINISH();
}
