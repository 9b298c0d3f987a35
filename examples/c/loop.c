/* Halves even numbers and triples odd ones plus one, until 1 is reached: an executor that sends to itself, once a
 * superstep. How far it has come stands in the state, and so in every checkpoint. */
#include <stdio.h>
#include <stdlib.h>
#include <workflow.h>

static wf_status_t step(void *data, wf_context_t *context, const char *input, size_t length) {
    long n = atol(input), steps = 0, peak = 0;
    const char *progress = NULL; /* stays NULL the first time */
    char json[64];
    wf_status_t status = wf_context_get_state(context, WF_SCOPE_EXECUTOR, "progress", &progress, NULL, NULL);

    if (progress != NULL) sscanf(progress, "[%ld, %ld]", &steps, &peak);
    if (n > peak) peak = n;
    if (status >= 0) status = wf_context_output(context, input, length, NULL);
    if (n == 1) { /* nothing is sent, and so the run ends */
        snprintf(json, sizeof json, "[%ld, %ld]", steps, peak);
        return status < 0 ? status : wf_context_output(context, json, WF_NUL, NULL);
    }
    snprintf(json, sizeof json, "[%ld, %ld]", steps + 1, peak);
    if (status >= 0) status = wf_context_set_state(context, WF_SCOPE_EXECUTOR, "progress", json, WF_NUL, NULL);
    snprintf(json, sizeof json, "%ld", n % 2 == 0 ? n / 2 : 3 * n + 1);
    return status < 0 ? status : wf_context_send(context, NULL, json, WF_NUL, NULL);
}

static wf_workflow_t *build(wf_error_t **error) {
    wf_executor_t executor = WF_EXECUTOR_INIT;
    wf_builder_t *builder;
    wf_workflow_t *workflow;

    executor.invoke = step;
    wf_builder_new("loop", &builder, NULL);
    wf_builder_add_executor(builder, "step", &executor, NULL);
    wf_builder_add_edge(builder, "step", "step", NULL, NULL);
    wf_builder_set_start(builder, "step", NULL);
    wf_builder_set_max_supersteps(builder, 1000, NULL); /* a loop without an end would be an error then */
    wf_builder_build(builder, &workflow, error);
    wf_builder_free(builder);
    return workflow;
}

int main(void) {
    wf_error_t *error = NULL;
    wf_event_t *event;
    wf_run_t *run = NULL;
    wf_workflow_t *workflow = build(&error);

    if (error == NULL) wf_run_start(workflow, NULL, "6", WF_NUL, &run, &error);
    while (error == NULL && wf_run_next(run, -1, &event, &error) == WF_OK) {
        if (wf_event_kind(event) == WF_EVENT_OUTPUT) puts(wf_event_data(event, NULL));
        wf_event_free(event);
    }
    int failed = error != NULL;
    if (failed) fprintf(stderr, "loop: %s\n", wf_error_message(error, NULL));
    wf_error_free(error);
    wf_run_free(run);
    wf_workflow_free(workflow);
    return failed;
}
