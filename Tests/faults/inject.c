/* Fails every file system call of every sample graph, in every way that it can fail, once and from then on.
 *
 *     inject directory|sqlite [every [looks]]      tries every point, or one of `every`, beginning at a random one; of the
 *                                                  calls that only look (read, stat and their kin) one of `looks` besides
 *
 * The call must be answered by an error with a sentence, or the run must come through. What was acknowledged is there in
 * either case, and the run goes on to the same result: with the storage that has seen the fault, and with a fresh one. Whatever
 * is asked of a storage with a finished run meanwhile, the answer is an error too, or the right one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "disk.h"
#include "fs.h"
#include "samples.h"

static long every = 1, looks = 1, turn, look_turn;

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

    if (history.is_behind) bad("the latest checkpoint that it told was %s", history.is_behind == 1 ? "an older one" : "none");
    check(straight, &history, "after the fault");
    if (storage == NULL || (point & 1)) { /* the storage that has seen the fault must go on as well as a fresh one */
        wf_storage_free(storage);
        storage = opened(bench->url);
        if (storage == NULL) return;
    }
    play_through(sample, workflow, storage, &history);
    if (history.end == WF_E_STORAGE && strstr(history.message, "readonly database") != NULL) {
        /* What could not be opened for writing is open for reading, and says so until it is opened anew. */
        wf_storage_free(storage);
        storage = opened(bench->url);
        play_through(sample, workflow, storage, &history);
    }
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

/* ---- Questions --------------------------------------------------------------------------------- */

enum { QUESTIONS = 64, ANSWER = 100 };

/* What is asked of a storage, and what a whole one answers. */
struct questions {
    struct fs_tape image; /* of a storage that was closed, or left as by a process that died */
    int count;
    const char *names[QUESTIONS];
    char *ids[QUESTIONS], *answers[QUESTIONS];
};

/* The answer; NULL and an error. */
static char *ask(wf_storage_t *storage, const char *name, const char *id, wf_error_t **error) {
    wf_status_t status;
    char *text = NULL;

    if (strcmp(name, "latest") == 0) {
        status = wf_storage_latest(storage, id, &text, error);
        if (status == WF_NONE) return strdup("none");
    } else if (strcmp(name, "load") == 0) status = wf_storage_load(storage, id, &text, NULL, error);
    else if (strcmp(name, "summary") == 0) status = wf_storage_summary(storage, id, &text, NULL, error);
    else if (strcmp(name, "export") == 0) status = wf_storage_export(storage, id, &text, NULL, error);
    else if (strcmp(name, "list") == 0) status = wf_storage_list(storage, id, &text, NULL, error);
    else if (strcmp(name, "runs") == 0) status = wf_storage_runs(storage, id, &text, NULL, error);
    else if (strcmp(name, "find") == 0) status = wf_storage_find(storage, id, &text, NULL, error);
    else status = wf_storage_verify(storage, &text, NULL, error);
    return status == WF_OK ? text : NULL;
}

static void add_question(struct questions *all, wf_storage_t *storage, const char *name, const char *id) {
    wf_error_t *error = NULL;
    char *answer = ask(storage, name, id, &error);

    if (answer == NULL) fs_die("a whole storage does not answer to %s: %s", name, wf_error_message(error, NULL));
    if (all->count == QUESTIONS) fs_die("too many questions");
    all->names[all->count] = name;
    all->ids[all->count] = id == NULL ? NULL : strdup(id);
    all->answers[all->count++] = answer;
}

static void leave(int sample) {
    wf_workflow_t *workflow = sample_workflow(sample);
    struct history history = {0};

    play_through(sample, workflow, opened(bench->url), &history); /* and the process dies */
}

static struct questions prepare_questions(int sample, wf_workflow_t *workflow, int is_closed) {
    struct questions all = {0};
    struct history history = {0};
    wf_storage_t *storage;

    prepare(sample, workflow, 0, &history);
    if (is_closed) {
        storage = opened(bench->url);
        play_through(sample, workflow, storage, &history);
        wf_storage_free(storage);
    } else {
        in_child(leave, sample);
    }
    fs_record();
    all.image = fs_recorded();
    storage = opened(bench->url);
    char *list = NULL;
    wf_storage_list(storage, NULL, &list, NULL, NULL);
    for (const char *at = list; at != NULL && (at = strstr(at, "\"checkpoint_id\"")) != NULL; at++) {
        char id[ID];
        if (sscanf(at, "\"checkpoint_id\" : \"%255[^\"]", id) != 1) fs_die("a list without ids: %s", list);
        add_question(&all, storage, "load", id);
        add_question(&all, storage, "summary", id);
    }
    wf_free(list);
    static const char *const others[] = {"latest", "list", "find", "runs", "verify", "export"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        add_question(&all, storage, others[i], i == 0 ? sample_name(sample) : i == 5 ? "run" : NULL);
    wf_storage_free(storage);
    return all;
}

static void forget_questions(struct questions *all) {
    for (int i = 0; i < all->count; i++) {
        free(all->ids[i]);
        wf_free(all->answers[i]);
    }
    fs_tape_free(&all->image);
}

/* Opens, and asks all. `fails`: an error is an answer too, and a list may tell of one. To SQLite a page that the disk does not give is
 * a damaged page. */
static void ask_all(const struct questions *all, int fails) {
    int is_sqlite = strncmp(bench->url, "sqlite:", 7) == 0;

    wf_storage_t *storage = NULL;
    wf_error_t *error = NULL;

    if (wf_storage_open(bench->url, &storage, &error) != WF_OK && (!fails || wf_error_message(error, NULL)[0] == '\0'))
        bad("it does not open: %s", wf_error_message(error, NULL));
    wf_error_free(error);
    for (int i = 0; storage != NULL && i < all->count; i++) {
        const char *name = all->names[i];
        char *text;
        error = NULL;
        text = ask(storage, name, all->ids[i], &error);
        if (text == NULL && (!fails || wf_error_message(error, NULL)[0] == '\0')) bad("%s: %s", name, wf_error_message(error, NULL));
        if (text == NULL && (wf_error_status(error) == WF_E_NOTFOUND || (wf_error_status(error) == WF_E_CHECKPOINT && !is_sqlite)))
            bad("%s takes a fault of the disk for something else: %s", name, wf_error_message(error, NULL));
        if (text != NULL && strcmp(text, all->answers[i]) != 0 && (!fails || strstr(text, "\"problem\"") == NULL))
            bad("%s answers %s instead of %s", name, text, all->answers[i]);
        wf_error_free(error);
        wf_free(text);
    }
    wf_storage_free(storage);
}

static long count_questions(const struct questions *all) {
    fs_disarm();
    disk_put(&all->image, bench->root);
    fs_watch(bench->root);
    ask_all(all, 0);
    return fs_points();
}

static void try_questions(const struct questions *all, long point, int error, long times) {
    fs_disarm();
    disk_put(&all->image, bench->root);
    fs_arm(point, error, times);
    ask_all(all, 1);
    bench->hits += fs_failures() > 0;
    bench->points++;
    fs_disarm();
    ask_all(all, 0);
}

/* ---- All points -------------------------------------------------------------------------------- */

static int is_turn(enum fs_kind kind) {
    if (turn++ % every != 0) return 0;
    return kind < FS_READ || look_turn++ % looks == 0;
}

static void try_sample(int sample) {
    static const int errors[] = {EIO, ENOSPC, EACCES, EMFILE, ENOMEM, EINTR, FS_SHORT};
    static const char *const names[] = {"EIO", "ENOSPC", "EACCES", "EMFILE", "ENOMEM", "EINTR", "half of it"};
    wf_workflow_t *workflow = sample_workflow(sample);
    struct straight straight = {0};

    now("%s, straight", sample_name(sample));
    fs_watch(bench->root);
    run_straight(sample, workflow, &straight);
    for (int phase = 0; phase < 4; phase++) {
        static const char *const phases[] = {"started", "resumed", "asked, closed before", "asked, left behind before"};
        struct questions all = {0};
        if (phase >= 2) all = prepare_questions(sample, workflow, phase == 2);
        long count = phase < 2 ? count_points(sample, workflow, phase) : count_questions(&all);
        enum fs_kind kinds[4096];
        int creates[4096];
        if (count >= 4096) fs_die("too many points");
        for (long i = 1; i <= count; i++) kinds[i] = fs_kind_of(i), creates[i] = fs_creates(i);
        for (long point = 1; point <= count; point++) {
            for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
                if (!fs_fits(kinds[point], creates[point], errors[i])) continue;
                for (int lasting = 0; lasting < 2; lasting++) {
                    /* A call that is interrupted for ever may be tried for ever; for a lock, and whatever looks like one that is
                     * held, SQLite waits ten seconds. */
                    long times = !lasting ? 1 : errors[i] == EINTR || kinds[point] == FS_LOCK ? 5 : kinds[point] >= FS_READ ? 25 : 1000000;
                    if (!is_turn(kinds[point])) continue;
                    now("%s, %s, call %ld of %ld (%s): %s %s", sample_name(sample), phases[phase], point, count,
                        fs_kind_name(kinds[point]), names[i], lasting ? "from then on" : "once");
                    if (phase < 2) try_point(sample, workflow, phase, &straight, point, errors[i], times);
                    else try_questions(&all, point, errors[i], times);
                }
            }
        }
        forget_questions(&all);
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
    if (count < 2) fs_die("inject directory|sqlite [every [looks]]");
    set_bench(arguments[1]);
    if (count > 2) every = atol(arguments[2]);
    if (count > 3) looks = atol(arguments[3]);
    turn = every > 1 ? time(NULL) % every : 0;
    look_turn = looks > 1 ? time(NULL) % looks : 0;
    must_find(try_lies, 0, "a write that lies");
    for (int i = 0; i < sample_count(); i++) in_child(try_sample, i);
    printf("%s: %ld points in %d graphs, %ld met a call: %ld bad\n", arguments[1], bench->points, sample_count(), bench->hits, bench->bad);
    clear_bench();
    return bench->bad > 0 || bench->hits == 0;
}
