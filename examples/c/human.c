/* Asks a person before it pays. The run does not wait in the meantime: it rests, and goes on with the answer. */
#include <stdio.h>
#include <string.h>
#include <workflow.h>

/* Gets the bill, and later, in a call of its own, the answer to the question. */
static wf_status_t pay(void *data, wf_context_t *context, const char *input, size_t length) {
    if (wf_context_request_id(context) == NULL)
        return wf_context_request_info(context, "pay-it", input, length, "boolean", NULL);
    if (strcmp(input, "false") == 0) return WF_OK;
    return wf_context_output(context, wf_context_request_data(context, NULL), WF_NUL, NULL);
}

static wf_workflow_t *build(wf_error_t **error) {
    wf_executor_t clerk = WF_EXECUTOR_INIT;
    wf_builder_t *builder;
    wf_workflow_t *workflow;

    clerk.invoke = pay;
    wf_builder_new("human", &builder, NULL);
    wf_builder_add_executor(builder, "clerk", &clerk, NULL);
    wf_builder_set_start(builder, "clerk", NULL);
    wf_builder_build(builder, &workflow, error);
    wf_builder_free(builder);
    return workflow;
}

/* Until the run has finished, or has nothing to do but wait. */
static void drive(wf_run_t *run, wf_error_t **error) {
    wf_event_t *event;

    while (wf_run_next(run, -1, &event, error) == WF_OK) {
        if (wf_event_kind(event) == WF_EVENT_REQUEST_INFO)
            printf("%s: pay %s?\n", wf_event_request_id(event), wf_event_data(event, NULL));
        if (wf_event_kind(event) == WF_EVENT_OUTPUT) printf("paid: %s\n", wf_event_data(event, NULL));
        wf_event_free(event);
    }
}

int main(void) {
    wf_error_t *error = NULL;
    wf_run_t *run = NULL;
    wf_workflow_t *workflow = build(&error);

    if (error == NULL) wf_run_start(workflow, NULL, "1200", WF_NUL, &run, &error);
    if (error == NULL) drive(run, &error);
    if (error == NULL) {
        printf("waiting: %s\n", wf_run_state(run) == WF_RUN_IDLE_WITH_PENDING_REQUESTS ? "yes" : "no");
        if (wf_run_respond(run, "pay-it", "\"maybe\"", WF_NUL, NULL) == WF_E_INVALID) puts("maybe is no answer");
        wf_run_respond(run, "pay-it", "true", WF_NUL, &error);
    }
    if (error == NULL) drive(run, &error);
    int failed = error != NULL;
    if (failed) fprintf(stderr, "human: %s\n", wf_error_message(error, NULL));
    wf_error_free(error);
    wf_run_free(run);
    wf_workflow_free(workflow);
    return failed;
}
