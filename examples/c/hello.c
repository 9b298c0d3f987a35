/* Writes a letter in two supersteps. After each of them there is a checkpoint in the folder hello.checkpoints. */
#include <stdio.h>
#include <workflow.h>

/* Handles one message, which is JSON text. What it sends follows the edges, and arrives in the next superstep. */
static wf_status_t write_letter(void *data, wf_context_t *context, const char *input, size_t length) {
    char letter[256];
    snprintf(letter, sizeof letter, "{\"dear\": %s}", input);
    return wf_context_send(context, NULL, letter, WF_NUL, NULL);
}

/* What it outputs comes to the host, as an event. */
static wf_status_t sign_letter(void *data, wf_context_t *context, const char *input, size_t length) {
    char output[256];
    snprintf(output, sizeof output, "{\"letter\": %s, \"from\": \"C\"}", input);
    return wf_context_output(context, output, WF_NUL, NULL);
}

int main(void) {
    wf_executor_t writer = WF_EXECUTOR_INIT, signer = WF_EXECUTOR_INIT;
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_builder_t *builder;
    wf_workflow_t *workflow;
    wf_run_t *run;
    wf_event_t *event;
    writer.invoke = write_letter;
    signer.invoke = sign_letter;
    wf_builder_new("hello", &builder, NULL);
    wf_builder_add_executor(builder, "writer", &writer, NULL);
    wf_builder_add_executor(builder, "signer", &signer, NULL);
    wf_builder_add_edge(builder, "writer", "signer", NULL, NULL);
    wf_builder_set_start(builder, "writer", NULL);
    wf_builder_build(builder, &workflow, NULL);
    wf_storage_open("directory:hello.checkpoints", &options.storage, NULL);
    wf_run_start(workflow, &options, "\"world\"", WF_NUL, &run, NULL);
    while (wf_run_next(run, -1, &event, NULL) == WF_OK) { /* drives the run, on this thread */
        if (wf_event_kind(event) == WF_EVENT_OUTPUT) puts(wf_event_data(event, NULL));
        wf_event_free(event);
    }
    int failed = wf_run_state(run) != WF_RUN_IDLE;
    wf_run_free(run);
    wf_storage_free(options.storage);
    wf_workflow_free(workflow);
    wf_builder_free(builder);
    return failed;
}
