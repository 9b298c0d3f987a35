/* One of two programs that go on with one run at the same time, for two_writers.py.
 *
 *     contender URL run SUPERSTEPS     goes on until the run is done: one line per acknowledged checkpoint, conflict, trouble
 *     contender URL dump               one line per checkpoint that is there */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <workflow.h>

enum { TROUBLES = 2000 };

static int supersteps;

/* One line, in one write: whole or not at all. */
static void say(const char *format, ...) {
    char line[2048];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    if (length > (int)sizeof line - 2) length = (int)sizeof line - 2;
    for (int i = 0; i < length; i++)
        if (line[i] == '\n') line[i] = ' ';
    line[length++] = '\n';
    if (write(1, line, (size_t)length) != length) _exit(3);
}

static void pause_a_little(void) { usleep((useconds_t)(lrand48() % 1500)); }

/* Counts its calls in its own state, and calls itself until it has counted to the end. */
static wf_status_t count(void *data, wf_context_t *context, const char *input, size_t length) {
    const char *before = NULL;
    char text[32];
    int number;

    (void)data, (void)input, (void)length;
    if (wf_context_get_state(context, WF_SCOPE_EXECUTOR, "count", &before, NULL, NULL) < 0) return WF_E_HOST;
    number = before == NULL ? 1 : atoi(before) + 1;
    snprintf(text, sizeof text, "%d", number);
    if (lrand48() % 3 == 0) pause_a_little();
    if (wf_context_set_state(context, WF_SCOPE_EXECUTOR, "count", text, WF_NUL, NULL) != WF_OK) return WF_E_HOST;
    return number < supersteps ? wf_context_send(context, NULL, text, WF_NUL, NULL) : wf_context_output(context, text, WF_NUL, NULL);
}

static wf_workflow_t *counting(void) {
    wf_executor_t executor = WF_EXECUTOR_INIT;
    wf_builder_t *builder = NULL;
    wf_workflow_t *workflow = NULL;

    executor.invoke = count;
    wf_builder_new("count", &builder, NULL);
    wf_builder_add_executor(builder, "counter", &executor, NULL);
    wf_builder_add_edge(builder, "counter", "counter", NULL, NULL);
    wf_builder_set_start(builder, "counter", NULL);
    wf_builder_build(builder, &workflow, NULL);
    wf_builder_free(builder);
    return workflow;
}

static void tell(wf_event_t *event) {
    json_t *data = json_loads(wf_event_data(event, NULL), 0, NULL);
    const char *previous = json_string_value(json_object_get(data, "previous_checkpoint_id"));

    say("saved %s %s %lld", json_string_value(json_object_get(data, "checkpoint_id")), previous == NULL ? "-" : previous,
        (long long)json_integer_value(json_object_get(data, "superstep")));
    json_decref(data);
}

static wf_status_t drive(wf_run_t *run, wf_error_t **error) {
    wf_event_t *event = NULL;
    wf_status_t status;

    while ((status = wf_run_next(run, -1, &event, error)) == WF_OK) {
        if (wf_event_kind(event) == WF_EVENT_CHECKPOINT) tell(event);
        wf_event_free(event);
    }
    return status;
}

/* Goes on with the run, or begins it. */
static wf_status_t go_on(wf_workflow_t *workflow, const char *url, wf_error_t **error) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;
    wf_status_t status = wf_storage_open(url, &options.storage, error);

    options.run_id = "the run";
    options.max_supersteps = 1000000;
    /* Not the id of the latest: by the time it is resumed it may be an older one, and going back to that is a branch. */
    if (status == WF_OK) status = wf_run_resume(workflow, &options, NULL, &run, error);
    if (status == WF_E_NOTFOUND) {
        if (error) wf_error_free(*error);
        if (error) *error = NULL;
        status = wf_run_start(workflow, &options, "0", WF_NUL, &run, error);
    }
    if (status == WF_OK) status = drive(run, error);
    wf_run_free(run);
    wf_storage_free(options.storage);
    return status;
}

static int run(const char *url) {
    wf_workflow_t *workflow = counting();

    for (int troubles = 0; troubles < TROUBLES;) {
        wf_error_t *error = NULL;
        wf_status_t status = go_on(workflow, url, &error);
        if (status == WF_DONE) {
            say("done");
            return 0;
        }
        if (status == WF_E_CONFLICT) {
            say("conflict");
        } else {
            say("trouble %s %s", wf_status_name(status), wf_error_message(error, NULL));
            troubles++;
            if (status != WF_E_STORAGE) return 1; /* such as a locked database, which is over in a moment */
        }
        wf_error_free(error);
        pause_a_little();
    }
    return 1;
}

static int dump(const char *url) {
    wf_storage_t *storage = NULL;
    wf_error_t *error = NULL;
    char *text = NULL;
    json_t *list, *entry;
    size_t index;

    if (wf_storage_open(url, &storage, &error) != WF_OK || wf_storage_list(storage, NULL, &text, NULL, &error) != WF_OK) {
        say("damaged %s", wf_error_message(error, NULL));
        return 1;
    }
    list = json_loads(text, 0, NULL);
    json_array_foreach(list, index, entry) {
        const char *id = json_string_value(json_object_get(entry, "checkpoint_id"));
        const char *previous = json_string_value(json_object_get(entry, "previous_checkpoint_id"));
        char *document = NULL;
        json_t *json = NULL;
        if (wf_storage_load(storage, id, &document, NULL, &error) != WF_OK) {
            say("damaged %s", wf_error_message(error, NULL));
            wf_error_free(error);
            error = NULL;
            continue;
        }
        json = json_loads(document, 0, NULL);
        json_t *state = json_object_get(json_object_get(json_object_get(json, "executor_states"), "counter"), "state");
        say("checkpoint %s %s %lld %lld", id, previous == NULL ? "-" : previous,
            (long long)json_integer_value(json_object_get(json, "superstep")), (long long)json_integer_value(json_object_get(state, "count")));
        json_decref(json);
        wf_free(document);
    }
    json_decref(list);
    wf_free(text);
    wf_storage_free(storage);
    return 0;
}

int main(int argument_count, char **arguments) {
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    srand48(time.tv_nsec ^ getpid());
    if (argument_count == 4 && strcmp(arguments[2], "run") == 0) {
        supersteps = atoi(arguments[3]);
        return run(arguments[1]);
    }
    if (argument_count == 3 && strcmp(arguments[2], "dump") == 0) return dump(arguments[1]);
    fprintf(stderr, "contender URL run SUPERSTEPS | contender URL dump\n");
    return 2;
}
