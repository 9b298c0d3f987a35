/* A descriptor and a callback tell an event loop when a run has something to do. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "story.h"

static wf_status_t leave(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)input, (void)length;
    *(wf_context_t **)user_data = context;
    return WF_PENDING;
}

static wf_workflow_t *pending_story(wf_context_t **desk) {
    wf_executor_t executor = WF_EXECUTOR_INIT;

    executor.invoke = leave;
    executor.user_data = desk;
    return built(story_of("first", &executor));
}

static wf_status_t drive_on(wf_run_t *run) {
    wf_event_t *event = NULL;
    wf_status_t status;

    while ((status = wf_run_next(run, 0, &event, NULL)) == WF_OK) wf_event_free(event);
    return status;
}

static int is_readable(int descriptor, int timeout) {
    struct pollfd query = {descriptor, POLLIN, 0};

    return poll(&query, 1, timeout) == 1 && query.revents == POLLIN;
}

static void a_descriptor(void) {
    wf_context_t *context = NULL;
    wf_workflow_t *workflow = pending_story(&context);
    wf_run_t *run = started(workflow, NULL, "1");
    int descriptor = -1, same = -1;

    CHECK_STATUS(WF_TIMEOUT, drive_on(run));
    CHECK_OK(wf_run_wake_fd(run, &descriptor, &error));
    CHECK_OK(wf_run_wake_fd(run, &same, &error));
    CHECK(descriptor >= 0 && descriptor == same);
    CHECK(fcntl(descriptor, F_GETFD) & FD_CLOEXEC && fcntl(descriptor, F_GETFL) & O_NONBLOCK);
    CHECK(!is_readable(descriptor, 0));
    CHECK_OK(wf_context_output(context, "1", 1, &error));
    CHECK(is_readable(descriptor, 1000) && is_readable(descriptor, 0));
    CHECK_STATUS(WF_TIMEOUT, drive_on(run));
    CHECK(!is_readable(descriptor, 0));
    CHECK_OK(wf_context_finish(context, WF_OK, &error));
    CHECK(is_readable(descriptor, 1000));
    CHECK_STATUS(WF_DONE, drive_on(run));
    CHECK(!is_readable(descriptor, 0));
    CHECK_OK(wf_run_input(run, "2", 1, &error));
    CHECK(is_readable(descriptor, 1000));
    CHECK_OK(wf_run_cancel(run, NULL, &error));
    CHECK_STATUS(WF_E_CANCELLED, drive_on(run));
    CHECK(!is_readable(descriptor, 0));
    wf_run_free(run);
    CHECK(fcntl(descriptor, F_GETFD) == -1 && errno == EBADF);
    wf_workflow_free(workflow);
}

struct bell {
    atomic_int rings, ends;
};

static void ring(void *user_data) { atomic_fetch_add(&((struct bell *)user_data)->rings, 1); }
static void end(void *user_data) { atomic_fetch_add(&((struct bell *)user_data)->ends, 1); }

static void a_callback(void) {
    struct bell first = {0}, second = {0}, wrong = {0};
    wf_context_t *context = NULL;
    wf_workflow_t *workflow = pending_story(&context);
    wf_run_t *run = started(workflow, NULL, "1");

    CHECK_STATUS(WF_TIMEOUT, drive_on(run));
    CHECK_OK(wf_run_set_wake(run, ring, &first, end, &error));
    CHECK(first.rings == 0);
    CHECK_OK(wf_context_output(context, "1", 1, &error));
    CHECK_OK(wf_run_input(run, "2", 1, &error));
    CHECK(first.rings == 1 && first.ends == 0);
    CHECK_OK(wf_run_set_wake(run, ring, &second, end, &error)); /* two reports wait */
    CHECK(first.ends == 1 && second.rings == 1);
    CHECK_STATUS(WF_TIMEOUT, drive_on(run));
    CHECK_OK(wf_context_finish(context, WF_OK, &error));
    CHECK(first.rings == 1 && second.rings == 2);
    CHECK_STATUS(WF_TIMEOUT, drive_on(run));
    CHECK_OK(wf_run_set_wake(run, NULL, NULL, NULL, &error));
    CHECK(second.ends == 1);
    CHECK_OK(wf_run_set_wake(run, ring, &first, end, &error));
    wf_run_free(run);
    CHECK(first.ends == 2);
    CHECK_FAILS(WF_E_CLOSED, wf_context_finish(context, WF_OK, &error), "run");
    CHECK(first.rings == 1 && second.rings == 2);
    CHECK_FAILS(WF_E_MISUSE, wf_run_set_wake(NULL, ring, &wrong, end, &error), "run", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_run_set_wake((wf_run_t *)workflow, ring, &wrong, end, &error), "run");
    CHECK(wrong.ends == 2 && wrong.rings == 0);
    CHECK_FAILS(WF_E_MISUSE, wf_run_wake_fd(NULL, &(int){0}, &error), "run", "NULL");
    run = started(workflow, NULL, "1");
    CHECK_FAILS(WF_E_MISUSE, wf_run_wake_fd(run, NULL, &error), "descriptor", "NULL");
    wf_run_free(run);
    wf_workflow_free(workflow);
}

/* One thread drives many runs that share a pool; it sleeps until a callback says that there is something to do. */
enum { RUNS = 40 };

struct loop {
    sem_t work;
};

static void post(void *user_data) { sem_post(&((struct loop *)user_data)->work); }

static wf_status_t linger(void *user_data, wf_context_t *context, const char *input, size_t length) {
    usleep(200);
    return relay(user_data, context, input, length);
}

static void one_driver_for_all(void) {
    wf_workflow_t *workflow = built(story_of_two(linger, echo));
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *runs[RUNS];
    struct loop loop;
    int done = 0;

    sem_init(&loop.work, 0, 1);
    CHECK_OK(wf_pool_new(4, &options.pool, &error));
    for (int i = 0; i < RUNS; i++) {
        CHECK_OK(wf_run_start(workflow, &options, "1", 1, &runs[i], &error));
        CHECK_OK(wf_run_set_wake(runs[i], post, &loop, NULL, &error));
    }
    while (done < RUNS) {
        sem_wait(&loop.work);
        done = 0;
        for (int i = 0; i < RUNS; i++) done += drive_on(runs[i]) == WF_DONE;
    }
    for (int i = 0; i < RUNS; i++) {
        CHECK(wf_run_state(runs[i]) == WF_RUN_IDLE && wf_run_superstep(runs[i]) == 2);
        wf_run_free(runs[i]);
    }
    wf_pool_free(options.pool);
    wf_workflow_free(workflow);
}

/* Replacing and removing callbacks while eight threads ring: each is let go of once, and none is called after that. */
enum { RINGERS = 8 };

struct hanging {
    atomic_int gone;
};

static atomic_int late, released;

static void use(void *user_data) {
    if (atomic_load(&((struct hanging *)user_data)->gone)) atomic_fetch_add(&late, 1);
    usleep(1);
    if (atomic_load(&((struct hanging *)user_data)->gone)) atomic_fetch_add(&late, 1);
}

static void release(void *user_data) {
    atomic_store(&((struct hanging *)user_data)->gone, 1);
    atomic_fetch_add(&released, 1);
}

static void *ring_often(void *user_data) {
    for (int i = 0; i < 300; i++) wf_run_input(user_data, "1", 1, NULL);
    return NULL;
}

static void replaced_while_ringing(void) {
    wf_workflow_t *workflow = built(story(echo));
    wf_run_t *run = started(workflow, NULL, "1");
    struct hanging *all = calloc(200, sizeof *all);
    pthread_t threads[RINGERS];
    wf_event_t *event = NULL;

    for (int i = 0; i < RINGERS; i++) CHECK(pthread_create(&threads[i], NULL, ring_often, run) == 0);
    for (int i = 0; i < 200; i++) {
        CHECK_OK(wf_run_set_wake(run, i % 5 == 4 ? NULL : use, &all[i], release, &error));
        if (wf_run_next(run, 0, &event, &error) == WF_OK) wf_event_free(event);
    }
    for (int i = 0; i < RINGERS; i++) pthread_join(threads[i], NULL);
    wf_run_free(run);
    CHECK(released == 200 && late == 0);
    wf_workflow_free(workflow);
    free(all);
}

static wf_status_t twice(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    return wf_context_attempt(context) == 1 ? fail(NULL, context, input, length) : WF_OK;
}

/* Nobody brings the end of a pause: the descriptor knows it, also one that is first asked for during the pause. */
static void a_pause_is_over(int asks_before) {
    wf_builder_t *builder = story(twice);
    wf_retry_t retry = WF_RETRY_INIT;
    wf_workflow_t *workflow;
    wf_run_t *run;
    int descriptor = -1;

    retry.delay_ms = 50;
    CHECK_OK(wf_builder_set_retry(builder, "first", &retry, &error));
    workflow = built(builder);
    run = started(workflow, NULL, "1");
    if (asks_before) CHECK_OK(wf_run_wake_fd(run, &descriptor, &error));
    CHECK_STATUS(WF_TIMEOUT, drive_on(run));
    if (!asks_before) CHECK_OK(wf_run_wake_fd(run, &descriptor, &error));
    CHECK(!is_readable(descriptor, 0));
    CHECK(is_readable(descriptor, 5000));
    CHECK_STATUS(WF_DONE, drive_on(run));
    CHECK(!is_readable(descriptor, 0));
    wf_run_free(run);
    wf_workflow_free(workflow);
}

static void asked_before_the_pause(void) { a_pause_is_over(1); }
static void asked_during_the_pause(void) { a_pause_is_over(0); }

int main(void) {
    RUN(a_descriptor);
    RUN(asked_before_the_pause);
    RUN(asked_during_the_pause);
    RUN(a_callback);
    RUN(one_driver_for_all);
    RUN(replaced_while_ringing);
    FINISH();
}
