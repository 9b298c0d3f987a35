/* Fails every file system call of every sample graph, in every way that it can fail, once and from then on.
 *
 *     inject directory|sqlite [every]      tries every point, or one of `every`, beginning at a random one
 *
 * The call must be answered by an error with a sentence, or the run must come through. What was acknowledged is there in
 * either case, and the run goes on to the same result: with the storage that has seen the fault, and with a fresh one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "fs.h"
#include "samples.h"

static long every = 1, turn;

/* A run that nothing goes wrong in. */
struct straight {
    char *result;
    char *documents[ACKS];
    int count;
};

static int is_known(const struct straight *straight, const char *document) {
    char *text = comparable(document);
    int found = 0;

    for (int i = 0; i < straight->count && !found; i++) found = text != NULL && strcmp(text, straight->documents[i]) == 0;
    free(text);
    return found;
}

/* Everything acknowledged is there, and what it was. */
static void check(const struct straight *straight, const struct history *history, const char *when) {
    wf_storage_t *storage = opened(bench->url);
    wf_error_t *error = NULL;
    char *list = NULL, report[1024];

    if (storage == NULL) return;
    for (int i = 0; i < history->count; i++) {
        char *document = NULL;
        if (wf_storage_load(storage, history->acks[i].id, &document, NULL, &error) != WF_OK)
            bad("%s: acknowledged checkpoint %d of %d is lost: %s", when, i + 1, history->count, wf_error_message(error, NULL));
        else if (!is_known(straight, document)) bad("%s: checkpoint %d is none of the straight run: %s", when, i + 1, document);
        wf_error_free(error);
        wf_free(document);
    }
    if (wf_storage_list(storage, NULL, &list, NULL, &error) != WF_OK) bad("%s: no list: %s", when, wf_error_message(error, NULL));
    else if (strstr(list, "\"problem\"") != NULL) bad("%s: something is damaged: %s", when, list);
    if (!is_sound(storage, report)) bad("%s: something is damaged: %s", when, report);
    wf_error_free(error);
    wf_free(list);
    wf_storage_free(storage);
}

static void check_end(const struct straight *straight, wf_storage_t *storage, int sample) {
    char why[1024], *text = result(storage, sample, why);

    if (text == NULL) bad("no result: %s", why);
    else if (strcmp(text, straight->result) != 0) bad("another result: %s instead of %s", text, straight->result);
    if (world.is_paid_again) bad("paid again in spite of a receipt");
    free(text);
}

/* Begins anew; in the second phase with a run that was abandoned after two checkpoints. */
static void prepare(int sample, wf_workflow_t *workflow, int phase, struct history *history) {
    wf_storage_t *storage;

    forget_history(history);
    fs_disarm();
    wipe(bench->root);
    memset(&world, 0, sizeof world);
    if (phase == 0 || (storage = opened(bench->url)) == NULL) return;
    history->limit = 2;
    play(sample, workflow, storage, history);
    history->limit = 0;
    wf_storage_free(storage);
}

static void try_point(
    int sample, wf_workflow_t *workflow, int phase, const struct straight *straight, long point, int error, long times) {
    struct history history = {0};
    wf_storage_t *storage = NULL;
    wf_error_t *problem = NULL;
    wf_status_t status;

    prepare(sample, workflow, phase, &history);
    fs_arm(point, error, times);
    status = wf_storage_open(bench->url, &storage, &problem);
    if (status == WF_OK) play_through(sample, workflow, storage, &history);
    else if (wf_error_message(problem, NULL)[0] == '\0') bad("%s without a sentence", wf_status_name(status));
    wf_error_free(problem);
    bench->hits += fs_failures() > 0;
    bench->points++;
    fs_disarm();

    check(straight, &history, "after the fault");
    if (storage == NULL || (point & 1)) { /* the storage that has seen the fault must go on as well as a fresh one */
        wf_storage_free(storage);
        storage = opened(bench->url);
        if (storage == NULL) return;
    }
    play_through(sample, workflow, storage, &history);
    if (history.end != WF_DONE) bad("it does not go on: %s %s", wf_status_name(history.end), history.message);
    check_end(straight, storage, sample);
    wf_storage_free(storage);
    check(straight, &history, "in the end");
    forget_history(&history);
}

static void run_straight(int sample, wf_workflow_t *workflow, struct straight *straight) {
    struct history history = {0};
    wf_storage_t *storage;
    char why[1024] = "";

    prepare(sample, workflow, 0, &history);
    history.keep_documents = 1;
    storage = opened(bench->url);
    play_through(sample, workflow, storage, &history);
    straight->count = history.count;
    for (int i = 0; i < history.count; i++) straight->documents[i] = comparable(history.acks[i].document);
    straight->result = result(storage, sample, why);
    if (history.end != WF_DONE || straight->result == NULL || history.count < 3)
        fs_die("%s does not even work without faults: %s %s %s", sample_name(sample), wf_status_name(history.end), history.message, why);
    wf_storage_free(storage);
    forget_history(&history);
}

static long count_points(int sample, wf_workflow_t *workflow, int phase) {
    struct history history = {0};
    wf_storage_t *storage;
    long count;

    prepare(sample, workflow, phase, &history);
    fs_watch(bench->root);
    storage = opened(bench->url);
    play_through(sample, workflow, storage, &history);
    count = fs_points();
    forget_history(&history);
    wf_storage_free(storage);
    return count;
}

static void try_sample(int sample) {
    static const int errors[] = {EIO, ENOSPC, EACCES, EMFILE, EINTR, FS_SHORT};
    static const char *const names[] = {"EIO", "ENOSPC", "EACCES", "EMFILE", "EINTR", "a short write"};
    wf_workflow_t *workflow = sample_workflow(sample);
    struct straight straight = {0};

    now("%s, straight", sample_name(sample));
    fs_watch(bench->root);
    run_straight(sample, workflow, &straight);
    for (int phase = 0; phase < 2; phase++) {
        long count = count_points(sample, workflow, phase);
        enum fs_kind kinds[4096];
        int creates[4096];
        if (count >= 4096) fs_die("too many points");
        for (long i = 1; i <= count; i++) kinds[i] = fs_kind_of(i), creates[i] = fs_creates(i);
        for (long point = 1; point <= count; point++) {
            for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
                if (!fs_fits(kinds[point], creates[point], errors[i])) continue;
                for (int lasting = 0; lasting < 2; lasting++) {
                    /* A call that is interrupted for ever may be tried for ever. */
                    long times = !lasting ? 1 : errors[i] == EINTR ? 5 : 1000000;
                    if (turn++ % every != 0) continue;
                    now("%s, %s, call %ld of %ld (%s): %s %s", sample_name(sample), phase == 0 ? "started" : "resumed", point, count,
                        fs_kind_name(kinds[point]), names[i], lasting ? "from then on" : "once");
                    try_point(sample, workflow, phase, &straight, point, errors[i], times);
                }
            }
        }
    }
    for (int i = 0; i < straight.count; i++) free(straight.documents[i]);
    free(straight.result);
    wf_workflow_free(workflow);
}

/* A test of the test: writes that lie must be found out. */
static void try_lies(int sample) {
    wf_workflow_t *workflow = sample_workflow(sample);
    struct straight straight = {0};
    long count;

    fs_watch(bench->root);
    run_straight(sample, workflow, &straight);
    count = count_points(sample, workflow, 0);
    for (long point = 1; point <= count; point++) {
        now("%s, a lie at call %ld", sample_name(sample), point);
        try_point(sample, workflow, 0, &straight, point, FS_LIE, 1000000);
    }
}

int main(int count, char **arguments) {
    if (count < 2) fs_die("inject directory|sqlite [every]");
    set_bench(arguments[1]);
    if (count > 2) every = atol(arguments[2]);
    turn = every > 1 ? time(NULL) % every : 0;
    must_find(try_lies, 0, "a write that lies");
    for (int i = 0; i < sample_count(); i++) in_child(try_sample, i);
    printf("%s: %ld points in %d graphs, %ld met a call: %ld bad\n", arguments[1], bench->points, sample_count(), bench->hits, bench->bad);
    clear_bench();
    return bench->bad > 0 || bench->hits == 0;
}
