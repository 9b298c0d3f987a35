/* Crashes the machine after every file system call of every sample graph, and loses what was not synced, in many combinations.
 *
 *     crash directory|sqlite [states per point [again [full|process|exit [thin [seed]]]]]
 *
 * After each crash the storage must open, nothing in it may be damaged, everything acknowledged must be there, byte for
 * byte, what there is must be the beginning of the line that was made, and the run must go on from it, in one line, to the same
 * result. One in `again` of these second runs crashes again, in the same way. Of all states one in `thin` is tried.
 *
 * With `process` what was acknowledged may be gone, from the end. A directory may then also lack a file in the middle, or have a
 * torn one, if it says so; if it has no other, it must not begin anew by itself, but do so when they have been deleted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "bench.h"
#include "disk.h"
#include "samples.h"

static long limit = 150, again = 20, thin = 1;
static uint64_t seed;

/* A run on a tape. */
struct take {
    int sample, generation;
    wf_workflow_t *workflow;
    char *result;
    struct history history;   /* all that was acknowledged, from the first run on */
    const struct take *first; /* what else may be found: checkpoints that were made, but not acknowledged before the crash */
    char line[ACKS][ID];      /* what there is in the end */
    int line_count;
    int had_receipt;
};

/* The files of a directory that nobody syncs may be lost or torn each by itself. */
static int is_loose;

/* The ids of what can be read, in order; how many. */
static int present(wf_storage_t *storage, char ids[ACKS][ID]) {
    char *text = NULL;
    json_t *list, *item;
    size_t index;
    int count = 0;

    wf_storage_list(storage, NULL, &text, NULL, NULL);
    list = json_loads(text == NULL ? "[]" : text, 0, NULL);
    wf_free(text);
    json_array_foreach(list, index, item) {
        if (json_object_get(item, "problem") != NULL) continue;
        if (count == ACKS) fs_die("too many checkpoints");
        snprintf(ids[count++], ID, "%s", json_string_value(json_object_get(item, "checkpoint_id")));
    }
    json_decref(list);
    return count;
}

/* What is there is the beginning of the line: no gap, nothing beside it. */
static void check_beginning(const struct take *take, wf_storage_t *storage) {
    static char ids[ACKS][ID];
    int count = present(storage, ids);

    for (int i = 0; i < count; i++)
        if (i >= take->line_count || strcmp(ids[i], take->line[i]) != 0) bad("checkpoint %d of %d, %s, is not the next of the line", i + 1, count, ids[i]);
}

/* No two checkpoints follow the same one. */
static void check_no_fork(wf_storage_t *storage) {
    char *text = NULL;
    json_t *list, *one, *other;
    size_t i, j;

    wf_storage_list(storage, NULL, &text, NULL, NULL);
    list = json_loads(text == NULL ? "[]" : text, 0, NULL);
    wf_free(text);
    json_array_foreach(list, i, one) {
        json_array_foreach(list, j, other) {
            if (j <= i || json_object_get(one, "problem") != NULL || json_object_get(other, "problem") != NULL) continue;
            if (json_equal(json_object_get(one, "previous_checkpoint_id"), json_object_get(other, "previous_checkpoint_id")))
                bad("checkpoints %zu and %zu of %zu follow the same one", i + 1, j + 1, json_array_size(list));
        }
    }
    json_decref(list);
}

/* What is damaged is taken away, as the error asks for. */
static void delete_damaged(wf_storage_t *storage) {
    char *text = NULL;
    json_t *list, *item;
    size_t index;

    wf_storage_list(storage, NULL, &text, NULL, NULL);
    list = json_loads(text == NULL ? "[]" : text, 0, NULL);
    wf_free(text);
    json_array_foreach(list, index, item) {
        const char *id = json_string_value(json_object_get(item, "checkpoint_id"));
        if (json_object_get(item, "problem") == NULL) bad("%s can be read, but there is no latest checkpoint", id);
        else if (wf_storage_delete(storage, id, NULL) != WF_OK) bad("what is damaged cannot be deleted: %s", id);
    }
    json_decref(list);
}

static const char *made(const struct take *take, const char *id) {
    for (; take != NULL; take = take->first)
        for (int i = 0; i < take->history.count; i++)
            if (strcmp(take->history.acks[i].id, id) == 0) return take->history.acks[i].document;
    return NULL;
}

/* Each checkpoint in the list is one that was made, byte for byte. */
static void check_list(const struct take *take, wf_storage_t *storage, int acknowledged) {
    wf_error_t *error = NULL;
    char *text = NULL, *document = NULL;
    json_t *list, *item;
    size_t index;

    if (wf_storage_list(storage, NULL, &text, NULL, &error) != WF_OK) bad("no list: %s", wf_error_message(error, NULL));
    list = json_loads(text == NULL ? "[]" : text, 0, NULL);
    json_array_foreach(list, index, item) {
        const char *id = json_string_value(json_object_get(item, "checkpoint_id")), *expected = made(take, id);
        if (json_object_get(item, "problem") != NULL) {
            if (!is_loose) bad("a crash left damage: %s", json_string_value(json_object_get(item, "problem")));
            bench->hits++;
            continue;
        }
        wf_error_free(error);
        if (wf_storage_load(storage, id, &document, NULL, &error) != WF_OK) bad("%s is listed, but: %s", id, wf_error_message(error, NULL));
        else if (expected == NULL) bad("%s was never made", id);
        else if (strcmp(document, expected) != 0) bad("%s is not what it was: %s", id, document);
        wf_free(document);
    }
    if ((int)json_array_size(list) > acknowledged + 1) bad("%zu checkpoints, but only %d were acknowledged", json_array_size(list), acknowledged);
    json_decref(list);
    wf_free(text);
    wf_error_free(error);
}

static void check_acknowledged(const struct take *take, wf_storage_t *storage, int acknowledged, const char *when) {
    for (int i = 0; i < acknowledged; i++) {
        const struct ack *ack = &take->history.acks[i];
        wf_error_t *error = NULL;
        char *document = NULL;
        if (wf_storage_load(storage, ack->id, &document, NULL, &error) != WF_OK)
            bad("%s, acknowledged checkpoint %d of %d is lost: %s", when, i + 1, acknowledged, wf_error_message(error, NULL));
        else if (strcmp(document, ack->document) != 0) bad("%s, checkpoint %d is not what it was: %s", when, i + 1, document);
        wf_free(document);
        wf_error_free(error);
    }
}

/* ---- The index of a log, which outlives the machine as any file may ----------------------------- */

enum { INDEX = 32768 };
static unsigned char left_index[INDEX]; /* as it was in the middle of a run */

static void read_index(void) {
    char path[URL + 8];
    FILE *file;

    snprintf(path, sizeof path, "%s/store-shm", bench->root);
    if ((file = fopen(path, "rb")) == NULL) return;
    if (fread(left_index, 1, INDEX, file) != INDEX) fs_die("a short -shm");
    fclose(file);
}

/* What is in it after a crash has nothing to do with the log: another state of it, zeros, or anything. */
static void leave_index(void) {
    static unsigned char index[INDEX];
    char path[URL + 8];
    FILE *file;
    long kind = lrand48() % 8;

    if (left_index[0] + left_index[4] + left_index[12] == 0 || kind > 2) return;
    for (int i = 0; i < INDEX; i++) index[i] = kind == 0 ? left_index[i] : kind == 1 ? 0 : (unsigned char)lrand48();
    snprintf(path, sizeof path, "%s/store-shm", bench->root);
    if ((file = fopen(path, "wb")) == NULL || fwrite(index, 1, INDEX, file) != INDEX || fclose(file) != 0) fs_die("cannot write %s", path);
    bench->hits++;
}

static void go_on(const struct take *take, wf_storage_t *storage, struct history *history) {
    play_through(take->sample, take->workflow, storage, history);
    if (!is_loose || history->end != WF_E_CHECKPOINT) return;
    delete_damaged(storage);
    play_through(take->sample, take->workflow, storage, history);
}

static void record(struct take *take, struct fs_tape *tape) {
    wf_storage_t *storage;
    struct fs_tape after;
    char why[1024] = "";

    fs_record();
    storage = opened(bench->url);
    go_on(take, storage, &take->history);
    if (take->history.end != WF_DONE) bad("it does not come through: %s %s", wf_status_name(take->history.end), take->history.message);
    take->line_count = present(storage, take->line);
    read_index();
    take->result = result(storage, take->sample, why);
    if (take->result == NULL) bad("no result: %s", why);
    wf_storage_free(storage);
    *tape = fs_recorded();
    fs_record();
    after = fs_recorded();
    if (!disk_agrees(tape, &after)) fs_die("the recording has missed something");
    fs_tape_free(&after);
}

static void look(const struct crash *crash, void *data);

/* Goes on, as the second run, and crashes again. */
static void crash_again(const struct take *first, int acknowledged, int had_receipt) {
    struct take take = {
        .sample = first->sample, .generation = first->generation + 1, .workflow = first->workflow, .first = first, .had_receipt = had_receipt};
    struct fs_tape tape;

    for (int i = 0; i < acknowledged; i++) {
        take.history.acks[i] = first->history.acks[i];
        take.history.acks[i].document = strdup(first->history.acks[i].document);
    }
    take.history.count = acknowledged;
    take.history.keep_documents = 1;
    record(&take, &tape);
    if (take.result == NULL || strcmp(take.result, first->result) != 0) bad("another result: %s", take.result);
    bench->states += disk_crashes(&tape, bench->root, limit / 8 + 2, thin, seed + (uint64_t)acknowledged, look, &take);
    fs_tape_free(&tape);
    free(take.result);
    forget_history(&take.history);
}

static void look(const struct crash *crash, void *data) {
    const struct take *take = data;
    /* In a second run the first marks are those of the first one. */
    int acknowledged = crash->marks, had_receipt = take->had_receipt || crash->special > 0;
    struct history history = {0};
    wf_storage_t *storage;
    char why[1024], *text;

    if (take->first != NULL && acknowledged == 0) {
        acknowledged = take->history.count;
        while (acknowledged > 0 && made(take->first, take->history.acks[acknowledged - 1].id) == NULL) acknowledged--;
    }
    now("%s, crash %s%ld, %d acknowledged", sample_name(take->sample), take->generation > 0 ? "again, at call " : "at call ", crash->point,
        acknowledged);
    memset(&world, 0, sizeof world);
    world.is_receipted = had_receipt;
    leave_index();
    storage = opened(bench->url);
    if (storage == NULL) return;
    if (!is_loose && !is_sound(storage, why)) bad("a crash left damage: %s", why);
    check_list(take, storage, acknowledged + (take->first == NULL ? 0 : 1));
    if (!is_loose) check_beginning(take, storage);
    if (durability != WF_DURABILITY_PROCESS) check_acknowledged(take, storage, acknowledged, "after the crash");
    if (take->generation == 0 && again > 0 && drand48() * (double)again < 1) {
        wf_storage_free(storage);
        crash_again(take, acknowledged, had_receipt);
        return;
    }
    go_on(take, storage, &history);
    if (history.end != WF_DONE) bad("it does not go on: %s %s", wf_status_name(history.end), history.message);
    text = result(storage, take->sample, why);
    if (text == NULL) bad("no result: %s", why);
    else if (strcmp(text, take->result) != 0) bad("another result: %s instead of %s", text, take->result);
    if (world.is_paid_again) bad("paid again in spite of a receipt");
    free(text);
    if (durability != WF_DURABILITY_PROCESS) check_acknowledged(take, storage, acknowledged, "in the end");
    check_no_fork(storage);
    wf_storage_free(storage);
    forget_history(&history);
}

static void try_sample(int sample) {
    struct take take = {.sample = sample, .workflow = sample_workflow(sample)};
    struct fs_tape tape;

    srand48((long)seed + sample);
    memset(&world, 0, sizeof world);
    now("%s, straight", sample_name(sample));
    wipe(bench->root);
    fs_watch(bench->root);
    take.history.keep_documents = 1;
    record(&take, &tape);
    bench->points += tape.count;
    bench->states += disk_crashes(&tape, bench->root, limit, thin, seed + (uint64_t)sample, look, &take);
    fs_tape_free(&tape);
    free(take.result);
    forget_history(&take.history);
    wf_workflow_free(take.workflow);
}

/* Tests of the test. */
static void forget_syncs(int of) {
    limit = 10;
    again = 0;
    thin = 1;
    fs_forget_syncs(of);
    try_sample(0);
}

int main(int count, char **arguments) {
    static const char *const levels[] = {"full", "process", "exit"};

    if (count < 2) fs_die("crash directory|sqlite [states per point [again [full|process|exit [thin [seed]]]]]");
    set_bench(arguments[1]);
    if (count > 2) limit = atol(arguments[2]);
    if (count > 3) again = atol(arguments[3]);
    while (count > 4 && strcmp(arguments[4], levels[durability]) != 0)
        if (++durability > WF_DURABILITY_EXIT) fs_die("there is no durability %s", arguments[4]);
    is_loose = durability == WF_DURABILITY_PROCESS && strcmp(arguments[1], "directory") == 0;
    if (count > 5) thin = atol(arguments[5]);
    seed = count > 6 ? strtoull(arguments[6], NULL, 10) : (uint64_t)time(NULL);
    if (!is_loose) must_find(forget_syncs, 1, "a file that is not synced");
    if (durability != WF_DURABILITY_PROCESS) must_find(forget_syncs, 2, "a directory that is not synced");
    for (int i = 0; i < sample_count(); i++) in_child(try_sample, i);
    printf("%s, durability %s: %ld crash states of %d graphs with %ld file system calls", arguments[1], levels[durability], bench->states,
        sample_count(), bench->points);
    if (bench->hits > 0) printf(", %ld %s", bench->hits, is_loose ? "torn files told" : "with a stale -shm");
    printf(", seed %llu: %ld bad\n", (unsigned long long)seed, bench->bad);
    clear_bench();
    return bench->bad > 0 || bench->states == 0;
}
