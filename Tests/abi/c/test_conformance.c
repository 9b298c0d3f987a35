/* The library tries whether a storage keeps its promises: its own, a host's, and what a host can get wrong about it. */
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "shelf.h"

enum { PROCESSES = 8 };

/* What the suite starts: this program, with the storage and the task as its arguments. */
struct starter {
    const char *program, *url;
    pid_t processes[PROCESSES];
    int count;
    int64_t lie; /* given in place of the process's id */
};

static const char *program;

static wf_status_t start(void *user_data, const char *task, int64_t *process) {
    struct starter *starter = user_data;
    char *words[] = {(char *)starter->program, (char *)starter->url, (char *)task, NULL};
    char *no_environment[] = {NULL};

    CHECK(starter->count < PROCESSES);
    if (posix_spawn(&starter->processes[starter->count], words[0], NULL, NULL, words, no_environment) != 0) return WF_E_STORAGE;
    *process = starter->lie != 0 ? starter->lie : starter->processes[starter->count];
    starter->count++;
    return WF_OK;
}

static void reap(struct starter *starter) {
    for (int i = 0; i < starter->count; i++) {
        if (starter->lie != 0) kill(starter->processes[i], SIGKILL);
        CHECK(waitpid(starter->processes[i], NULL, 0) == starter->processes[i]);
    }
}

/* The report, which the caller frees. */
static char *conform(wf_storage_t *storage, wf_storage_t *second, struct starter *starter) {
    wf_conformance_t options = WF_CONFORMANCE_INIT;
    char *report = NULL;
    size_t length = 0;

    options.name = "under test";
    options.storage = storage;
    options.second = second;
    if (starter != NULL) options.start = start, options.user_data = starter;
    CHECK_OK(wf_storage_conform(&options, &report, &length, &error));
    CHECK(report != NULL && strlen(report) == length);
    CHECK(strstr(report, "\"storage\": \"under test\"") != NULL);
    return report;
}

static void check_says(const char *report, const char *words) {
    if (strstr(report, words) == NULL) complain(__FILE__, __LINE__, words, report);
}

static void in_memory(void) {
    wf_storage_t *storage = NULL;

    CHECK_OK(wf_storage_open("memory:", &storage, &error));
    char *report = conform(storage, NULL, NULL);
    check_says(report, "\"failed\": 0");
    check_says(report, "\"levels\": {\"basic\":\"passed\",\"fence\":\"passed\",\"processes\":\"skipped\",\"memos\":\"passed\",\"large\":\"passed\"}");
    check_says(report, "no way to start another process was given");
    CHECK(count_checkpoints(storage) == 0);
    wf_free(report);
    wf_storage_free(storage);
}

/* With a second handle and other processes. */
static void on_disk(const char *url) {
    wf_storage_t *storage = NULL, *second = NULL;
    struct starter starter = {.program = program, .url = url};

    CHECK_OK(wf_storage_open(url, &storage, &error));
    CHECK_OK(wf_storage_open(url, &second, &error));
    char *report = conform(storage, second, &starter);
    check_says(report, "\"failed\": 0");
    check_says(report, "\"skipped\": 1"); /* 64 MB */
    check_says(report, "\"levels\": {\"basic\":\"passed\",\"fence\":\"passed\",\"processes\":\"passed\",\"memos\":\"passed\",\"large\":\"passed\"}");
    CHECK(starter.count == 5);
    CHECK(count_checkpoints(storage) == 0);
    reap(&starter);
    wf_free(report);
    wf_storage_free(storage);
    wf_storage_free(second);
}

static void sqlite(void) { on_disk("sqlite:conformance.db"); }
static void directory(void) { on_disk("directory:conformance.checkpoints"); }

static void of_a_host(void) {
    struct shelf shelf = SHELF_INIT;
    wf_storage_code_t code = fenced_code(&shelf);
    wf_storage_t *storage = shelf_of(&code);
    char *report = conform(storage, NULL, NULL);

    check_says(report, "\"failed\": 0");
    check_says(report, "\"fence\":\"passed\",\"processes\":\"skipped\",\"memos\":\"passed\"");
    CHECK(shelf.entries == NULL && shelf.memos == NULL && shelf.heads == NULL);
    wf_free(report);
    wf_storage_free(storage);
}

static void of_a_host_with_the_least(void) {
    struct shelf shelf = SHELF_INIT;
    wf_storage_code_t code = shelf_code(&shelf);

    code.latest = NULL;
    code.remember = NULL, code.recall = NULL, code.forget = NULL;
    wf_storage_t *storage = shelf_of(&code);
    char *report = conform(storage, NULL, NULL);
    check_says(report, "\"failed\": 0");
    check_says(report, "\"fence\":\"passed\",\"processes\":\"skipped\",\"memos\":\"skipped\"");
    check_says(report, "the storage has no fence: two writers of one run both go on");
    check_says(report, "the storage keeps no memos");
    wf_free(report);
    wf_storage_free(storage);
}

static void of_a_host_whose_line_is_cut(void) {
    struct shelf shelf = SHELF_INIT;
    wf_storage_t *storage = new_shelf(&shelf);

    shelf.always = WF_E_STORAGE;
    shelf.sentence = "the line is cut";
    char *report = conform(storage, NULL, NULL);
    check_says(report, "\"basic\":\"failed\"");
    check_says(report, "the line is cut");
    CHECK(strstr(report, "\"failed\": 0") == NULL);
    wf_free(report);
    wf_storage_free(storage);
}

/* Processes that cannot be what was asked for: the suite must neither end this one nor wait for ever. */
static void processes_that_are_none(void) {
    const int64_t lies[] = {-1, 1, 0x7FFFFFFFFFFFFFFF, getpid()};

    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        wf_storage_t *storage = NULL;
        struct starter starter = {.program = program, .url = "memory:", .lie = lies[i]};
        CHECK_OK(wf_storage_open("memory:", &storage, &error));
        char *report = conform(storage, NULL, &starter);
        check_says(report, "\"processes\":\"failed\"");
        check_says(report, "expected the id of a process");
        reap(&starter);
        wf_free(report);
        wf_storage_free(storage);
    }
    wf_storage_t *storage = NULL;
    struct starter starter = {.program = "/nowhere/at/all", .url = ""};
    CHECK_OK(wf_storage_open("memory:", &storage, &error));
    char *report = conform(storage, NULL, &starter);
    check_says(report, "the callback 'start' answered WF_E_STORAGE");
    wf_free(report);
    starter = (struct starter){.program = "/bin/false", .url = ""};
    report = conform(storage, NULL, &starter);
    check_says(report, "exit code 1");
    reap(&starter);
    wf_free(report);
    starter = (struct starter){.program = program, .url = "memory:"}; /* which is another place */
    report = conform(storage, NULL, &starter);
    check_says(report, "exit code 15, which stands for WF_E_STORAGE");
    reap(&starter);
    wf_free(report);
    wf_storage_free(storage);
}

static void what_is_missing_or_unknown(void) {
    wf_conformance_t options = WF_CONFORMANCE_INIT;
    wf_storage_t *storage = NULL;
    char *report = (char *)&options;
    struct { wf_conformance_t known; uint64_t unknown; } larger = {WF_CONFORMANCE_INIT, 1};

    CHECK_OK(wf_storage_open("memory:", &storage, &error));
    CHECK_FAILS(WF_E_MISUSE, wf_storage_conform(NULL, &report, NULL, &error), "wf_conformance_t", "NULL");
    CHECK(report == NULL);
    CHECK_FAILS(WF_E_MISUSE, wf_storage_conform(&options, NULL, NULL, &error), "report", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_conform(&options, &report, NULL, &error), "storage", "NULL");
    options.storage = (wf_storage_t *)&larger;
    CHECK_FAILS(WF_E_MISUSE, wf_storage_conform(&options, &report, NULL, &error), "storage");
    options.storage = storage;
    options.second = (wf_storage_t *)&larger;
    CHECK_FAILS(WF_E_MISUSE, wf_storage_conform(&options, &report, NULL, &error), "storage");
    options.second = NULL;
    options.flags = 1u << 31;
    CHECK_FAILS(WF_E_UNSUPPORTED, wf_storage_conform(&options, &report, NULL, &error), "flags");
    options.flags = 0;
    options.name = "\xFF";
    CHECK_FAILS(WF_E_INVALID, wf_storage_conform(&options, &report, NULL, &error), "name", "UTF-8");
    options.struct_size = 8;
    CHECK_FAILS(WF_E_INVALID, wf_storage_conform(&options, &report, NULL, &error), "struct_size");
    larger.known.struct_size = sizeof larger;
    CHECK_FAILS(WF_E_UNSUPPORTED, wf_storage_conform(&larger.known, &report, NULL, &error), "newer");
    CHECK(report == NULL);
    const char *const tasks[] = {"", "race", "race,w,r,conformance-1,x", "race,w,r,other,5", "dance,w,r,conformance-1,5", "race,w,r,conformance-1,5,6"};
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
        CHECK_FAILS(WF_E_INVALID, wf_storage_conform_task(storage, tasks[i], &error), "no task");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_conform_task(NULL, "x", &error), "storage", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_conform_task(storage, NULL, &error), "task", "NULL");
    CHECK_FAILS(WF_E_INVALID, wf_storage_conform_task(storage, "\xFF", &error), "task", "UTF-8");
    wf_storage_free(storage);
}

/* As another process. */
static int perform(const char *url, const char *task) {
    wf_storage_t *storage = NULL;
    wf_status_t status = wf_storage_open(url, &storage, NULL);

    if (status == WF_OK) status = wf_storage_conform_task(storage, task, NULL);
    wf_storage_free(storage);
    return -status;
}

int main(int count, char **words) {
    if (count == 3) return perform(words[1], words[2]);
    program = words[0];
    RUN(what_is_missing_or_unknown);
    RUN(in_memory);
    RUN(sqlite);
    RUN(directory);
    RUN(of_a_host);
    RUN(of_a_host_with_the_least);
    RUN(of_a_host_whose_line_is_cut);
    RUN(processes_that_are_none);
    FINISH();
}
