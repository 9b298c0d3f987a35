/* Messages are handled on the threads of a pool, for many runs at a time; the checkpoints do not show it. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "story.h"

static wf_pool_t *new_pool(uint32_t threads) {
    wf_pool_t *pool = NULL;

    CHECK_OK(wf_pool_new(threads, &pool, &error));
    return pool;
}

static wf_run_t *started_on(wf_pool_t *pool, wf_workflow_t *workflow, const char *input) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;

    options.pool = pool;
    CHECK_OK(wf_run_start(workflow, &options, input, WF_NUL, &run, &error));
    return run;
}

static pthread_t driver;

static wf_status_t echo_there(void *user_data, wf_context_t *context, const char *input, size_t length) {
    sigset_t blocked;

    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    if (pthread_equal(driver, pthread_self()) || !sigismember(&blocked, SIGTERM)) return WF_E_HOST;
    return echo(user_data, context, input, length);
}

static void another_thread(void) {
    wf_workflow_t *workflow = built(story(echo_there));
    wf_pool_t *pool = new_pool(2);
    wf_run_t *run = started_on(pool, workflow, "\"there\"");

    driver = pthread_self();
    wf_pool_free(pool);
    struct told told = drive(run);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK_TEXT("\"there\"", told.output);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static void what_is_no_pool(void) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_workflow_t *workflow = built(story(echo));
    wf_pool_t *pool = (wf_pool_t *)workflow;
    wf_run_t *run = NULL;

    CHECK_FAILS(WF_E_INVALID, wf_pool_new(0, &pool, &error), "0", "1024");
    CHECK(pool == NULL);
    CHECK_FAILS(WF_E_INVALID, wf_pool_new(1025, &pool, &error), "1025", "1024");
    CHECK_FAILS(WF_E_INVALID, wf_pool_new(UINT32_MAX, &pool, &error), "4294967295");
    CHECK_FAILS(WF_E_MISUSE, wf_pool_new(1, NULL, &error), "pool", "NULL");
    options.pool = (wf_pool_t *)workflow;
    CHECK_FAILS(WF_E_MISUSE, wf_run_start(workflow, &options, "1", 1, &run, &error), "pool");
    wf_pool_free(NULL);
    wf_pool_free((wf_pool_t *)workflow);
    CHECK_TEXT("[1]", tell(workflow, NULL, "[1]").output);
    wf_workflow_free(workflow);
}

/* Every order of freeing builder, workflow, pool and run: the host's code goes once, when the last of them does. */
static int finalized;

static void finalize(void *user_data) { finalized += *(int *)user_data; }

static void any_order_of_frees(void) {
    int one = 1;

    for (int order = 0; order < 24; order++) {
        wf_executor_t executor = WF_EXECUTOR_INIT;
        int left[] = {0, 1, 2, 3}, rest = order;

        finalized = 0;
        executor.invoke = echo;
        executor.user_data = &one;
        executor.finalizer = finalize;
        wf_builder_t *builder = story_of("first", &executor);
        wf_workflow_t *workflow = NULL;
        CHECK_OK(wf_builder_build(builder, &workflow, &error));
        wf_pool_t *pool = new_pool(2);
        wf_run_t *run = started_on(pool, workflow, "1");
        wf_event_t *event = drive_to(run, WF_EVENT_EXECUTOR_INVOKED);
        for (int count = 4; count > 0; count--) {
            int at = rest % count;

            rest /= count;
            if (left[at] == 0) wf_builder_free(builder);
            if (left[at] == 1) wf_workflow_free(workflow);
            if (left[at] == 2) wf_pool_free(pool);
            if (left[at] == 3) wf_run_free(run);
            left[at] = left[count - 1];
        }
        wf_event_free(event);
        CHECK(finalized == 1);
    }
}

/* A callback may free its own run, and with it the pool that it runs on. */
struct suicide {
    _Atomic(wf_run_t *) run;
    wf_pool_t *pool;
    wf_workflow_t *workflow;
};

static atomic_int ended;

static void end(void *user_data) {
    free(user_data);
    atomic_fetch_add(&ended, 1);
}

static wf_status_t free_all(void *user_data, wf_context_t *context, const char *input, size_t length) {
    struct suicide *all = user_data;
    wf_run_t *run;

    while ((run = atomic_load(&all->run)) == NULL) usleep(100);
    wf_pool_free(all->pool);
    wf_workflow_free(all->workflow);
    wf_run_free(run);
    return wf_context_output(context, input, length, NULL) == WF_E_CLOSED ? WF_OK : WF_E_HOST;
}

static void freed_from_inside(void) {
    for (int i = 0; i < 10; i++) {
        struct suicide *all = calloc(1, sizeof *all);
        wf_executor_t executor = WF_EXECUTOR_INIT;
        wf_event_t *event = NULL;

        executor.invoke = free_all;
        executor.user_data = all;
        executor.finalizer = end;
        all->workflow = built(story_of("first", &executor));
        all->pool = new_pool(1 + i % 3);
        wf_run_t *run = started_on(all->pool, all->workflow, "1");
        while (wf_run_next(run, 0, &event, &error) == WF_OK) wf_event_free(event);
        atomic_store(&all->run, run);
    }
    for (int i = 0; i < 10000 && atomic_load(&ended) < 10; i++) usleep(1000);
    CHECK(atomic_load(&ended) == 10);
}

/* Eight threads of a pool, eight that drive, and one that disturbs each run: cancels, inputs, looks; some runs are freed in
 * the middle. Callbacks re-enter. The harness is for one thread: these count for themselves. */
enum { DRIVERS = 8, RUNS = 40, SPREAD = 5 };

struct storm {
    wf_workflow_t *workflow;
    wf_pool_t *pool;
    wf_storage_t *storage;
    unsigned int seed;
    int wrong;
};

struct disturber {
    wf_run_t *run;
    unsigned int seed;
};

static wf_status_t spread(void *user_data, wf_context_t *context, const char *input, size_t length) {
    wf_status_t status = WF_OK;

    (void)user_data;
    for (int i = 0; i < 3 && status == WF_OK; i++) status = wf_context_send(context, NULL, input, length, NULL);
    return status;
}

static wf_status_t weather(void *user_data, wf_context_t *context, const char *input, size_t length) {
    const char *value = NULL;
    char *list = NULL;

    (void)user_data;
    if (wf_context_get_state(context, WF_SCOPE_SHARED, "k", &value, NULL, NULL) < 0) return WF_E_HOST;
    wf_context_set_state(context, WF_SCOPE_SHARED, "k", input, length, NULL);
    if (wf_context_is_cancelled(context)) usleep(20);
    if (wf_storage_list(user_data, NULL, &list, NULL, NULL) == WF_OK) wf_free(list);
    return wf_context_output(context, input, length, NULL) == WF_E_MISUSE ? WF_E_HOST : WF_OK;
}

static void *disturb(void *user_data) {
    struct disturber *self = user_data;

    for (int i = 0; i < 5; i++) {
        char *json = NULL;

        usleep(rand_r(&self->seed) % 300);
        switch (rand_r(&self->seed) % 8) {
        case 0: wf_run_cancel(self->run, "storm", NULL); break;
        case 1: wf_run_input(self->run, "[7]", 3, NULL); break;
        case 2: wf_run_pending_requests(self->run, &json, NULL, NULL); break;
        case 3: wf_run_checkpoint(self->run, &json, NULL, NULL); break;
        default: wf_run_state(self->run);
        }
        wf_free(json);
    }
    return NULL;
}

static void *drive_many(void *user_data) {
    struct storm *self = user_data;

    for (int i = 0; i < RUNS; i++) {
        wf_run_options_t options = WF_RUN_OPTIONS_INIT;
        wf_run_t *run = NULL;
        wf_event_t *event = NULL;
        wf_status_t status;
        int stop = rand_r(&self->seed) % 3 == 0 ? rand_r(&self->seed) % 40 : 1000000;

        options.pool = self->pool;
        options.flags = WF_RUN_CHECKPOINTS;
        status = wf_run_start(self->workflow, &options, "1", 1, &run, NULL);
        if (status != WF_OK) return NULL;
        struct disturber disturber = {run, rand_r(&self->seed)};
        pthread_t thread;
        if (pthread_create(&thread, NULL, disturb, &disturber) != 0) return NULL;
        for (int events = 0; events < stop && (status == WF_OK || status == WF_E_BUSY); events++) {
            status = wf_run_next(run, -1, &event, NULL); /* busy while the disturber asks for the checkpoint */
            wf_event_free(event);
        }
        if (status < 0 && status != WF_E_BUSY && status != WF_E_CANCELLED) self->wrong = status;
        pthread_join(thread, NULL);
        wf_run_free(run);
    }
    return NULL;
}

static void storm(void) {
    const char *targets[SPREAD] = {"b", "c", "d", "e", "f"};
    wf_builder_t *builder = story(spread);
    wf_pool_t *pool = new_pool(8);
    wf_storage_t *storage = NULL;
    pthread_t threads[DRIVERS];
    struct storm storms[DRIVERS];

    CHECK_OK(wf_storage_open("memory:", &storage, &error));
    for (int i = 0; i < SPREAD; i++) {
        wf_executor_t executor = WF_EXECUTOR_INIT;

        executor.invoke = weather;
        executor.user_data = storage;
        CHECK_OK(wf_builder_add_executor(builder, targets[i], &executor, &error));
    }
    CHECK_OK(wf_builder_add_fan_out_edges(builder, "first", targets, SPREAD, &error));
    wf_workflow_t *workflow = built(builder);
    for (int i = 0; i < DRIVERS; i++) {
        storms[i] = (struct storm){workflow, pool, storage, (unsigned int)i, 0};
        CHECK(pthread_create(&threads[i], NULL, drive_many, &storms[i]) == 0);
    }
    for (int i = 0; i < DRIVERS; i++) {
        pthread_join(threads[i], NULL);
        CHECK(storms[i].wrong == 0);
    }
    wf_pool_free(pool);
    wf_workflow_free(workflow);
    wf_storage_free(storage);
}

int main(void) {
    RUN(another_thread);
    RUN(what_is_no_pool);
    RUN(any_order_of_frees);
    RUN(freed_from_inside);
    RUN(storm);
    FINISH();
}
