/* Turns over every single bit of a small storage, one at a time.
 *
 *     flips directory|sqlite [every [processes [sample checkpoints]]]
 *                                                     every bit, or one of `every`, beginning at a random one; the work is
 *                                                     shared among so many processes. A run of that sample, abandoned after so
 *                                                     many checkpoints; else "payment", with a memo, and 2
 *
 * Whatever is asked then, the answer is an error or the right one: never another one, no crash, no hang. A list and a search for the
 * latest may leave out what is damaged only if they say so, or if it cannot be loaded either. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "disk.h"
#include "samples.h"

enum { BATCH = 4000, MOST = 8, PROCESSES = 64 };

static long every = 1, start, processes = 1;
static int sample, checkpoints = 2;
static struct fs_tape image;

/* What the storage says while it is whole. */
static struct {
    int count;
    char *ids[MOST], *documents[MOST], *entries[MOST]; /* in the order of ids */
    char *result;
} whole;

/* A run that is abandoned before its end; closed, or left as after a crash. */
static void prepare(int is_closed) {
    struct history history = {.limit = checkpoints};
    wf_storage_t *storage = opened(bench->url);
    wf_workflow_t *workflow = sample_workflow(sample);

    play(sample, workflow, storage, &history);
    if (history.count != checkpoints) fs_die("the run to be damaged has %d checkpoints: %s", history.count, history.message);
    if (is_closed) wf_storage_free(storage);
}

static void ask_while_whole(void) {
    wf_storage_t *storage = opened(bench->url);
    wf_workflow_t *workflow = sample_workflow(sample);
    struct history history = {0};
    char *text = NULL, why[1024];
    json_t *list, *entry;
    size_t index;

    wf_storage_list(storage, NULL, &text, NULL, NULL);
    list = json_loads(text, 0, NULL);
    json_array_foreach(list, index, entry) {
        char *document = NULL;
        const char *id = json_string_value(json_object_get(entry, "checkpoint_id"));
        if (index == MOST || wf_storage_load(storage, id, &document, NULL, NULL) != WF_OK) fs_die("%s cannot be loaded", id);
        whole.ids[index] = strdup(id);
        whole.documents[index] = strdup(document);
        whole.entries[index] = json_dumps(entry, JSON_SORT_KEYS);
        whole.count++;
        wf_free(document);
    }
    play_through(sample, workflow, storage, &history);
    whole.result = result(storage, sample, why);
    if (whole.count != checkpoints || history.end != WF_DONE || whole.result == NULL) fs_die("the storage to be damaged does not even work");
    json_decref(list);
    wf_free(text);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

/* An error has a sentence. */
static int is_error(wf_status_t status, wf_error_t *error, const char *what) {
    int is = status < 0;

    if (is && wf_error_message(error, NULL)[0] == '\0') bad("%s: %s without a sentence", what, wf_status_name(status));
    wf_error_free(error);
    return is;
}

/* Sets which checkpoints can be loaded. SQLite tells of a damaged page when it reads it, and not again as long as it has it in memory;
 * rows that are whole are found there then. So what was refused is asked for once more. */
static void ask_load(wf_storage_t *storage, int loads[MOST]) {
    for (int i = 0; i < whole.count; i++) {
        wf_error_t *error = NULL;
        char *document = NULL;
        wf_status_t status = wf_storage_load(storage, whole.ids[i], &document, NULL, &error);
        if (is_error(status, error, "load")) {
            error = NULL;
            status = wf_storage_load(storage, whole.ids[i], &document, NULL, &error);
        }
        if (status == WF_E_NOTFOUND) bad("load says that checkpoint %d is not there", i);
        loads[i] = !is_error(status, error, "load");
        if (loads[i] && strcmp(document, whole.documents[i]) != 0) bad("load gives another checkpoint %d: %s", i, document);
        wf_free(document);
    }
}

static void ask_list(wf_storage_t *storage, const int loads[MOST]) {
    int found[MOST] = {0};
    char *text = NULL;
    wf_error_t *error = NULL;
    json_t *list, *entry;
    size_t index;

    wf_status_t status = wf_storage_list(storage, NULL, &text, NULL, &error);
    if (is_error(status, error, "list")) return;
    list = json_loads(text, 0, NULL);
    json_array_foreach(list, index, entry) {
        const char *id = json_string_value(json_object_get(entry, "checkpoint_id"));
        int is_damaged = json_object_get(entry, "problem") != NULL, i = 0;
        char *dumped = json_dumps(entry, JSON_SORT_KEYS);
        while (i < whole.count && (id == NULL || strcmp(whole.ids[i], id) != 0)) i++;
        if (i < whole.count) found[i]++;
        if (!is_damaged && (i == whole.count || strcmp(dumped, whole.entries[i]) != 0)) bad("list has another entry: %s", dumped);
        free(dumped);
    }
    for (int i = 0; i < whole.count; i++)
        if (found[i] != 1 && loads[i]) bad("list has checkpoint %d %d times: %s", i, found[i], text);
    json_decref(list);
    wf_free(text);
}

static void ask_latest(wf_storage_t *storage, const int loads[MOST]) {
    char *id = NULL;
    wf_error_t *error = NULL;
    wf_status_t status = wf_storage_latest(storage, sample_name(sample), &id, &error);
    int expected = whole.count - 1;

    if (is_error(status, error, "latest")) return;
    while (expected >= 0 && !loads[expected]) expected--;
    if (expected < 0 ? status != WF_NONE : id == NULL || strcmp(id, whole.ids[expected]) != 0)
        bad("latest is %s, not %s", id == NULL ? "nothing" : id, expected < 0 ? "nothing" : whole.ids[expected]);
    wf_free(id);
}

/* Goes on from the latest checkpoint that can be read. */
static void ask_resume(wf_storage_t *storage, wf_workflow_t *workflow) {
    struct history history = {0};
    char *text, why[1024];

    memset(&world, 0, sizeof world);
    world.is_receipted = 1;
    play_through(sample, workflow, storage, &history);
    if (history.end == WF_DONE) {
        text = result(storage, sample, why);
        if (text != NULL && strcmp(text, whole.result) != 0) bad("another result: %s instead of %s", text, whole.result);
        free(text);
    } else if (history.end >= 0) {
        bad("resuming answers %s", wf_status_name(history.end));
    }
    if (world.is_paid_again) bad("paid again in spite of a receipt");
    forget_history(&history);
}

static void try_flip(int node, const char *name, long bit, wf_workflow_t *workflow) {
    wf_storage_t *storage = NULL;
    wf_error_t *error = NULL;
    int loads[MOST];
    char report[1024] = "there is no such check";

    now("bit %ld of byte %ld of %s", bit % 8, bit / 8, name);
    image.nodes[node].data[bit / 8] ^= (unsigned char)(1u << bit % 8);
    disk_put(&image, bench->root);
    image.nodes[node].data[bit / 8] ^= (unsigned char)(1u << bit % 8);
    bench->states++;
    wf_status_t status = wf_storage_open(bench->url, &storage, &error);
    if (is_error(status, error, "open")) {
        bench->hits++;
        return;
    }
    ask_load(storage, loads);
    for (int i = 0; i < whole.count; i++)
        if (!loads[i]) {
            bench->hits++;
            break;
        }
    if (has_check() && is_sound(storage, report)) {
        for (int i = 0; i < whole.count; i++)
            if (!loads[i]) bad("checkpoint %d cannot be loaded, but a check of everything finds nothing: %s", i, report);
    }
    ask_list(storage, loads);
    ask_latest(storage, loads);
    ask_resume(storage, workflow);
    wf_storage_free(storage);
}

static void try_batch(int batch) {
    long first = (long)batch * BATCH * every + start, bit, seen = 0;
    wf_workflow_t *workflow;

    now("batch %d", batch);
    disk_put(&image, bench->root);
    ask_while_whole();
    workflow = sample_workflow(sample);
    for (int i = 0; i < image.before_count; i++) {
        int node = image.before[i].node;
        long bits = image.nodes[node].is_dir ? 0 : 8 * image.nodes[node].length;
        for (bit = 0; bit < bits; bit++) {
            long at = seen + bit;
            if (at < first || at >= first + BATCH * every || (at - start) % every != 0) continue;
            try_flip(node, image.before[i].name, bit, workflow);
        }
        seen += bits;
    }
}

/* Its share of the batches, with a directory of its own. */
static void work(const char *scheme, int process, struct bench *told) {
    set_bench(scheme);
    for (int batch = process; (long)batch * BATCH * every < told->points; batch += (int)processes) in_child(try_batch, batch);
    told->states = bench->states;
    told->hits = bench->hits;
    told->bad = bench->bad;
    clear_bench();
}

/* Shares the work among processes, and adds up what they tell. */
static void share(const char *scheme) {
    struct bench *told = mmap(NULL, (size_t)processes * sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (told == MAP_FAILED) fs_die("mmap: %s", strerror(errno));
    for (int i = 0; i < processes; i++) {
        told[i].points = bench->points;
        told[i].bad = 1; /* unless it comes to its end */
        fflush(NULL);
        pid_t child = fork();
        if (child < 0) fs_die("fork: %s", strerror(errno));
        if (child > 0) continue;
        work(scheme, i, &told[i]);
        fflush(NULL);
        _exit(0);
    }
    while (wait(NULL) > 0 || errno == EINTR) {}
    for (int i = 0; i < processes; i++) {
        bench->states += told[i].states;
        bench->hits += told[i].hits;
        bench->bad += told[i].bad;
    }
}

int main(int count, char **arguments) {
    if (count < 2) fs_die("flips directory|sqlite [every [processes]]");
    set_bench(arguments[1]);
    if (count > 2) every = atol(arguments[2]);
    if (count > 3) processes = atol(arguments[3]);
    if (processes < 1 || processes > PROCESSES) fs_die("1 to %d processes", PROCESSES);
    start = every > 1 ? time(NULL) % every : 0;
    const char *wanted = count > 4 ? arguments[4] : "payment";
    while (sample < sample_count() && strcmp(sample_name(sample), wanted) != 0) sample++;
    if (sample == sample_count()) fs_die("there is no sample '%s'", wanted);
    if (count > 5) checkpoints = atoi(arguments[5]);
    if (checkpoints < 1 || checkpoints > MOST) fs_die("1 to %d checkpoints", MOST);
    /* Closed: of a log that SQLite left behind, it ignores by design what follows a bad checksum. */
    long bits = 0;
    wipe(bench->root);
    now("prepare");
    in_child(prepare, 1);
    fs_watch(bench->root);
    fs_record();
    image = fs_recorded();
    for (int i = 0; i < image.node_count; i++) bits += 8 * image.nodes[i].length;
    bench->points = bits;
    fs_watch("/nowhere"); /* nothing is counted from here on */
    alarm(0); /* of the preparation: this process only waits now */
    share(arguments[1]);
    fs_tape_free(&image);
    printf("%s: %ld of %ld bits turned over, %ld seen as damage: %ld bad\n", arguments[1], bench->states, bench->points, bench->hits, bench->bad);
    clear_bench();
    return bench->bad > 0 || bench->hits == 0;
}
