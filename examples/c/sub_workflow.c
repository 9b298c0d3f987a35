/* A workflow inside another one: to the outer one it is a single executor, "sum". Two numbers are inside it at the same
 * time and stay apart, and every inner superstep is in the checkpoints of the outer run. */
#include <stdio.h>
#include <stdlib.h>
#include <workflow.h>

static wf_status_t send_number(wf_context_t *context, int number) {
    char json[16];

    snprintf(json, sizeof json, "%d", number);
    return wf_context_send(context, NULL, json, WF_NUL, NULL);
}

/* The inner workflow doubles a number and then adds one. */
static wf_status_t twice(void *data, wf_context_t *context, const char *input, size_t length) {
    return send_number(context, atoi(input) * 2);
}

static wf_status_t plus_one(void *data, wf_context_t *context, const char *input, size_t length) {
    char json[16];

    snprintf(json, sizeof json, "%d", atoi(input) + 1);
    return wf_context_output(context, json, WF_NUL, NULL); /* becomes a message of "sum" */
}

/* The outer one puts two numbers into the inner one, and puts out what comes back. */
static wf_status_t split(void *data, wf_context_t *context, const char *input, size_t length) {
    wf_status_t status = send_number(context, atoi(input));

    return status < 0 ? status : send_number(context, atoi(input) * 10);
}

static wf_status_t report(void *data, wf_context_t *context, const char *input, size_t length) {
    return wf_context_output(context, input, length, NULL);
}

static void add(wf_builder_t *builder, const char *id, wf_executor_fn invoke) {
    wf_executor_t executor = WF_EXECUTOR_INIT;

    executor.invoke = invoke;
    wf_builder_add_executor(builder, id, &executor, NULL);
}

static wf_workflow_t *build_inner(wf_error_t **error) {
    wf_builder_t *builder;
    wf_workflow_t *workflow;

    wf_builder_new("sum", &builder, NULL);
    add(builder, "twice", twice);
    add(builder, "plus_one", plus_one);
    wf_builder_add_edge(builder, "twice", "plus_one", NULL, NULL);
    wf_builder_set_start(builder, "twice", NULL);
    wf_builder_build(builder, &workflow, error);
    wf_builder_free(builder);
    return workflow;
}

static wf_workflow_t *build(wf_workflow_t *inner, wf_error_t **error) {
    wf_builder_t *builder;
    wf_workflow_t *workflow;

    wf_builder_new("sub_workflow", &builder, NULL);
    add(builder, "split", split);
    wf_builder_add_sub_workflow(builder, "sum", inner, 0, NULL);
    add(builder, "report", report);
    wf_builder_add_edge(builder, "split", "sum", NULL, NULL);
    wf_builder_add_edge(builder, "sum", "report", NULL, NULL);
    wf_builder_set_start(builder, "split", NULL);
    wf_builder_build(builder, &workflow, error);
    wf_builder_free(builder);
    return workflow;
}

int main(void) {
    wf_error_t *error = NULL;
    wf_event_t *event;
    wf_run_t *run = NULL;
    wf_workflow_t *inner = build_inner(&error);
    wf_workflow_t *workflow = error == NULL ? build(inner, &error) : NULL;

    wf_workflow_free(inner); /* the outer one keeps what it needs */
    if (error == NULL) wf_run_start(workflow, NULL, "4", WF_NUL, &run, &error);
    while (error == NULL && wf_run_next(run, -1, &event, &error) == WF_OK) {
        if (wf_event_kind(event) == WF_EVENT_EXECUTOR_INVOKED)
            printf("%s: %s\n", wf_event_executor_id(event), wf_event_data(event, NULL));
        if (wf_event_kind(event) == WF_EVENT_OUTPUT) printf("output: %s\n", wf_event_data(event, NULL));
        wf_event_free(event);
    }
    int failed = error != NULL;
    if (failed) fprintf(stderr, "sub_workflow: %s\n", wf_error_message(error, NULL));
    wf_error_free(error);
    wf_run_free(run);
    wf_workflow_free(workflow);
    return failed;
}
