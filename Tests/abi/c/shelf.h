/* A storage written by a host: documents in a list, under a lock, and switches for what may go wrong. */
#ifndef SHELF_H
#define SHELF_H

#include <pthread.h>

#include "story.h"

struct shelf_entry {
    struct shelf_entry *next;
    char *id, *workflow, *document;
    char *run; /* of what was committed */
    size_t length;
};

struct shelf {
    pthread_mutex_t lock;
    struct shelf_entry *entries, *memos; /* a memo has its key as id and its run as workflow */
    struct shelf_entry *heads; /* of each run: the run as id, the head as document */
    int finalized;
    int calls[10];          /* of save, load, list, latest, remove, remember, recall, forget, commit, head */
    int fails;              /* the number of the save that fails, the first being 1 */
    wf_status_t always;     /* if not 0: what every callback answers, doing nothing */
    const char *sentence;   /* and what it says */
};

static inline struct shelf_entry **shelf_place(struct shelf *shelf, const char *id) {
    struct shelf_entry **place = &shelf->entries;

    while (*place != NULL && strcmp((*place)->id, id) != 0) place = &(*place)->next;
    return place;
}

/* Counts the call; says whether it is to do its work. */
static inline int shelf_enter(struct shelf *shelf, int call, wf_answer_t *answer) {
    pthread_mutex_lock(&shelf->lock);
    shelf->calls[call]++;
    if (shelf->always == 0) return 1;
    if (shelf->sentence != NULL) wf_answer_fail(answer, shelf->sentence, WF_NUL);
    pthread_mutex_unlock(&shelf->lock);
    return 0;
}

static inline wf_status_t shelf_leave(struct shelf *shelf, wf_status_t status) {
    pthread_mutex_unlock(&shelf->lock);
    return status;
}

static inline struct shelf_entry *shelf_entry(const char *id, const char *workflow, const char *document, size_t length) {
    struct shelf_entry *entry = calloc(1, sizeof *entry);

    entry->id = strdup(id);
    entry->workflow = strdup(workflow);
    entry->document = strdup(document);
    entry->length = length;
    return entry;
}

static inline wf_status_t shelf_save(void *user_data, const char *id, const char *workflow, const char *document,
                                     size_t length, wf_answer_t *answer) {
    struct shelf *shelf = user_data;

    if (!shelf_enter(shelf, 0, answer)) return shelf->always;
    if (shelf->calls[0] == shelf->fails) return shelf_leave(shelf, wf_answer_fail(answer, "the shelf is full", WF_NUL));
    struct shelf_entry **place = shelf_place(shelf, id);
    if (*place != NULL) return shelf_leave(shelf, WF_E_EXISTS);
    *place = shelf_entry(id, workflow, document, length);
    return shelf_leave(shelf, WF_OK);
}

static inline wf_status_t shelf_load(void *user_data, const char *id, wf_answer_t *answer) {
    struct shelf *shelf = user_data;

    if (!shelf_enter(shelf, 1, answer)) return shelf->always;
    struct shelf_entry *entry = *shelf_place(shelf, id);
    if (entry == NULL) return shelf_leave(shelf, WF_NONE);
    return shelf_leave(shelf, wf_answer_set(answer, entry->document, entry->length, NULL));
}

static inline wf_status_t shelf_list(void *user_data, const char *workflow, wf_answer_t *answer) {
    struct shelf *shelf = user_data;

    if (!shelf_enter(shelf, 2, answer)) return shelf->always;
    for (struct shelf_entry *entry = shelf->entries; entry != NULL; entry = entry->next) {
        if (workflow == NULL || strcmp(workflow, entry->workflow) == 0) wf_answer_add(answer, entry->id, NULL);
    }
    return shelf_leave(shelf, WF_OK);
}

static inline wf_status_t shelf_latest(void *user_data, const char *workflow, wf_answer_t *answer) {
    struct shelf *shelf = user_data;
    const char *latest = NULL;

    if (!shelf_enter(shelf, 3, answer)) return shelf->always;
    for (struct shelf_entry *entry = shelf->entries; entry != NULL; entry = entry->next) {
        if (workflow != NULL && strcmp(workflow, entry->workflow) != 0) continue;
        if (latest == NULL || strcmp(latest, entry->id) < 0) latest = entry->id;
    }
    return shelf_leave(shelf, latest == NULL ? WF_NONE : wf_answer_add(answer, latest, NULL));
}

static inline void shelf_discard(struct shelf_entry **place) {
    struct shelf_entry *entry = *place;

    *place = entry->next;
    free(entry->id);
    free(entry->workflow);
    free(entry->document);
    free(entry->run);
    free(entry);
}

static inline struct shelf_entry **shelf_head_place(struct shelf *shelf, const char *run) {
    struct shelf_entry **place = &shelf->heads;

    while (*place != NULL && strcmp((*place)->id, run) != 0) place = &(*place)->next;
    return place;
}

static inline wf_status_t shelf_commit(void *user_data, const char *run, const char *expected, const char *next,
                                       const char *id, const char *workflow, const char *document, size_t length, wf_answer_t *answer) {
    struct shelf *shelf = user_data;

    if (!shelf_enter(shelf, 8, answer)) return shelf->always;
    if (shelf->calls[8] == shelf->fails) return shelf_leave(shelf, wf_answer_fail(answer, "the shelf is full", WF_NUL));
    struct shelf_entry **head = shelf_head_place(shelf, run), **place = shelf_place(shelf, id);
    if ((*head == NULL) != (expected == NULL) || (expected != NULL && strcmp((*head)->document, expected) != 0))
        return shelf_leave(shelf, WF_E_CONFLICT);
    if (*place != NULL) return shelf_leave(shelf, WF_E_EXISTS);
    *place = shelf_entry(id, workflow, document, length);
    (*place)->run = strdup(run);
    if (expected == NULL) {
        *head = shelf_entry(run, "", next, 0);
    } else {
        free((*head)->document);
        (*head)->document = strdup(next);
    }
    return shelf_leave(shelf, WF_OK);
}

static inline wf_status_t shelf_head(void *user_data, const char *run, wf_answer_t *answer) {
    struct shelf *shelf = user_data;

    if (!shelf_enter(shelf, 9, answer)) return shelf->always;
    struct shelf_entry *head = *shelf_head_place(shelf, run);
    return shelf_leave(shelf, head == NULL ? WF_NONE : wf_answer_add(answer, head->document, NULL));
}

static inline wf_status_t shelf_remove(void *user_data, const char *id, wf_answer_t *answer) {
    struct shelf *shelf = user_data;

    if (!shelf_enter(shelf, 4, answer)) return shelf->always;
    struct shelf_entry **place = shelf_place(shelf, id);
    if (*place == NULL) return shelf_leave(shelf, WF_NONE);
    char *run = (*place)->run;
    int others = 0;
    (*place)->run = NULL;
    shelf_discard(place);
    for (struct shelf_entry *other = shelf->entries; other != NULL && run != NULL; other = other->next)
        others += other->run != NULL && strcmp(other->run, run) == 0;
    if (run != NULL && others == 0 && *shelf_head_place(shelf, run) != NULL) shelf_discard(shelf_head_place(shelf, run));
    free(run);
    return shelf_leave(shelf, WF_OK);
}

static inline struct shelf_entry **shelf_memo(struct shelf *shelf, const char *run, const char *key) {
    struct shelf_entry **place = &shelf->memos;

    while (*place != NULL && (strcmp((*place)->workflow, run) != 0 || (key != NULL && strcmp((*place)->id, key) != 0)))
        place = &(*place)->next;
    return place;
}

static inline wf_status_t shelf_remember(void *user_data, const char *run, const char *key, const char *document,
                                         size_t length, wf_answer_t *answer) {
    struct shelf *shelf = user_data;

    if (!shelf_enter(shelf, 5, answer)) return shelf->always;
    struct shelf_entry **place = shelf_memo(shelf, run, key);
    if (*place != NULL) return shelf_leave(shelf, WF_E_EXISTS);
    *place = shelf_entry(key, run, document, length);
    return shelf_leave(shelf, WF_OK);
}

static inline wf_status_t shelf_recall(void *user_data, const char *run, const char *key, wf_answer_t *answer) {
    struct shelf *shelf = user_data;

    if (!shelf_enter(shelf, 6, answer)) return shelf->always;
    struct shelf_entry *entry = *shelf_memo(shelf, run, key);
    if (entry == NULL) return shelf_leave(shelf, WF_NONE);
    return shelf_leave(shelf, wf_answer_set(answer, entry->document, entry->length, NULL));
}

static inline wf_status_t shelf_forget(void *user_data, const char *run, wf_answer_t *answer) {
    struct shelf *shelf = user_data;
    int found = 0;

    if (!shelf_enter(shelf, 7, answer)) return shelf->always;
    for (struct shelf_entry **place; *(place = shelf_memo(shelf, run, NULL)) != NULL; found = 1) shelf_discard(place);
    return shelf_leave(shelf, found ? WF_OK : WF_NONE);
}

static inline void shelf_finalize(void *user_data) {
    struct shelf *shelf = user_data;

    while (shelf->entries != NULL) shelf_discard(&shelf->entries);
    while (shelf->memos != NULL) shelf_discard(&shelf->memos);
    while (shelf->heads != NULL) shelf_discard(&shelf->heads);
    shelf->finalized++;
}

#define SHELF_INIT { .lock = PTHREAD_MUTEX_INITIALIZER }

static inline wf_storage_code_t shelf_code(struct shelf *shelf) {
    wf_storage_code_t code = WF_STORAGE_CODE_INIT;

    code.save = shelf_save;
    code.load = shelf_load;
    code.list = shelf_list;
    code.latest = shelf_latest;
    code.remove = shelf_remove;
    code.remember = shelf_remember;
    code.recall = shelf_recall;
    code.forget = shelf_forget;
    code.user_data = shelf;
    code.finalizer = shelf_finalize;
    return code;
}

/* The same with a fence. */
static inline wf_storage_code_t fenced_code(struct shelf *shelf) {
    wf_storage_code_t code = shelf_code(shelf);

    code.save = NULL;
    code.commit = shelf_commit;
    code.head = shelf_head;
    return code;
}

static inline wf_storage_t *shelf_of(const wf_storage_code_t *code) {
    wf_storage_t *storage = NULL;

    CHECK_OK(wf_storage_new(code, &storage, &error));
    return storage;
}

static inline wf_storage_t *new_shelf(struct shelf *shelf) {
    wf_storage_code_t code = shelf_code(shelf);

    return shelf_of(&code);
}

#endif
