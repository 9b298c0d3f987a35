/* Counts to five and is interrupted after two. Another run, which could be that of another process or machine, goes on
 * from the last checkpoint in the database resume.db. */
#include <stdio.h>
#include <stdlib.h>
#include <workflow.h>

static wf_status_t count(void *data, wf_context_t *context, const char *input, size_t length) {
    char next[32];

    printf("%s\n", input);
    snprintf(next, sizeof next, "%d", atoi(input) + 1);
    return atoi(input) < 5 ? wf_context_send(context, NULL, next, WF_NUL, NULL)
                           : wf_context_output(context, input, length, NULL);
}

static wf_workflow_t *build(wf_error_t **error) {
    wf_executor_t counter = WF_EXECUTOR_INIT;
    wf_builder_t *builder;
    wf_workflow_t *workflow;

    counter.invoke = count;
    wf_builder_new("resume", &builder, NULL);
    wf_builder_add_executor(builder, "counter", &counter, NULL);
    wf_builder_add_edge(builder, "counter", "counter", NULL, NULL);
    wf_builder_set_start(builder, "counter", NULL);
    wf_builder_build(builder, &workflow, error);
    wf_builder_free(builder);
    return workflow;
}

/* Drives the run to its end, or until so many supersteps are saved. */
static void drive(wf_run_t *run, uint64_t supersteps, wf_error_t **error) {
    wf_event_t *event;

    while (wf_run_superstep(run) < supersteps && wf_run_next(run, -1, &event, error) == WF_OK) {
        if (wf_event_kind(event) == WF_EVENT_OUTPUT) printf("counted to %s\n", wf_event_data(event, NULL));
        wf_event_free(event);
    }
}

int main(void) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_error_t *error = NULL;
    wf_run_t *run = NULL;
    wf_workflow_t *workflow = build(&error);

    if (error == NULL) wf_storage_open("sqlite:resume.db", &options.storage, &error);
    if (error == NULL) wf_run_start(workflow, &options, "1", WF_NUL, &run, &error);
    if (error == NULL) drive(run, 2, &error);
    wf_run_free(run);
    run = NULL;
    if (error == NULL) {
        puts("interrupted");
        wf_run_resume(workflow, &options, NULL, &run, &error); /* NULL: the latest checkpoint of this workflow */
    }
    if (error == NULL) drive(run, UINT64_MAX, &error);
    int failed = error != NULL;
    if (failed) fprintf(stderr, "resume: %s\n", wf_error_message(error, NULL));
    wf_error_free(error);
    wf_run_free(run);
    wf_storage_free(options.storage);
    wf_workflow_free(workflow);
    return failed;
}
