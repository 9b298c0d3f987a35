/* scale.c: one load at one size in this process: `scale LOAD SIZE`. scale.py asks for several sizes of each, and compares.
 *
 * Each step of a load is a line: its name, the seconds that the process was at work, and the most memory that it has had so
 * far, in MB. What is checked on the way is that nothing is missing: so many calls, messages, answers, checkpoints. */
#include "measure.h"

#include <jansson.h>
#include <sys/resource.h>

static double began;

static void begin(void) { began = cpu(); }

static void step(const char *name) {
    struct rusage usage;
    double seconds = cpu() - began;
    getrusage(RUSAGE_SELF, &usage);
    printf("%s %.6f %.1f\n", name, seconds, (double)usage.ru_maxrss / 1024);
    fflush(stdout);
    began = cpu();
}

static void expect(long found, long wanted, const char *what) {
    if (found == wanted) return;
    fprintf(stderr, "%s: %ld, where %ld were expected\n", what, found, wanted);
    exit(1);
}

static wf_run_options_t quiet(wf_storage_t *storage) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    options.storage = storage;
    options.max_supersteps = 1u << 31;
    options.hidden_events = ~(uint64_t)0;
    options.durability = WF_DURABILITY_PROCESS;
    return options;
}

static wf_run_t *new_run(wf_workflow_t *workflow, wf_storage_t *storage) {
    wf_run_options_t options = quiet(storage);
    wf_run_t *run = NULL;
    wf_error_t *error = NULL;
    must(wf_run_start(workflow, &options, "0", WF_NUL, &run, &error), error);
    return run;
}

static long calls;

static wf_status_t pass(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    calls++;
    return wf_context_send(context, NULL, input, length, NULL);
}

static wf_status_t count(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data, (void)context, (void)input, (void)length;
    calls++;
    return WF_OK;
}

/* ---- Live runs: each rests in the middle, with a message on its way ---- */

static wf_status_t rest(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    calls++;
    if (strtol(input, NULL, 10) == 1) return WF_OK;
    wf_status_t status = wf_context_set_state(context, WF_SCOPE_EXECUTOR, "seen", input, length, NULL);
    if (status >= 0) status = wf_context_send(context, NULL, "1", 1, NULL);
    return status < 0 ? status : wf_context_halt(context, NULL);
}

static void live_runs(long size) {
    wf_workflow_t *workflow = self_loop(rest, NULL);
    wf_run_t **runs = calloc((size_t)size, sizeof *runs);
    wf_error_t *error = NULL;
    begin();
    for (long i = 0; i < size; i++) runs[i] = new_run(workflow, NULL);
    step("start");
    for (long i = 0; i < size; i++) drive(runs[i]);
    step("a superstep of each");
    expect(calls, size, "calls");
    for (long i = 0; i < size; i++) {
        must(wf_run_input(runs[i], "1", 1, &error), error);
        drive(runs[i]);
    }
    step("an input and a superstep of each");
    expect(calls, 3 * size, "calls");
    for (long i = 0; i < size; i++) wf_run_free(runs[i]);
    step("free");
    free(runs);
    wf_workflow_free(workflow);
}

/* ---- Large graphs ---- */

static char (*new_ids(long size))[32] {
    char(*ids)[32] = calloc((size_t)size, sizeof *ids);
    for (long i = 0; i < size; i++) snprintf(ids[i], sizeof ids[i], "node %ld", i);
    return ids;
}

static void chain(long size) {
    char(*ids)[32] = new_ids(size);
    wf_builder_t *builder = new_builder("chain");
    wf_error_t *error = NULL;
    begin();
    for (long i = 0; i < size; i++) add(builder, ids[i], i + 1 < size ? pass : count, NULL);
    for (long i = 0; i + 1 < size; i++) must(wf_builder_add_edge(builder, ids[i], ids[i + 1], NULL, &error), error);
    step("describe");
    wf_workflow_t *workflow = built(builder, ids[0]);
    step("build");
    wf_run_t *run = new_run(workflow, NULL);
    drive(run);
    step("run, a superstep for each");
    expect(calls, size, "calls");
    expect((long)wf_run_superstep(run), size, "supersteps");
    wf_run_free(run);
    wf_workflow_free(workflow);
    step("free");
    free(ids);
}

static void fan(long size) {
    char(*ids)[32] = new_ids(size);
    const char **targets = calloc((size_t)size, sizeof *targets);
    wf_builder_t *builder = new_builder("fan");
    wf_error_t *error = NULL;
    begin();
    add(builder, "head", pass, NULL);
    for (long i = 0; i < size; i++) {
        add(builder, ids[i], pass, NULL);
        targets[i] = ids[i];
    }
    add(builder, "tail", count, NULL);
    must(wf_builder_add_fan_out_edges(builder, "head", targets, (size_t)size, &error), error);
    must(wf_builder_add_fan_in_edges(builder, targets, (size_t)size, "tail", &error), error);
    step("describe");
    wf_workflow_t *workflow = built(builder, "head");
    step("build");
    wf_run_t *run = new_run(workflow, NULL);
    drive(run);
    step("run, one to all and all to one");
    expect(calls, size + 2, "calls");
    wf_run_free(run);
    wf_workflow_free(workflow);
    step("free");
    free(targets);
    free(ids);
}

/* ---- Many messages in one superstep ---- */

static wf_status_t send_many(void *user_data, wf_context_t *context, const char *input, size_t length) {
    long size = *(long *)user_data;
    char text[32];
    (void)input, (void)length;
    for (long i = 0; i < size; i++) {
        size_t written = (size_t)snprintf(text, sizeof text, "{\"number\": %ld}", i);
        wf_status_t status = wf_context_send(context, NULL, text, written, NULL);
        if (status < 0) return status;
    }
    return WF_OK;
}

static void messages_with(long size, const char *kind) {
    wf_builder_t *builder = new_builder("messages");
    wf_error_t *error = NULL;
    wf_storage_t *storage = NULL;
    place_t place;
    if (kind) {
        place = new_place(kind, "scale");
        storage = opened(place.url);
    }
    add(builder, "head", send_many, &size);
    add(builder, "tail", count, NULL);
    must(wf_builder_add_edge(builder, "head", "tail", NULL, &error), error);
    wf_workflow_t *workflow = built(builder, "head");
    begin();
    wf_run_t *run = new_run(workflow, storage);
    drive(run);
    step(kind ? "send, save and handle" : "send and handle");
    expect(calls, size, "calls");
    wf_run_free(run);
    wf_storage_free(storage);
    step("free");
    wf_workflow_free(workflow);
    if (kind) discard(&place);
}

static void messages(long size) { messages_with(size, NULL); }
static void messages_saved(long size) { messages_with(size, "sqlite"); }

/* ---- Pending requests ---- */

static wf_status_t ask_many(void *user_data, wf_context_t *context, const char *input, size_t length) {
    long size = *(long *)user_data;
    char text[64];
    (void)input, (void)length;
    if (wf_context_request_id(context)) {
        calls++;
        return WF_OK;
    }
    for (long i = 0; i < size; i++) {
        size_t written = (size_t)snprintf(text, sizeof text, "{\"question\": %ld}", i);
        wf_status_t status = wf_context_request_info(context, NULL, text, written, "integer", NULL);
        if (status < 0) return status;
    }
    return WF_OK;
}

static json_t *pending(wf_run_t *run, long size) {
    wf_error_t *error = NULL;
    char *json = NULL;
    must(wf_run_pending_requests(run, &json, NULL, &error), error);
    json_t *list = json_loads(json, 0, NULL);
    wf_free(json);
    expect((long)json_array_size(list), size, "pending requests");
    return list;
}

static void requests(long size) {
    place_t place = new_place("sqlite", "scale");
    wf_storage_t *storage = opened(place.url);
    wf_workflow_t *workflow = self_loop(ask_many, &size);
    wf_run_options_t options = quiet(storage);
    wf_error_t *error = NULL;
    begin();
    wf_run_t *run = new_run(workflow, storage);
    drive(run);
    step("ask and save");
    wf_run_free(run);
    must(wf_run_resume(workflow, &options, NULL, &run, &error), error);
    drive(run);
    step("resume");
    json_t *list = pending(run, size);
    step("list");
    for (long i = 0; i < size; i++) {
        const char *id = json_string_value(json_object_get(json_array_get(list, (size_t)i), "request_id"));
        must(wf_run_respond(run, id, "42", 2, &error), error);
    }
    step("answer all");
    drive(run);
    step("handle and save");
    expect(calls, size, "answers");
    json_decref(list);
    json_decref(pending(run, 0));
    wf_run_free(run);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
    discard(&place);
}

/* One after another: each answer is saved before the next is given. */
static void requests_singly_in(long size, const char *kind) {
    place_t place = new_place(kind, "scale");
    wf_storage_t *storage = opened(place.url);
    wf_workflow_t *workflow = self_loop(ask_many, &size);
    wf_error_t *error = NULL;
    wf_run_t *run = new_run(workflow, storage);
    drive(run);
    json_t *list = pending(run, size);
    long answers = 100;
    begin();
    for (long i = 0; i < answers; i++) {
        const char *id = json_string_value(json_object_get(json_array_get(list, (size_t)i), "request_id"));
        must(wf_run_respond(run, id, "42", 2, &error), error);
        drive(run);
    }
    step("100 answers, each handled and saved");
    json_decref(list);
    wf_run_free(run);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
    discard(&place);
}

static void requests_singly(long size) { requests_singly_in(size, "sqlite"); }
static void requests_singly_memory(long size) { requests_singly_in(size, "memory"); }

/* ---- A large state ---- */

enum { VALUE = 10000 };

struct state {
    long values;
    bool is_one;
    size_t seen;
};

/* First all of it, then a little beside it. */
static wf_status_t keep(void *user_data, wf_context_t *context, const char *input, size_t length) {
    struct state *state = user_data;
    wf_status_t status = WF_OK;
    (void)length;
    if (strcmp(input, "2") == 0) {
        const char *json;
        size_t size;
        char name[32];
        for (long i = 0; i < (state->is_one ? 1 : state->values) && status == WF_OK; i++) {
            snprintf(name, sizeof name, "key %ld", i);
            status = wf_context_get_state(context, WF_SCOPE_EXECUTOR, name, &json, &size, NULL);
            state->seen += size;
        }
        return status == WF_OK ? WF_OK : WF_E_EXECUTOR;
    }
    if (strcmp(input, "1") == 0) return wf_context_set_state(context, WF_SCOPE_EXECUTOR, "little", "1", 1, NULL);
    size_t all = (size_t)state->values * (VALUE + 1) + 1;
    char *text = malloc(all + 1);
    for (long i = 0; i < state->values && status >= 0; i++) {
        char name[32], *value = text + (state->is_one ? (size_t)i * (VALUE + 1) + 1 : 0);
        put_record(value, VALUE, (unsigned long)i);
        snprintf(name, sizeof name, "key %ld", i);
        if (state->is_one)
            value[VALUE] = ',';
        else
            status = wf_context_set_state(context, WF_SCOPE_EXECUTOR, name, value, VALUE, NULL);
    }
    if (state->is_one) {
        text[0] = '[';
        text[all - 1] = ']';
        status = wf_context_set_state(context, WF_SCOPE_EXECUTOR, "key 0", text, all, NULL);
    }
    free(text);
    return status;
}

static void state_of(long kilobytes, bool is_one) {
    struct state state = {kilobytes * 1000 / VALUE, is_one, 0};
    place_t place = new_place("sqlite", "scale");
    wf_storage_t *storage = opened(place.url);
    wf_workflow_t *workflow = self_loop(keep, &state);
    wf_run_options_t options = quiet(storage);
    wf_error_t *error = NULL;
    begin();
    wf_run_t *run = new_run(workflow, storage);
    drive(run);
    step("write and save");
    must(wf_run_input(run, "1", 1, &error), error);
    drive(run);
    step("a little change, saved");
    wf_run_free(run);
    step("free");
    must(wf_run_resume(workflow, &options, NULL, &run, &error), error);
    step("resume");
    must(wf_run_input(run, "2", 1, &error), error);
    drive(run);
    step("read all of it");
    if ((long)state.seen < kilobytes * 1000) die("state", "something is missing");
    wf_run_free(run);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
    discard(&place);
}

static void state_in_values(long kilobytes) { state_of(kilobytes, false); }
static void state_in_one(long kilobytes) { state_of(kilobytes, true); }

/* ---- Many checkpoints of one run ---- */

static wf_status_t tick(void *user_data, wf_context_t *context, const char *input, size_t length) {
    char text[24];
    (void)input, (void)length;
    if (++calls == *(long *)user_data - 1) return WF_OK;
    snprintf(text, sizeof text, "%ld", calls);
    wf_status_t status = wf_context_set_state(context, WF_SCOPE_EXECUTOR, "count", text, WF_NUL, NULL);
    return status < 0 ? status : wf_context_send(context, NULL, text, WF_NUL, NULL);
}

static json_t *answer(wf_status_t status, wf_error_t *error, char *json) {
    must(status, error);
    json_t *answer = json_loads(json, 0, NULL);
    wf_free(json);
    return answer;
}

static void checkpoints_in(long size, const char *kind) {
    place_t place = new_place(kind, "scale");
    wf_storage_t *storage = opened(place.url);
    wf_workflow_t *workflow = self_loop(tick, &size);
    wf_error_t *error = NULL;
    wf_status_t status;
    char *json = NULL, query[128];
    wf_run_t *run = NULL;
    wf_run_options_t options = quiet(storage);
    options.run_id = "one";
    begin();
    must(wf_run_start(workflow, &options, "0", WF_NUL, &run, &error), error);
    drive(run);
    step("save all");
    wf_run_free(run);
    if (strcmp(kind, "memory") != 0) {
        wf_storage_free(storage);
        storage = opened(place.url);
    }
    begin();
    must(wf_storage_latest(storage, NULL, &json, &error), error);
    step("open, latest");
    wf_free(json);
    status = wf_storage_find(storage, "{\"run_id\": \"one\", \"limit\": 100}", &json, NULL, &error);
    json_t *page = answer(status, error, json);
    step("a page of 100 of the run");
    expect((long)json_array_size(json_object_get(page, "checkpoints")), 100, "checkpoints of a page");
    snprintf(query, sizeof query, "{\"run_id\": \"one\", \"limit\": 100, \"before\": \"%s\"}", json_string_value(json_object_get(page, "next")));
    begin();
    status = wf_storage_find(storage, query, &json, NULL, &error);
    json_decref(answer(status, error, json));
    step("the next page");
    json_decref(page);
    status = wf_storage_find(storage, "{\"limit\": 100}", &json, NULL, &error);
    json_decref(answer(status, error, json));
    step("a page of 100 of any run");
    status = wf_storage_runs(storage, NULL, &json, NULL, &error);
    json_t *runs = answer(status, error, json);
    step("list of runs");
    expect((long)json_integer_value(json_object_get(json_array_get(json_object_get(runs, "runs"), 0), "checkpoints")), size, "checkpoints");
    json_decref(runs);
    begin();
    status = wf_storage_prune(storage, "{\"keep_last\": 10}", &json, NULL, &error);
    json_t *report = answer(status, error, json);
    step("prune all but 10");
    expect((long)json_integer_value(json_object_get(report, "deleted")), size - 10, "deleted checkpoints");
    json_decref(report);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
    discard(&place);
}

static void checkpoints_sqlite(long size) { checkpoints_in(size, "sqlite"); }
static void checkpoints_memory(long size) { checkpoints_in(size, "memory"); }
static void checkpoints_directory(long size) { checkpoints_in(size, "directory"); }

static const struct {
    const char *name;
    void (*run)(long size);
} loads[] = {
    {"runs", live_runs}, {"chain", chain}, {"fan", fan}, {"messages", messages}, {"messages-saved", messages_saved},
    {"requests", requests}, {"requests-singly", requests_singly}, {"requests-singly-memory", requests_singly_memory}, {"values", state_in_values}, {"value", state_in_one},
    {"checkpoints", checkpoints_sqlite}, {"checkpoints-memory", checkpoints_memory}, {"checkpoints-directory", checkpoints_directory},
};

int main(int count, char **words) {
    for (size_t i = 0; count == 3 && i < sizeof loads / sizeof *loads; i++)
        if (strcmp(words[1], loads[i].name) == 0) {
            loads[i].run(strtol(words[2], NULL, 10));
            return 0;
        }
    die("scale", "say which load and what size: `scale chain 1000`");
    return 1;
}
