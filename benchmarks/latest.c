/* latest.c: finding the latest checkpoint among 100,000, in a process that has just begun.
 *
 * Each number is the median of fresh processes, from before the storage is opened: its pages are in memory, but
 * nothing of them in the process. */
#include "measure.h"

#include <jansson.h>

enum { CHECKPOINTS = 100000, PROCESSES = 15, QUESTIONS = 5 };
static const char *const questions[QUESTIONS] = {
    "wf_storage_latest", "wf_storage_latest of a workflow", "wf_storage_runs, one run: its head", "wf_storage_find, one run: its last",
    "wf_storage_summary of the last"};

static wf_status_t count(void *user_data, wf_context_t *context, const char *input, size_t length) {
    char text[24];
    long *left = user_data;
    wf_status_t status;
    (void)input, (void)length;
    if (--*left == 0) return WF_OK;
    snprintf(text, sizeof text, "%ld", *left);
    status = wf_context_set_state(context, WF_SCOPE_EXECUTOR, "count", text, WF_NUL, NULL);
    return status < 0 ? status : wf_context_send(context, NULL, text, WF_NUL, NULL);
}

/* So many runs of equal length, one after another; each has one more checkpoint than supersteps, from its start. */
static void fill(const place_t *place, long runs) {
    long left;
    wf_workflow_t *workflow = self_loop(count, &left);
    wf_storage_t *storage = opened(place->url);
    for (long i = 0; i < runs; i++) {
        char run_id[32];
        snprintf(run_id, sizeof run_id, "run %ld", i);
        left = CHECKPOINTS / runs - 1;
        finish(started(workflow, storage, run_id, WF_DURABILITY_PROCESS));
    }
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

/* The id of the entry of an answer. */
static char *first_id(const char *json) {
    json_t *answer = json_loads(json, 0, NULL);
    char *id = strdup(json_string_value(json_object_get(json_array_get(json_object_get(answer, "checkpoints"), 0), "checkpoint_id")));
    json_decref(answer);
    return id;
}

/* In a process of its own: each question beside a storage that was opened for it; milliseconds. */
static int answer(const char *url, const char *run_id) {
    char query[256], *last = NULL;
    snprintf(query, sizeof query, "{\"run_id\": \"%s\", \"limit\": 1}", run_id);
    for (int question = 0; question < QUESTIONS; question++) {
        wf_error_t *error = NULL;
        char *found = NULL;
        double start = now();
        wf_storage_t *storage = opened(url);
        if (question < 2) must(wf_storage_latest(storage, question == 1 ? "loop" : NULL, &found, &error), error);
        if (question == 2) must(wf_storage_runs(storage, query, &found, NULL, &error), error);
        if (question == 3) must(wf_storage_find(storage, query, &found, NULL, &error), error);
        if (question == 4) must(wf_storage_summary(storage, last, &found, NULL, &error), error);
        printf("%f\n", (now() - start) * 1e3);
        if (question == 3) last = first_id(found);
        wf_free(found);
        wf_storage_free(storage);
    }
    free(last);
    return 0;
}

static void report(long runs) {
    double answers[QUESTIONS][PROCESSES];
    place_t place = new_place("sqlite", "latest");
    char run_id[32];
    snprintf(run_id, sizeof run_id, "run %ld", runs / 2);
    fill(&place, runs);
    printf("%ld runs of %ld checkpoints, %lld MB\n", runs, CHECKPOINTS / runs, size_of(&place) / 1000000);
    for (int i = 0; i < PROCESSES; i++) {
        double one[QUESTIONS];
        ask((const char *[]){"answer", place.url, run_id, NULL}, one, QUESTIONS);
        for (int question = 0; question < QUESTIONS; question++) answers[question][i] = one[question];
    }
    for (int question = 0; question < QUESTIONS; question++)
    {
        double middle = median(answers[question], PROCESSES);
        printf("    open and %-36s %8.2f ms   (%.2f to %.2f)\n", questions[question], middle, answers[question][0],
               answers[question][PROCESSES - 1]);
    }
    discard(&place);
}

int main(int count, char **words) {
    if (count == 4 && strcmp(words[1], "answer") == 0) return answer(words[2], words[3]);
    printf("the latest of %d checkpoints, sqlite:, in a fresh process; at most 5 ms\n", CHECKPOINTS);
    fflush(stdout);
    report(1);
    report(1000);
    return 0;
}
