#include "samples.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"

struct world world;
enum wf_durability durability = WF_DURABILITY_FULL;

/* ---- Executors --------------------------------------------------------------------------------- */

/* Counts in a state of its own, and sends on what came with a little more. */
static wf_status_t work(void *data, wf_context_t *context, const char *input, size_t length) {
    const char *before = NULL;
    char text[512];

    (void)data, (void)length;
    if (wf_context_get_state(context, WF_SCOPE_EXECUTOR, "seen", &before, NULL, NULL) < 0) return WF_E_HOST;
    snprintf(text, sizeof text, "[%s,%.200s]", before == NULL ? "null" : before, input);
    if (wf_context_set_state(context, WF_SCOPE_EXECUTOR, "seen", text, WF_NUL, NULL) != WF_OK) return WF_E_HOST;
    snprintf(text, sizeof text, "{\"by\": \"%s\", \"after\": %.200s}", wf_context_executor_id(context), input);
    return wf_context_send(context, NULL, text, WF_NUL, NULL);
}

/* Keeps what comes, in the shared state: the result. */
static wf_status_t keep(void *data, wf_context_t *context, const char *input, size_t length) {
    (void)data;
    if (wf_context_set_state(context, WF_SCOPE_SHARED, "result", input, length, NULL) != WF_OK) return WF_E_HOST;
    return wf_context_output(context, input, length, NULL);
}

/* Goes around until it has counted to four. */
static wf_status_t count(void *data, wf_context_t *context, const char *input, size_t length) {
    char text[32];
    int number = atoi(input) + 1;

    (void)data, (void)length;
    snprintf(text, sizeof text, "%d", number);
    return wf_context_send(context, number < 4 ? "again" : "last", text, WF_NUL, NULL);
}

/* Sends on what comes, and knows it from then on. */
static wf_status_t relay(void *data, wf_context_t *context, const char *input, size_t length) {
    (void)data;
    if (wf_context_set_state(context, WF_SCOPE_EXECUTOR, "seen", input, length, NULL) != WF_OK) return WF_E_HOST;
    return wf_context_send(context, NULL, input, length, NULL);
}

/* Says much. */
static wf_status_t talk(void *data, wf_context_t *context, const char *input, size_t length) {
    char text[4200];

    (void)data, (void)input, (void)length;
    memset(text, 'a', sizeof text);
    text[0] = text[sizeof text - 1] = '"';
    return wf_context_send(context, NULL, text, sizeof text, NULL);
}

static wf_status_t pass_on(void *data, wf_context_t *context, const char *input, size_t length) {
    (void)data;
    return wf_context_send(context, NULL, input, length, NULL);
}

/* Asks, and sends on the answer. */
static wf_status_t ask(void *data, wf_context_t *context, const char *input, size_t length) {
    (void)data;
    if (wf_context_request_id(context) != NULL) return wf_context_send(context, NULL, input, length, NULL);
    return wf_context_request_info(context, NULL, "\"may I?\"", WF_NUL, "string", NULL);
}

static wf_status_t fail_until_repaired(void *data, wf_context_t *context, const char *input, size_t length) {
    if (!world.repaired) return wf_context_fail(context, "Broken", "not repaired yet", WF_NUL);
    return work(data, context, input, length);
}

static wf_status_t fail_once(void *data, wf_context_t *context, const char *input, size_t length) {
    if (wf_context_attempt(context) < 2) return wf_context_fail(context, "Shaky", "the first attempt", WF_NUL);
    return work(data, context, input, length);
}

/* Pays at most once after the receipt is remembered. */
static wf_status_t pay(void *data, wf_context_t *context, const char *input, size_t length) {
    const char *receipt = NULL;
    wf_status_t status = wf_context_recall(context, "receipt", &receipt, NULL, NULL);

    (void)data;
    if (status < 0) return WF_E_HOST - 1;
    if (status == WF_NONE) {
        world.payments++;
        world.is_paid_again |= world.is_receipted;
        if (wf_context_remember(context, "receipt", "\"paid\"", WF_NUL, NULL) != WF_OK) return WF_E_HOST - 2;
        world.is_receipted = 1;
        fs_mark(-1);
    } else if (strcmp(receipt, "\"paid\"") != 0) {
        return WF_E_HOST - 3;
    }
    return wf_context_send(context, NULL, input, length, NULL);
}

/* ---- Graphs ------------------------------------------------------------------------------------ */

static wf_error_t *trouble;

static void must(wf_status_t status) {
    if (status != WF_OK) fs_die("%s: %s", wf_status_name(status), wf_error_message(trouble, NULL));
}

static void add(wf_builder_t *builder, const char *id, wf_executor_fn invoke) {
    wf_executor_t executor = WF_EXECUTOR_INIT;

    executor.invoke = invoke;
    must(wf_builder_add_executor(builder, id, &executor, &trouble));
}

static void edge(wf_builder_t *builder, const char *source, const char *target) {
    must(wf_builder_add_edge(builder, source, target, NULL, &trouble));
}

static void linear(wf_builder_t *builder) {
    add(builder, "first", work);
    add(builder, "second", work);
    add(builder, "last", keep);
    edge(builder, "first", "second");
    edge(builder, "second", "last");
}

static void fan(wf_builder_t *builder) {
    static const char *const middle[] = {"left", "right", "straight"};

    add(builder, "first", work);
    for (int i = 0; i < 3; i++) add(builder, middle[i], work);
    add(builder, "last", keep);
    must(wf_builder_add_fan_out_edges(builder, "first", middle, 3, &trouble));
    must(wf_builder_add_fan_in_edges(builder, middle, 3, "last", &trouble));
}

static void loop(wf_builder_t *builder) {
    add(builder, "first", count);
    add(builder, "again", relay);
    add(builder, "last", keep);
    edge(builder, "first", "again");
    edge(builder, "again", "first");
    edge(builder, "first", "last");
}

static void inner(wf_builder_t *builder) {
    add(builder, "first", work);
    add(builder, "out", keep);
    edge(builder, "first", "out");
}

static wf_workflow_t *built(const char *name, void (*describe)(wf_builder_t *)) {
    wf_builder_t *builder;
    wf_workflow_t *workflow;

    must(wf_builder_new(name, &builder, &trouble));
    describe(builder);
    must(wf_builder_set_start(builder, "first", &trouble));
    must(wf_builder_build(builder, &workflow, &trouble));
    wf_builder_free(builder);
    return workflow;
}

static void nested(wf_builder_t *builder) {
    wf_workflow_t *workflow = built("inner", inner);

    add(builder, "first", work);
    must(wf_builder_add_sub_workflow(builder, "sub", workflow, 0, &trouble));
    wf_workflow_free(workflow);
    add(builder, "last", keep);
    edge(builder, "first", "sub");
    edge(builder, "sub", "last");
}

static void human(wf_builder_t *builder) {
    add(builder, "first", ask);
    add(builder, "last", keep);
    edge(builder, "first", "last");
}

/* In one superstep "good" succeeds and "bad" does not: a partial checkpoint. */
static void two(wf_builder_t *builder, wf_executor_fn bad) {
    add(builder, "first", work);
    add(builder, "good", work);
    add(builder, "bad", bad);
    add(builder, "last", keep);
    edge(builder, "first", "good");
    edge(builder, "first", "bad");
    edge(builder, "bad", "last");
}

static void repair(wf_builder_t *builder) { two(builder, fail_until_repaired); }

static void retry(wf_builder_t *builder) {
    wf_retry_t policy = WF_RETRY_INIT;

    two(builder, fail_once);
    policy.attempts = 2;
    policy.delay_ms = 1;
    must(wf_builder_set_retry(builder, "bad", &policy, &trouble));
}

static void payment(wf_builder_t *builder) {
    add(builder, "first", pay);
    add(builder, "last", keep);
    edge(builder, "first", "last");
}

/* A storage may keep the long message once, whatever it passes through. */
static void long_message(wf_builder_t *builder) {
    add(builder, "first", talk);
    add(builder, "second", pass_on);
    add(builder, "third", pass_on);
    add(builder, "last", keep);
    edge(builder, "first", "second");
    edge(builder, "second", "third");
    edge(builder, "third", "last");
}

static const struct {
    const char *name;
    void (*describe)(wf_builder_t *);
} samples[] = {{"linear", linear}, {"fan", fan}, {"loop", loop}, {"nested", nested}, {"human", human}, {"repair", repair},
    {"retry", retry}, {"payment", payment}, {"long", long_message}};

int sample_count(void) { return (int)(sizeof samples / sizeof *samples); }
const char *sample_name(int sample) { return samples[sample].name; }
wf_workflow_t *sample_workflow(int sample) { return built(samples[sample].name, samples[sample].describe); }

/* ---- Runs -------------------------------------------------------------------------------------- */

static void say(struct history *history, wf_status_t status, wf_error_t *error) {
    history->end = status;
    snprintf(history->message, sizeof history->message, "%s", wf_error_message(error, NULL));
    if (status < 0 && history->message[0] == '\0') fs_die("%s without a sentence", wf_status_name(status));
    wf_error_free(error);
}

static void acknowledge(wf_run_t *run, const wf_event_t *event, struct history *history) {
    json_t *data = json_loads(wf_event_data(event, NULL), 0, NULL);
    const char *id = json_string_value(json_object_get(data, "checkpoint_id"));
    struct ack *ack = &history->acks[history->count];

    if (id == NULL || history->count == ACKS) fs_die("a checkpoint event without an id, or too many");
    snprintf(ack->id, sizeof ack->id, "%s", id);
    ack->document = NULL;
    if (history->keep_documents) {
        char *document = NULL;
        if (wf_run_checkpoint(run, &document, NULL, NULL) != WF_OK) fs_die("no document of %s", id);
        ack->document = strdup(document);
        wf_free(document);
    }
    fs_mark(history->count++);
    json_decref(data);
}

/* How many requests it answered; negative if that failed. */
static int answer(wf_run_t *run) {
    char *text = NULL;
    json_t *list, *request;
    size_t index;
    int count;

    if (wf_run_pending_requests(run, &text, NULL, NULL) != WF_OK) return -1;
    list = json_loads(text, 0, NULL);
    wf_free(text);
    count = (int)json_array_size(list);
    json_array_foreach(list, index, request) {
        const char *id = json_string_value(json_object_get(request, "request_id"));
        if (wf_run_respond(run, id, "\"you may\"", WF_NUL, NULL) != WF_OK) count = -1;
    }
    json_decref(list);
    return count;
}

static wf_status_t drive(wf_run_t *run, struct history *history, int stop, wf_error_t **error) {
    for (;;) {
        wf_event_t *event = NULL;
        wf_status_t status = wf_run_next(run, -1, &event, error);
        if (status == WF_DONE && wf_run_state(run) == WF_RUN_IDLE_WITH_PENDING_REQUESTS && answer(run) > 0) continue;
        if (status != WF_OK) return status;
        if (wf_event_kind(event) == WF_EVENT_CHECKPOINT) acknowledge(run, event, history);
        wf_event_free(event);
        if (stop > 0 && history->count >= stop) return WF_DONE;
    }
}

void play(int sample, wf_workflow_t *workflow, wf_storage_t *storage, struct history *history) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;
    char *latest = NULL;
    wf_error_t *error = NULL;
    wf_status_t status = wf_storage_latest(storage, samples[sample].name, &latest, &error);

    history->message[0] = '\0';
    options.storage = storage;
    options.run_id = "run";
    options.durability = durability;
    if (history->count > 0 && status == WF_NONE) history->is_behind = 2;
    if (history->count > 0 && status == WF_OK && strcmp(latest, history->acks[history->count - 1].id) < 0) history->is_behind = 1;
    if (status == WF_OK) status = wf_run_resume(workflow, &options, latest, &run, &error);
    else if (status == WF_NONE) status = wf_run_start(workflow, &options, "1", WF_NUL, &run, &error);
    wf_free(latest);
    if (status == WF_OK) status = drive(run, history, history->limit == 0 ? 0 : history->count + history->limit, &error);
    say(history, status, error);
    wf_run_free(run);
}

void play_through(int sample, wf_workflow_t *workflow, wf_storage_t *storage, struct history *history) {
    play(sample, workflow, storage, history);
    if (history->end != WF_E_EXECUTOR || world.repaired) return;
    world.repaired = 1;
    play(sample, workflow, storage, history);
}

void forget_history(struct history *history) {
    for (int i = 0; i < history->count; i++) free(history->acks[i].document);
    memset(history, 0, sizeof *history);
}

/* ---- Documents --------------------------------------------------------------------------------- */

char *comparable(const char *document) {
    static const char *const differ[] = {"checkpoint_id", "previous_checkpoint_id", "timestamp", "checksum"};
    json_t *json = json_loads(document, 0, NULL), *executor, *delivery;
    size_t index, other;
    char *text;

    if (!json_is_object(json)) return NULL;
    for (size_t i = 0; i < sizeof differ / sizeof *differ; i++) json_object_del(json, differ[i]);
    json_array_foreach(json_object_get(json, "partial"), index, executor) {
        json_object_del(executor, "not_before_us");
        json_array_foreach(json_object_get(executor, "deliveries"), other, delivery) json_object_del(delivery, "not_before_us");
    }
    text = json_dumps(json, JSON_SORT_KEYS | JSON_COMPACT);
    json_decref(json);
    return text;
}

char *result(wf_storage_t *storage, int sample, char why[1024]) {
    char *id = NULL, *document = NULL, *text = NULL;
    wf_error_t *error = NULL;
    wf_status_t status = wf_storage_latest(storage, samples[sample].name, &id, &error);

    if (status == WF_OK) status = wf_storage_load(storage, id, &document, NULL, &error);
    if (status == WF_OK) text = comparable(document);
    if (text == NULL) snprintf(why, 1024, "%s %s", wf_status_name(status), wf_error_message(error, NULL));
    wf_error_free(error);
    wf_free(document);
    wf_free(id);
    return text;
}
