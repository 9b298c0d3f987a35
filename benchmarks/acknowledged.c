/* The program that acknowledged.py kills.
 *
 *     acknowledged URL run LEVEL    runs until it is killed, resting now and then; a line for each thing that it is told
 *     acknowledged URL dump         the superstep of the last checkpoint that is there, and how many are damaged */
#include "measure.h"

#include <jansson.h>
#include <unistd.h>

enum { UNTIL_REST = 20 };

static wf_status_t count(void *user_data, wf_context_t *context, const char *input, size_t length) {
    long *done = user_data;
    char text[24];
    (void)input, (void)length;
    snprintf(text, sizeof text, "%ld", ++*done);
    if (wf_context_set_state(context, WF_SCOPE_EXECUTOR, "count", text, WF_NUL, NULL) < 0) return WF_E_HOST;
    return *done % UNTIL_REST == 0 ? WF_OK : wf_context_send(context, NULL, text, WF_NUL, NULL);
}

/* One line, in one write: whole or not at all. */
static void say(const char *word, unsigned long long superstep) {
    char line[64];
    int length = snprintf(line, sizeof line, "%s %llu\n", word, superstep);
    if (write(1, line, (size_t)length) != length) _exit(3);
}

static void run(const char *url, enum wf_durability durability) {
    long done = 0;
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_workflow_t *workflow = self_loop(count, &done);
    wf_run_t *run = NULL;
    wf_error_t *error = NULL;
    options.storage = opened(url);
    options.durability = durability;
    must(wf_run_start(workflow, &options, "0", WF_NUL, &run, &error), error);
    for (;;) {
        wf_event_t *event = NULL;
        wf_status_t status = wf_run_next(run, -1, &event, &error);
        must(status, error);
        if (status == WF_DONE) must(wf_run_input(run, "0", WF_NUL, &error), error);
        if (wf_event_kind(event) == WF_EVENT_SUPERSTEP_COMPLETED) say("superstep", wf_event_superstep(event));
        if (wf_event_kind(event) == WF_EVENT_CHECKPOINT) {
            json_t *data = json_loads(wf_event_data(event, NULL), 0, NULL);
            say("checkpoint", (unsigned long long)json_integer_value(json_object_get(data, "superstep")));
            json_decref(data);
        }
        wf_event_free(event);
    }
}

static int dump(const char *url) {
    wf_storage_t *storage = opened(url);
    wf_error_t *error = NULL;
    char *list = NULL, *document = NULL;
    long long last = -1, damaged = 0;
    size_t index;
    json_t *entries, *entry;
    must(wf_storage_list(storage, NULL, &list, NULL, &error), error);
    entries = json_loads(list, 0, NULL);
    json_array_foreach(entries, index, entry) {
        const char *id = json_string_value(json_object_get(entry, "checkpoint_id"));
        long long superstep = json_integer_value(json_object_get(entry, "superstep"));
        if (wf_storage_load(storage, id, &document, NULL, NULL) != WF_OK) damaged++;
        else if (superstep > last) last = superstep;
        wf_free(document);
    }
    printf("%lld %lld\n", last, damaged);
    return 0;
}

int main(int argument_count, char **arguments) {
    if (argument_count == 4 && strcmp(arguments[2], "run") == 0) run(arguments[1], (enum wf_durability)atoi(arguments[3]));
    if (argument_count == 3 && strcmp(arguments[2], "dump") == 0) return dump(arguments[1]);
    die("acknowledged", "URL run LEVEL | URL dump");
}
