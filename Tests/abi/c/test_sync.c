/* When a superstep is reported, its checkpoint is on the disk (W11, .NET W21): its file was synced before it got its
 * name, and the directory after. This program stands between the library and the system calls that matter. */
#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "story.h"

static char calls[TEXT];
static int refused_sync; /* this fsync, counted from 1, fails */
static int syncs;

static void note(char letter) {
    size_t length = strlen(calls);

    if (length + 1 < sizeof calls) calls[length] = letter;
}

/* f: a file, d: a directory. */
int fsync(int file) {
    struct stat info;

    if (++syncs == refused_sync) {
        errno = EIO;
        return -1;
    }
    note(fstat(file, &info) == 0 && S_ISDIR(info.st_mode) ? 'd' : 'f');
    return (int)syscall(SYS_fsync, file);
}

int renameat2(int old_place, const char *old_name, int new_place, const char *new_name, unsigned int flags) {
    note('r');
    return (int)syscall(SYS_renameat2, old_place, old_name, new_place, new_name, flags);
}

static void synced_before_it_is_told(void) {
    wf_workflow_t *workflow = built(story_of_two(relay, echo));
    char path[TEXT];
    wf_storage_t *storage = new_directory(path);
    wf_run_t *run;

    memset(calls, 0, sizeof calls);
    run = started(workflow, storage, "1");
    wf_event_free(drive_to(run, WF_EVENT_SUPERSTEP_STARTED));
    CHECK_TEXT("fdddrd", calls); /* the entry, and the folder for the fence of a new run */
    wf_event_free(drive_to(run, WF_EVENT_EXECUTOR_COMPLETED));
    CHECK_TEXT("fdddrd", calls);
    wf_event_free(drive_to(run, WF_EVENT_CHECKPOINT));
    CHECK_TEXT("fdddrdfrd", calls);
    wf_event_free(drive_to(run, WF_EVENT_SUPERSTEP_COMPLETED));
    CHECK_TEXT("fdddrdfrd", calls);
    CHECK_STATUS(WF_DONE, drive(run).end);
    CHECK_TEXT("fdddrdfrdfrd", calls);
    wf_run_free(run);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

/* Whichever fsync fails: the superstep is not reported, and the run says why. */
static void a_sync_that_fails(void) {
    for (int which = 1; which <= 9; which++) {
        int told_before = which <= 5 ? 0 : (which - 4) / 2; /* the entry takes five, a superstep two */
        wf_workflow_t *workflow = built(story_of_two(relay, echo));
        char path[TEXT];
        wf_storage_t *storage = new_directory(path);
        wf_run_t *run = started(workflow, storage, "1");
        struct told told;

        syncs = 0;
        refused_sync = which;
        told = drive(run);
        refused_sync = 0;
        CHECK_FAILS(WF_E_STORAGE, told.end, "sync", path, strerror(EIO));
        CHECK(told.kinds[WF_EVENT_SUPERSTEP_COMPLETED] == told_before - (told_before > 0));
        CHECK(told.kinds[WF_EVENT_CHECKPOINT] == told_before && told.kinds[WF_EVENT_FAILED] == 1);
        wf_run_free(run);
        wf_storage_free(storage);
        wf_workflow_free(workflow);
    }
}

int main(void) {
    RUN(synced_before_it_is_told);
    RUN(a_sync_that_fails);
    FINISH();
}
