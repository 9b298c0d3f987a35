/* Crashes the machine after every file system call of every sample graph, and loses what was not synced, in many combinations.
 *
 *     crash directory|sqlite [states per point [again [seed]]]
 *
 * After each crash the storage must open, nothing in it may be damaged, everything acknowledged must be there, byte for
 * byte, and the run must go on to the same result. One in `again` of these second runs crashes again, in the same way. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "bench.h"
#include "disk.h"
#include "samples.h"

static long limit = 150, again = 20;
static uint64_t seed;

/* A run on a tape. */
struct take {
    int sample, generation;
    wf_workflow_t *workflow;
    char *result;
    struct history history;   /* all that was acknowledged, from the first run on */
    const struct take *first; /* what else may be found: checkpoints that were made, but not acknowledged before the crash */
    int had_receipt;
};

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
            bad("a crash left damage: %s", json_string_value(json_object_get(item, "problem")));
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

static void record(struct take *take, struct fs_tape *tape) {
    wf_storage_t *storage;
    struct fs_tape after;
    char why[1024] = "";

    fs_record();
    storage = opened(bench->url);
    play_through(take->sample, take->workflow, storage, &take->history);
    if (take->history.end != WF_DONE) bad("it does not come through: %s %s", wf_status_name(take->history.end), take->history.message);
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
    bench->states += disk_crashes(&tape, bench->root, limit / 8 + 2, seed + (uint64_t)acknowledged, look, &take);
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
    storage = opened(bench->url);
    if (storage == NULL) return;
    if (!is_sound(storage, why)) bad("a crash left damage: %s", why);
    check_list(take, storage, acknowledged + (take->first == NULL ? 0 : 1));
    check_acknowledged(take, storage, acknowledged, "after the crash");
    if (take->generation == 0 && again > 0 && drand48() * (double)again < 1) {
        wf_storage_free(storage);
        crash_again(take, acknowledged, had_receipt);
        return;
    }
    play_through(take->sample, take->workflow, storage, &history);
    if (history.end != WF_DONE) bad("it does not go on: %s %s", wf_status_name(history.end), history.message);
    text = result(storage, take->sample, why);
    if (text == NULL) bad("no result: %s", why);
    else if (strcmp(text, take->result) != 0) bad("another result: %s instead of %s", text, take->result);
    if (world.is_paid_again) bad("paid again in spite of a receipt");
    free(text);
    check_acknowledged(take, storage, acknowledged, "in the end");
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
    bench->states += disk_crashes(&tape, bench->root, limit, seed + (uint64_t)sample, look, &take);
    fs_tape_free(&tape);
    free(take.result);
    forget_history(&take.history);
    wf_workflow_free(take.workflow);
}

/* Tests of the test. */
static void forget_syncs(int of) {
    limit = 10;
    again = 0;
    fs_forget_syncs(of);
    try_sample(0);
}

int main(int count, char **arguments) {
    if (count < 2) fs_die("crash directory|sqlite [states per point [again [seed]]]");
    set_bench(arguments[1]);
    if (count > 2) limit = atol(arguments[2]);
    if (count > 3) again = atol(arguments[3]);
    seed = count > 4 ? strtoull(arguments[4], NULL, 10) : (uint64_t)time(NULL);
    must_find(forget_syncs, 1, "a file that is not synced");
    must_find(forget_syncs, 2, "a directory that is not synced");
    for (int i = 0; i < sample_count(); i++) in_child(try_sample, i);
    printf("%s: %ld crash states of %d graphs with %ld file system calls, seed %llu: %ld bad\n", arguments[1], bench->states, sample_count(),
        bench->points, (unsigned long long)seed, bench->bad);
    clear_bench();
    return bench->bad > 0 || bench->states == 0;
}
