/* Weighs three parcels. A switch sends each one to the first case whose condition holds, or to the default. */
#include <stdio.h>
#include <stdlib.h>
#include <workflow.h>

static wf_status_t weigh(void *data, wf_context_t *context, const char *grams, size_t length) {
    return wf_context_send(context, NULL, grams, length, NULL);
}

static wf_status_t deliver(void *data, wf_context_t *context, const char *grams, size_t length) {
    return wf_context_output(context, grams, length, NULL);
}

/* A condition sees the message and nothing else. Its name is part of the graph, and so of every checkpoint. */
static int32_t is_light(void *data, const char *grams, size_t length) {
    return atol(grams) <= 500;
}

static int32_t is_heavy(void *data, const char *grams, size_t length) {
    return atol(grams) > 30000;
}

/* A refused call is remembered by the builder: it is enough to look at what wf_builder_build says. */
static wf_workflow_t *build(wf_error_t **error) {
    const char *const conditions[] = {"is_light", "is_heavy"}, *const targets[] = {"postman", "truck"};
    wf_executor_t scale = WF_EXECUTOR_INIT, carrier = WF_EXECUTOR_INIT;
    wf_condition_t light = WF_CONDITION_INIT, heavy = WF_CONDITION_INIT;
    wf_builder_t *builder;
    wf_workflow_t *workflow;

    scale.invoke = weigh;
    carrier.invoke = deliver;
    light.name = "is_light";
    light.evaluate = is_light;
    heavy.name = "is_heavy";
    heavy.evaluate = is_heavy;
    wf_builder_new("branch", &builder, NULL);
    wf_builder_add_executor(builder, "scale", &scale, NULL);
    wf_builder_add_executor(builder, "postman", &carrier, NULL);
    wf_builder_add_executor(builder, "truck", &carrier, NULL);
    wf_builder_add_executor(builder, "van", &carrier, NULL);
    wf_builder_add_condition(builder, &light, NULL);
    wf_builder_add_condition(builder, &heavy, NULL);
    wf_builder_add_switch_case_edges(builder, "scale", conditions, targets, 2, "van", NULL);
    wf_builder_set_start(builder, "scale", NULL);
    wf_builder_build(builder, &workflow, error);
    wf_builder_free(builder);
    return workflow;
}

int main(void) {
    const char *const parcels[] = {"20", "750", "40000"};
    wf_error_t *error = NULL;
    wf_event_t *event;
    wf_run_t *run;
    wf_workflow_t *workflow = build(&error);

    for (int i = 0; i < 3 && error == NULL; i++) {
        wf_run_start(workflow, NULL, parcels[i], WF_NUL, &run, &error);
        while (error == NULL && wf_run_next(run, -1, &event, &error) == WF_OK) {
            if (wf_event_kind(event) == WF_EVENT_OUTPUT)
                printf("%s g: %s\n", wf_event_data(event, NULL), wf_event_executor_id(event));
            wf_event_free(event);
        }
        wf_run_free(run);
    }
    int failed = error != NULL;
    if (failed) fprintf(stderr, "branch: %s\n", wf_error_message(error, NULL));
    wf_error_free(error);
    wf_workflow_free(workflow);
    return failed;
}
