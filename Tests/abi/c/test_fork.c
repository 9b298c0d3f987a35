/* In a forked child every object of the parent answers WF_E_FORKED; the child makes its own; the parent goes on. */
#include <sys/wait.h>

#include "story.h"

static int finalized;

static void finalize(void *user_data) {
    (void)user_data;
    finalized++;
}

struct objects {
    wf_builder_t *builder;
    wf_workflow_t *workflow;
    wf_storage_t *storage;
    wf_run_t *run;
    wf_event_t *event;
};

static struct objects make(void) {
    struct objects all = {0};
    wf_executor_t executor = WF_EXECUTOR_INIT;

    executor.invoke = echo;
    executor.finalizer = finalize;
    CHECK_OK(wf_builder_new("story", &all.builder, &error));
    CHECK_OK(wf_builder_add_executor(all.builder, "first", &executor, &error));
    CHECK_OK(wf_builder_set_start(all.builder, "first", &error));
    CHECK_OK(wf_builder_build(all.builder, &all.workflow, &error));
    CHECK_OK(wf_storage_open("memory:", &all.storage, &error));
    all.run = started(all.workflow, all.storage, "1");
    CHECK_OK(wf_run_next(all.run, 0, &all.event, &error));
    return all;
}

static void use(struct objects all) {
    wf_executor_t executor = WF_EXECUTOR_INIT;
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_workflow_t *workflow = NULL;
    wf_run_t *run = NULL;
    wf_event_t *event = NULL;
    char *json = NULL;

    executor.invoke = echo;
    options.storage = all.storage;
    CHECK_FAILS(WF_E_FORKED, wf_builder_add_executor(all.builder, "x", &executor, &error), "builder", "fork");
    CHECK_FAILS(WF_E_FORKED, wf_builder_add_edge(all.builder, "first", "first", NULL, &error), "builder", "fork");
    CHECK_FAILS(WF_E_FORKED, wf_builder_build(all.builder, &workflow, &error), "builder", "fork");
    CHECK_FAILS(WF_E_FORKED, wf_workflow_definition(all.workflow, &json, NULL, &error), "workflow", "fork");
    CHECK_FAILS(WF_E_FORKED, wf_run_start(all.workflow, NULL, "1", 1, &run, &error), "workflow", "fork");
    CHECK_FAILS(WF_E_FORKED, wf_storage_load(all.storage, "x", &json, NULL, &error), "storage", "fork");
    CHECK_FAILS(WF_E_FORKED, wf_storage_list(all.storage, NULL, &json, NULL, &error), "storage", "fork");
    CHECK_FAILS(WF_E_FORKED, wf_storage_save(all.storage, "{}", 2, &error), "storage", "fork");
    CHECK_FAILS(WF_E_FORKED, wf_storage_delete(all.storage, "x", &error), "storage", "fork");
    CHECK_FAILS(WF_E_FORKED, wf_run_next(all.run, 0, &event, &error), "run", "fork");
    CHECK_FAILS(WF_E_FORKED, wf_run_checkpoint(all.run, &json, NULL, &error), "run", "fork");
    wf_workflow_t *own = built(story(echo));
    CHECK_FAILS(WF_E_FORKED, wf_run_start(own, &options, "1", 1, &run, &error), "storage", "fork");
    CHECK(workflow == NULL && run == NULL && event == NULL && json == NULL);
    wf_workflow_free(own);
}

static void release(struct objects all) {
    wf_event_free(all.event);
    wf_run_free(all.run);
    wf_storage_free(all.storage);
    wf_workflow_free(all.workflow);
    wf_builder_free(all.builder);
}

static void in_a_child(struct objects all) {
    struct objects own;
    struct told told;

    failed_checks = 0;
    use(all);
    release(all);
    CHECK(finalized == 0);
    own = make();
    told = tell(own.workflow, own.storage, "[2]");
    CHECK_TEXT("[2]", told.output);
    release(own);
    CHECK(finalized == 1);
    fflush(stdout);
    _exit(failed_checks);
}

static void a_child(void) {
    struct objects all = make();
    struct told told = {0};
    wf_event_t *event = NULL;
    int status = -1;
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child == 0) in_a_child(all);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    while ((told.end = wf_run_next(all.run, -1, &event, &error)) == WF_OK) wf_event_free(event);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK(count_checkpoints(all.storage) == 2);
    release(all);
    CHECK(finalized == 1);
}

int main(void) {
    RUN(a_child);
    FINISH();
}
