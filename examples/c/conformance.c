/* Tries a storage of your own, promise by promise: wf_storage_conform. This storage is a journal, a file to which every change is
 * appended under a lock; any number of processes may share it. */
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>
#include <workflow.h>

/* A record of the journal: this, and then the texts. A checkpoint has id, run, workflow and the head of the run from then on; a memo
 * has its key in place of the id. */
struct record {
    char kind; /* 'c'heckpoint, 'm'emo, 'd'eleted checkpoint, 'f'orgotten memos */
    uint32_t id, run, workflow, head;
    uint64_t document;
};
struct row {
    char kind, *id, *run, *workflow, *head;
    int is_gone; /* deleted, but what it says of the head still counts */
    off_t document;
    size_t length;
};
struct journal {
    pthread_mutex_t mutex; /* between threads, as the lock of the file is between processes */
    int file;
    off_t end; /* up to where it was read */
    struct row *rows;
    size_t count;
};

static int same(const char *left, const char *right) { return strcmp(left, right) == 0; }

static struct row *find(struct journal *journal, char kind, const char *id, const char *run) {
    for (size_t i = 0; i < journal->count; i++) {
        struct row *row = &journal->rows[i];
        if (row->kind == kind && !row->is_gone && same(row->id, id) && (run == NULL || same(row->run, run))) return row;
    }
    return NULL;
}

static void release(struct row *row) { free(row->id), free(row->run), free(row->workflow), free(row->head); }

/* The rows of a run are dropped for good. */
static void drop(struct journal *journal, char kind, const char *run) {
    size_t kept = 0;
    char *name = strdup(run);

    for (size_t i = 0; i < journal->count; i++) {
        struct row row = journal->rows[i];
        if (row.kind != kind || !same(row.run, name)) journal->rows[kept++] = row;
        else release(&row);
    }
    journal->count = kept;
    free(name);
}

/* The head: what the last commit said, as long as any checkpoint of the run is there. */
static const char *head_of(struct journal *journal, const char *run) {
    const char *head = NULL;
    int left = 0;

    for (size_t i = 0; i < journal->count; i++) {
        struct row *row = &journal->rows[i];
        if (row->kind != 'c' || !same(row->run, run)) continue;
        left += !row->is_gone;
        head = row->head;
    }
    return left > 0 ? head : NULL;
}

static char *text(struct journal *journal, off_t *at, uint32_t length) {
    char *text = calloc(1, length + 1);

    *at += pread(journal->file, text, length, *at);
    return text;
}

/* What others have appended since. One that was killed may have left half a record: nobody else writes now, so it goes. */
static void read_on(struct journal *journal) {
    struct record record;
    off_t size = lseek(journal->file, 0, SEEK_END);

    while (pread(journal->file, &record, sizeof record, journal->end) == sizeof record) {
        off_t at = journal->end + (off_t)sizeof record;
        if (at + record.id + record.run + record.workflow + record.head + (off_t)record.document > size) break;
        struct row row = {record.kind, text(journal, &at, record.id), text(journal, &at, record.run),
                          text(journal, &at, record.workflow), text(journal, &at, record.head), 0, 0, record.document};
        row.document = at;
        journal->end = at + (off_t)record.document;
        struct row *deleted = record.kind == 'd' ? find(journal, 'c', row.id, NULL) : NULL;
        if (deleted != NULL) {
            deleted->is_gone = 1;
            if (head_of(journal, deleted->run) == NULL) drop(journal, 'c', deleted->run);
        }
        if (record.kind == 'f') drop(journal, 'm', row.run);
        if (record.kind == 'c' || record.kind == 'm') {
            journal->rows = realloc(journal->rows, (journal->count + 1) * sizeof row);
            journal->rows[journal->count++] = row;
        } else {
            release(&row);
        }
    }
    if (journal->end < size && ftruncate(journal->file, journal->end) != 0) abort();
}

static struct journal *enter(void *data) {
    struct journal *journal = data;

    pthread_mutex_lock(&journal->mutex);
    flock(journal->file, LOCK_EX);
    read_on(journal);
    return journal;
}

static wf_status_t leave(struct journal *journal, wf_status_t status) {
    flock(journal->file, LOCK_UN);
    pthread_mutex_unlock(&journal->mutex);
    return status;
}

/* Whole and on the disk, or an error; the next one to enter cuts a half record off. */
static wf_status_t append(struct journal *journal, char kind, const char *id, const char *run, const char *workflow,
                          const char *head, const char *document, size_t length, wf_answer_t *answer) {
    struct record record = {kind, (uint32_t)strlen(id), (uint32_t)strlen(run), (uint32_t)strlen(workflow), (uint32_t)strlen(head), length};
    const struct { const void *bytes; size_t length; } parts[] = {{&record, sizeof record}, {id, record.id}, {run, record.run},
        {workflow, record.workflow}, {head, record.head}, {document, length}};
    off_t at = journal->end;

    for (int i = 0; i < 6; i++) {
        if (pwrite(journal->file, parts[i].bytes, parts[i].length, at) != (ssize_t)parts[i].length)
            return wf_answer_fail(answer, "cannot write the journal", WF_NUL);
        at += (off_t)parts[i].length;
    }
    if (fdatasync(journal->file) != 0) return wf_answer_fail(answer, "cannot sync the journal", WF_NUL);
    read_on(journal);
    return WF_OK;
}

static wf_status_t commit(void *data, const char *run, const char *expected, const char *new, const char *id,
                          const char *workflow, const char *document, size_t length, wf_answer_t *answer) {
    struct journal *journal = enter(data);
    const char *head = head_of(journal, run);

    if (find(journal, 'c', id, NULL) != NULL) return leave(journal, WF_E_EXISTS);
    if ((head == NULL) != (expected == NULL) || (head != NULL && !same(head, expected))) return leave(journal, WF_E_CONFLICT);
    return leave(journal, append(journal, 'c', id, run, workflow, new, document, length, answer));
}

static wf_status_t head(void *data, const char *run, wf_answer_t *answer) {
    struct journal *journal = enter(data);
    const char *id = head_of(journal, run);

    return leave(journal, id == NULL ? WF_NONE : wf_answer_add(answer, id, NULL));
}

static wf_status_t give(struct journal *journal, struct row *row, wf_answer_t *answer) {
    if (row == NULL) return WF_NONE;
    char *document = malloc(row->length + 1);
    ssize_t count = pread(journal->file, document, row->length, row->document);
    wf_status_t status = count < 0 ? WF_E_STORAGE : wf_answer_set(answer, document, (size_t)count, NULL);
    free(document);
    return status;
}

static wf_status_t load(void *data, const char *id, wf_answer_t *answer) {
    struct journal *journal = enter(data);

    return leave(journal, give(journal, find(journal, 'c', id, NULL), answer));
}

static wf_status_t list(void *data, const char *workflow, wf_answer_t *answer) {
    struct journal *journal = enter(data);

    for (size_t i = 0; i < journal->count; i++) {
        struct row *row = &journal->rows[i];
        if (row->kind == 'c' && !row->is_gone && (workflow == NULL || same(row->workflow, workflow)))
            wf_answer_add(answer, row->id, NULL);
    }
    return leave(journal, WF_OK);
}

static wf_status_t discard(void *data, const char *id, wf_answer_t *answer) {
    struct journal *journal = enter(data);

    if (find(journal, 'c', id, NULL) == NULL) return leave(journal, WF_NONE);
    return leave(journal, append(journal, 'd', id, "", "", "", "", 0, answer));
}

static wf_status_t remember(void *data, const char *run, const char *key, const char *memo, size_t length, wf_answer_t *answer) {
    struct journal *journal = enter(data);

    if (find(journal, 'm', key, run) != NULL) return leave(journal, WF_E_EXISTS);
    return leave(journal, append(journal, 'm', key, run, "", "", memo, length, answer));
}

static wf_status_t recall(void *data, const char *run, const char *key, wf_answer_t *answer) {
    struct journal *journal = enter(data);

    return leave(journal, give(journal, find(journal, 'm', key, run), answer));
}

static wf_status_t forget(void *data, const char *run, wf_answer_t *answer) {
    struct journal *journal = enter(data);
    int found = 0;

    for (size_t i = 0; i < journal->count; i++) found |= journal->rows[i].kind == 'm' && same(journal->rows[i].run, run);
    return leave(journal, found ? append(journal, 'f', "", run, "", "", "", 0, answer) : WF_NONE);
}

static void close_journal(void *data) {
    struct journal *journal = data;

    for (size_t i = 0; i < journal->count; i++) release(&journal->rows[i]);
    free(journal->rows);
    close(journal->file);
    free(journal);
}

static wf_storage_t *open_journal(const char *path) {
    struct journal *journal = calloc(1, sizeof *journal);
    wf_storage_code_t code = WF_STORAGE_CODE_INIT;
    wf_storage_t *storage = NULL;

    pthread_mutex_init(&journal->mutex, NULL);
    journal->file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    code.commit = commit, code.head = head, code.load = load, code.list = list, code.remove = discard;
    code.remember = remember, code.recall = recall, code.forget = forget;
    code.user_data = journal, code.finalizer = close_journal;
    wf_storage_new(&code, &storage, NULL);
    return storage;
}

/* Other processes are this program again, with the task as its argument. */
static pid_t others[16];
static int count;

static wf_status_t start(void *program, const char *task, int64_t *process) {
    char *words[] = {program, (char *)task, NULL};

    if (count == 16 || posix_spawn(&others[count], program, NULL, NULL, words, NULL) != 0) return WF_E_STORAGE;
    *process = others[count++];
    return WF_OK;
}

int main(int words, char **word) {
    static const char *const levels[] = {"basic", "fence", "processes", "memos", "large"};
    wf_conformance_t options = WF_CONFORMANCE_INIT;
    char *report = NULL;
    wf_error_t *error = NULL;

    options.storage = open_journal("conformance.journal");
    if (words == 2) {
        wf_status_t status = wf_storage_conform_task(options.storage, word[1], &error);
        if (error != NULL) fprintf(stderr, "conformance: %s\n", wf_error_message(error, NULL));
        return -status;
    }
    options.name = "a journal";
    options.second = open_journal("conformance.journal");
    options.start = start;
    options.user_data = word[0];
    wf_storage_conform(&options, &report, NULL, &error);
    while (count > 0) waitpid(others[--count], NULL, 0);
    wf_storage_free(options.storage);
    wf_storage_free(options.second);
    if (error != NULL) fprintf(stderr, "conformance: %s\n", wf_error_message(error, NULL));
    if (report == NULL) return 1;
    for (int i = 0; i < 5; i++) {
        char member[32];
        snprintf(member, sizeof member, "\"%s\":\"passed\"", levels[i]);
        printf("%s: %s\n", levels[i], strstr(report, member) != NULL ? "passed" : "not passed");
    }
    int failed = strstr(report, "\"failed\": 0") == NULL;
    if (failed) fputs(report, stderr); /* each clause with what was asked, what was expected and what came */
    wf_free(report);
    return failed;
}
