/* Every callback calls every function of the ABI. Each answers as its manual says; nothing waits for ever. */
#include "everything.h"

#include <pthread.h>

#include "harness.h"

enum { HELPERS = 200, CODES = 6 };

static pthread_t helpers[HELPERS];
static atomic_int helper_count;

static wf_status_t on_invoke(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data, (void)input, (void)length;
    everything(INVOKE, context, NULL);
    return WF_OK;
}

static wf_status_t on_save(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data, (void)input, (void)length;
    everything(SAVE, context, NULL);
    return WF_OK;
}

static wf_status_t on_restore(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data, (void)input, (void)length;
    everything(RESTORE, context, NULL);
    return WF_OK;
}

static int32_t on_condition(void *user_data, const char *message, size_t length) {
    (void)user_data, (void)message, (void)length;
    everything(CONDITION, NULL, NULL);
    return 1;
}

static wf_status_t on_select(void *user_data, const char *message, size_t length, wf_selection_t *selection) {
    (void)user_data, (void)message, (void)length;
    everything(SELECTOR, NULL, selection);
    wf_selection_add(selection, "later", NULL);
    return wf_selection_add(selection, "polled", NULL);
}

/* Another thread does what a callback would do, and finishes. */
static void *help(void *user_data) {
    everything(INVOKE, user_data, NULL);
    IS(wf_context_finish(user_data, WF_OK, NULL), WF_OK);
    return NULL;
}

static wf_status_t on_invoke_later(void *user_data, wf_context_t *context, const char *input, size_t length) {
    int number = atomic_fetch_add(&helper_count, 1);

    (void)user_data, (void)input, (void)length;
    if (number >= HELPERS || pthread_create(&helpers[number], NULL, help, context) != 0) return WF_E_HOST;
    return WF_PENDING;
}

static void *serve(void *user_data) {
    wf_context_t *context = NULL;
    wf_status_t status;

    (void)user_data;
    while ((status = wf_run_poll(world.run, -1, &context, NULL)) == WF_OK) help(context);
    IS(status, WF_DONE);
    return NULL;
}

/* first goes to second if the condition says so, and to later (pending) and polled if the selector does. */
static void make_the_world(void) {
    const char *choice[] = {"later", "polled"};
    wf_executor_t executor = WF_EXECUTOR_INIT;
    wf_condition_t condition = WF_CONDITION_INIT;
    wf_selector_t selector = WF_SELECTOR_INIT;
    wf_builder_t *builder = NULL;

    executor.invoke = on_invoke;
    executor.save = on_save;
    executor.restore = on_restore;
    executor.finalizer = on_finalizer;
    condition.name = "c";
    condition.evaluate = on_condition;
    condition.finalizer = on_finalizer;
    selector.name = "s";
    selector.select = on_select;
    selector.finalizer = on_finalizer;
    atomic_store(&owed, CODES);
    CHECK_OK(wf_builder_new("world", &builder, &error));
    CHECK_OK(wf_builder_add_executor(builder, "first", &executor, &error));
    CHECK_OK(wf_builder_add_executor(builder, "second", &executor, &error));
    executor.invoke = on_invoke_later;
    CHECK_OK(wf_builder_add_executor(builder, "later", &executor, &error));
    executor.invoke = NULL;
    executor.flags = WF_POLLED;
    CHECK_OK(wf_builder_add_executor(builder, "polled", &executor, &error));
    CHECK_OK(wf_builder_add_condition(builder, &condition, &error));
    CHECK_OK(wf_builder_add_selector(builder, &selector, &error));
    CHECK_OK(wf_builder_add_edge(builder, "first", "second", "c", &error));
    CHECK_OK(wf_builder_add_multi_selection_edges(builder, "first", choice, 2, "s", &error));
    CHECK_OK(wf_builder_set_start(builder, "first", &error));
    CHECK_OK(wf_builder_build(builder, &world.workflow, &error));
    wf_builder_free(builder);
    CHECK_OK(wf_storage_open("memory:", &world.storage, &error));
}

/* Drives the run to its rest. Others drive it too, from their callbacks. */
static void drive_the_world(void) {
    pthread_t clerk;
    wf_status_t status;

    CHECK_OK(set_wake(world.run));
    CHECK(pthread_create(&clerk, NULL, serve, NULL) == 0);
    do {
        wf_event_t *event = NULL;

        status = wf_run_next(world.run, 1000, &event, NULL);
        wf_event_free(event);
    } while (status == WF_OK || status == WF_E_BUSY || status == WF_TIMEOUT);
    IS(status, WF_DONE);
    pthread_join(clerk, NULL);
    /* What was left by the last of the wakes is for nobody. */
    for (int i = 0; i < atomic_load(&helper_count); i++) pthread_join(helpers[i], NULL);
    atomic_store(&helper_count, 0);
    atomic_store(&ending, 1);
    for (int i = 0; i < 250000 && atomic_load(&owed) > CODES; i++) {
        CHECK_OK(wf_run_set_wake(world.run, NULL, NULL, NULL, &error)); /* one more may have been set meanwhile */
        usleep(1000);
    }
    CHECK(atomic_load(&owed) == CODES);
    atomic_store(&ending, 0);
}

static void free_the_run(void) {
    wf_run_t *run = world.run;

    world.run = NULL;
    wf_run_free(run);
}

static void reenter_with(uint32_t threads) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_workflow_t *workflow;

    for (size_t i = 0; i < sizeof visits / sizeof *visits; i++) atomic_store(&visits[i], 0);
    atomic_store(&inputs_left, 2);
    make_the_world();
    if (threads > 0) CHECK_OK(wf_pool_new(threads, &world.pool, &error));
    options.storage = world.storage;
    options.pool = world.pool;
    CHECK_OK(wf_run_start(world.workflow, &options, "1", 1, &world.run, &error));
    drive_the_world();
    free_the_run();
    CHECK_OK(wf_run_resume(world.workflow, &options, NULL, &world.run, &error));
    CHECK_OK(wf_run_input(world.run, "2", 1, &error));
    drive_the_world();
    free_the_run();
    workflow = world.workflow;
    world.workflow = NULL;
    wf_workflow_free(workflow);
    for (int i = 0; i < 250000 && atomic_load(&owed) > 0; i++) usleep(1000);
    CHECK(atomic_load(&owed) == 0);
    wf_pool_free(world.pool);
    world.pool = NULL;
    wf_storage_free(world.storage);
    world.storage = NULL;
    for (size_t i = 0; i < sizeof visits / sizeof *visits; i++) CHECK(atomic_load(&visits[i]) > 0);
    CHECK(atomic_load(&wrong) == 0);
}

static void inline_only(void) { reenter_with(0); }
static void on_one_thread(void) { reenter_with(1); }
static void on_three_threads(void) { reenter_with(3); }

int main(void) {
    alarm(300); /* a deadlock ends the program, and with that the test */
    RUN(inline_only);
    RUN(on_one_thread);
    RUN(on_three_threads);
    FINISH();
}
