/* One run, two threads: the second is told so, and nothing is lost. Many runs, many threads: no trouble. */
#include <pthread.h>
#include <semaphore.h>

#include "story.h"

/* Between the thread that drives and the one that disturbs. */
static sem_t inside, go_on;

static wf_status_t hold(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    sem_post(&inside);
    sem_wait(&go_on);
    return wf_context_output(context, input, length, NULL);
}

static void *disturb(void *user_data) {
    wf_run_t *run = user_data;
    wf_event_t *event = NULL;
    wf_error_t *own = NULL;
    char *json = NULL;
    intptr_t wrong = 0;

    sem_wait(&inside);
    wrong += wf_run_next(run, 0, &event, &own) != WF_E_BUSY || event != NULL;
    wrong += own == NULL || strstr(wf_error_message(own, NULL), wf_run_id(run)) == NULL;
    wf_error_free(own);
    wrong += wf_run_checkpoint(run, &json, NULL, NULL) != WF_E_BUSY || json != NULL;
    wrong += wf_run_state(run) != WF_RUN_IN_PROGRESS || wf_run_superstep(run) != 0;
    sem_post(&go_on);
    return (void *)wrong;
}

static void a_second_driver(void) {
    wf_workflow_t *workflow = built(story(hold));
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;
    pthread_t thread;
    void *wrong = NULL;

    sem_init(&inside, 0, 0);
    sem_init(&go_on, 0, 0);
    options.flags = WF_RUN_CHECKPOINTS;
    CHECK_OK(wf_run_start(workflow, &options, "\"mine\"", WF_NUL, &run, &error));
    CHECK(pthread_create(&thread, NULL, disturb, run) == 0);
    struct told told = drive(run);
    pthread_join(thread, &wrong);
    CHECK(wrong == NULL);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK_TEXT("\"mine\"", told.output);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

/* A run may move: each event is pulled by another thread. */
struct pull {
    wf_run_t *run;
    wf_status_t status;
};

static void *pull(void *user_data) {
    struct pull *pull = user_data;
    wf_event_t *event = NULL;

    pull->status = wf_run_next(pull->run, -1, &event, NULL);
    wf_event_free(event);
    return NULL;
}

static void a_thread_for_each_event(void) {
    wf_workflow_t *workflow = built(story_of_two(relay, echo));
    struct pull one = {started(workflow, NULL, "1"), WF_OK};

    while (one.status == WF_OK) {
        pthread_t thread;

        CHECK(pthread_create(&thread, NULL, pull, &one) == 0);
        pthread_join(thread, NULL);
    }
    CHECK_STATUS(WF_DONE, one.status);
    wf_run_free(one.run);
    wf_workflow_free(workflow);
}

/* Many threads share a workflow and a storage. The harness is for one thread: these count for themselves. */
enum { THREADS = 8, RUNS = 25 };

struct shared {
    wf_workflow_t *workflow;
    wf_storage_t *storage;
};

static void *run_many(void *user_data) {
    struct shared *shared = user_data;
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    intptr_t wrong = 0;

    options.storage = shared->storage;
    for (int i = 0; i < RUNS; i++) {
        wf_run_t *run = NULL;
        wf_event_t *event = NULL;
        wf_status_t status = wf_run_start(shared->workflow, &options, "1", 1, &run, NULL);

        while (status == WF_OK && (status = wf_run_next(run, -1, &event, NULL)) == WF_OK) wf_event_free(event);
        wrong += status != WF_DONE;
        wf_run_free(run);
    }
    return (void *)wrong;
}

static void many_runs_at_once(void) {
    struct shared shared = {built(story_of_two(relay, echo)), NULL};
    pthread_t threads[THREADS];

    CHECK_OK(wf_storage_open("memory:", &shared.storage, &error));
    for (int i = 0; i < THREADS; i++) CHECK(pthread_create(&threads[i], NULL, run_many, &shared) == 0);
    for (int i = 0; i < THREADS; i++) {
        void *wrong = NULL;

        pthread_join(threads[i], &wrong);
        CHECK(wrong == NULL);
    }
    CHECK(count_checkpoints(shared.storage) == THREADS * RUNS * 3);
    wf_storage_free(shared.storage);
    wf_workflow_free(shared.workflow);
}

int main(void) {
    RUN(a_second_driver);
    RUN(a_thread_for_each_event);
    RUN(many_runs_at_once);
    FINISH();
}
