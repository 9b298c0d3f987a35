/* Using the library leaves no trace in the process either: no thread, no open file, no signal changed. */
#include "process.h"
#include "story.h"

static void run_and_resume(wf_storage_t *storage) {
    wf_workflow_t *workflow = built(story_of_two(relay, echo));
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;
    char id[TEXT], *json = NULL;

    tell(workflow, storage, "1");
    options.storage = storage;
    CHECK_OK(wf_run_resume(workflow, &options, NULL, &run, &error));
    CHECK_STATUS(WF_DONE, drive(run).end);
    latest(storage, id);
    CHECK_OK(wf_storage_load(storage, id, &json, NULL, &error));
    CHECK_FAILS(WF_E_NOTFOUND, wf_storage_load(storage, "gone", &(char *){NULL}, NULL, &error), "gone");
    CHECK_OK(wf_storage_delete(storage, id, &error));
    wf_free(json);
    wf_run_free(run);
    wf_workflow_free(workflow);
    wf_storage_free(storage);
}

static void after_runs_in_memory_and_on_disk(void) {
    static struct process before, after;
    char path[TEXT];
    wf_storage_t *storage = NULL;

    look(&before);
    CHECK_OK(wf_storage_open("memory:", &storage, &error));
    run_and_resume(storage);
    run_and_resume(new_directory(path));
    look(&after);
    CHECK(compare(&before, &after) == 0);
}

int main(void) {
    RUN(after_runs_in_memory_and_on_disk);
    FINISH();
}
