/* A disk that is full or read-only fails the run, in words, and takes nothing that was saved. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "story.h"

/* Puts out a text of a few kilobytes, so that the next checkpoint is larger than the first. */
static wf_status_t grow(void *user_data, wf_context_t *context, const char *input, size_t length) {
    char text[8192];

    (void)user_data, (void)input, (void)length;
    memset(text, 'x', sizeof text);
    text[0] = text[sizeof text - 1] = '"';
    return wf_context_send(context, NULL, text, sizeof text, NULL);
}

static void limit_files_to(rlim_t bytes) {
    struct rlimit limit;

    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes == 0 ? limit.rlim_max : bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}

static void a_full_disk(void) {
    char directory[TEXT], head[TEXT], before[TEXT];
    wf_storage_t *storage = new_directory(directory);
    wf_workflow_t *workflow = built(story_of_two(grow, echo));
    wf_run_t *run = started(workflow, storage, "1");

    signal(SIGXFSZ, SIG_IGN);
    limit_files_to(4096);
    struct told told = drive(run);
    limit_files_to(0);
    signal(SIGXFSZ, SIG_DFL);

    CHECK_FAILS(WF_E_STORAGE, told.end, directory);
    CHECK(told.kinds[WF_EVENT_FAILED] == 1 && told.kinds[WF_EVENT_CHECKPOINT] == 1);
    CHECK(told.kinds[WF_EVENT_SUPERSTEP_COMPLETED] == 0);
    CHECK(wf_run_state(run) == WF_RUN_FAILED && wf_run_superstep(run) == 0);
    CHECK(count_checkpoints(storage) == 1);
    latest(storage, before);
    wf_run_free(run);

    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    options.storage = storage;
    CHECK_OK(wf_run_resume(workflow, &options, NULL, &run, &error));
    told = drive(run);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK(told.kinds[WF_EVENT_OUTPUT] == 1);
    latest(storage, head);
    CHECK(strcmp(before, head) != 0);
    wf_run_free(run);
    wf_workflow_free(workflow);
    wf_storage_free(storage);
}

/* In a child that may not write: root may always, so it becomes nobody. */
static void in_a_read_only_directory(const char *directory) {
    char url[TEXT + 16], *list = NULL;
    wf_storage_t *storage = NULL;
    wf_workflow_t *workflow = built(story(echo));

    failed_checks = 0;
    if (geteuid() == 0 && (setegid(65534) != 0 || seteuid(65534) != 0)) _exit(2);
    snprintf(url, sizeof url, "directory:%s", directory);
    CHECK_OK(wf_storage_open(url, &storage, &error));
    wf_run_t *run = started(workflow, storage, "1");
    CHECK_FAILS(WF_E_STORAGE, drive(run).end, directory, "ermission");
    CHECK(wf_run_state(run) == WF_RUN_FAILED);
    CHECK_OK(wf_storage_list(storage, NULL, &list, NULL, &error));
    CHECK(count_checkpoints(storage) == 2);
    wf_free(list);
    wf_run_free(run);
    wf_workflow_free(workflow);
    wf_storage_free(storage);
    fflush(stdout);
    _exit(failed_checks);
}

static void a_read_only_disk(void) {
    char directory[TEXT];
    int status = -1;
    wf_storage_t *storage = new_directory(directory);
    wf_workflow_t *workflow = built(story(echo));

    tell(workflow, storage, "1");
    CHECK(chmod(".", 0755) == 0 && chmod(directory, 0555) == 0);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) in_a_read_only_directory(directory);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(chmod(directory, 0755) == 0);
    CHECK(count_checkpoints(storage) == 2);
    tell(workflow, storage, "2");
    CHECK(count_checkpoints(storage) == 4);
    wf_workflow_free(workflow);
    wf_storage_free(storage);
}

int main(void) {
    RUN(a_full_disk);
    RUN(a_read_only_disk);
    FINISH();
}
