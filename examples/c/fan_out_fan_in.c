/* Three executors look at one sentence in the same superstep; a fourth waits until all of them have answered. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <workflow.h>

static wf_status_t read_sentence(void *data, wf_context_t *context, const char *input, size_t length) {
    return wf_context_send(context, NULL, input, length, NULL); /* to every target of the fan-out */
}

static int is_letter(const char *at) { return isalpha((unsigned char)*at) != 0; }
static int is_vowel(const char *at) { return *at != '\0' && strchr("aeiou", *at) != NULL; }
static int is_word(const char *at) { return is_letter(at) && !is_letter(at - 1); } /* its first letter; at[-1] is the quote */

struct counter {
    const char *id;
    int (*counts)(const char *at);
};
static struct counter words = {"words", is_word}, letters = {"letters", is_letter}, vowels = {"vowels", is_vowel};

/* One function for the three: what it counts is its user_data. */
static wf_status_t count(void *data, wf_context_t *context, const char *input, size_t length) {
    struct counter *counter = data;
    char json[32];
    int found = 0;

    for (const char *at = input + 1; *at != '\0'; at++) found += counter->counts(at);
    snprintf(json, sizeof json, "%d", found);
    return wf_context_send(context, NULL, json, WF_NUL, NULL);
}

/* Gets one array: what the sources have sent, in the order in which the fan-in names them. */
static wf_status_t report(void *data, wf_context_t *context, const char *input, size_t length) {
    int of_words = 0, of_letters = 0, of_vowels = 0;
    char json[128];

    if (sscanf(input, "[%d,%d,%d]", &of_words, &of_letters, &of_vowels) != 3) return WF_E_INVALID;
    snprintf(json, sizeof json, "[%d, %d, %d]", of_words, of_letters, of_vowels);
    return wf_context_output(context, json, WF_NUL, NULL);
}

static wf_workflow_t *build(wf_error_t **error) {
    struct counter *counters[] = {&words, &letters, &vowels};
    const char *ids[] = {words.id, letters.id, vowels.id};
    wf_executor_t reader = WF_EXECUTOR_INIT, counter = WF_EXECUTOR_INIT, reporter = WF_EXECUTOR_INIT;
    wf_builder_t *builder;
    wf_workflow_t *workflow;

    reader.invoke = read_sentence;
    counter.invoke = count;
    reporter.invoke = report;
    wf_builder_new("fan_out_fan_in", &builder, NULL);
    wf_builder_add_executor(builder, "reader", &reader, NULL);
    for (int i = 0; i < 3; i++) {
        counter.user_data = counters[i];
        wf_builder_add_executor(builder, ids[i], &counter, NULL);
    }
    wf_builder_add_executor(builder, "report", &reporter, NULL);
    wf_builder_add_fan_out_edges(builder, "reader", ids, 3, NULL);
    wf_builder_add_fan_in_edges(builder, ids, 3, "report", NULL);
    wf_builder_set_start(builder, "reader", NULL);
    wf_builder_build(builder, &workflow, error);
    wf_builder_free(builder);
    return workflow;
}

int main(void) {
    wf_error_t *error = NULL;
    wf_event_t *event;
    wf_run_t *run = NULL;
    wf_workflow_t *workflow = build(&error);

    if (error == NULL) wf_run_start(workflow, NULL, "\"to be or not to be\"", WF_NUL, &run, &error);
    while (error == NULL && wf_run_next(run, -1, &event, &error) == WF_OK) {
        if (wf_event_kind(event) == WF_EVENT_SUPERSTEP_STARTED) printf("superstep %d\n", (int)wf_event_superstep(event));
        if (wf_event_kind(event) == WF_EVENT_EXECUTOR_INVOKED) printf("  %s\n", wf_event_executor_id(event));
        if (wf_event_kind(event) == WF_EVENT_OUTPUT) puts(wf_event_data(event, NULL));
        wf_event_free(event);
    }
    int failed = error != NULL;
    if (failed) fprintf(stderr, "fan_out_fan_in: %s\n", wf_error_message(error, NULL));
    wf_error_free(error);
    wf_run_free(run);
    wf_workflow_free(workflow);
    return failed;
}
