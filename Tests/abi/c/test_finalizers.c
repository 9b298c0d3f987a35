/* A finalizer runs exactly once: when a registration fails, and in any order of frees. */
#include "story.h"

static int finalized;

static void finalize(void *user_data) {
    CHECK(user_data == &finalized);
    finalized++;
}

static wf_executor_t counted_executor(void) {
    wf_executor_t executor = WF_EXECUTOR_INIT;

    executor.invoke = echo;
    executor.user_data = &finalized;
    executor.finalizer = finalize;
    return executor;
}

static int32_t never(void *user_data, const char *message, size_t length) {
    (void)user_data, (void)message, (void)length;
    return 0;
}

static wf_condition_t counted_condition(const char *name) {
    wf_condition_t condition = WF_CONDITION_INIT;

    condition.name = name;
    condition.evaluate = never;
    condition.user_data = &finalized;
    condition.finalizer = finalize;
    return condition;
}

#define CHECK_FINALIZES(times, status, call, ...) \
    do { \
        finalized = 0; \
        CHECK_FAILS(status, call, __VA_ARGS__); \
        CHECK(finalized == (times)); \
    } while (0)

static void a_registration_that_fails(void) {
    wf_builder_t *builder = story(echo);
    wf_builder_t *wrong = (wf_builder_t *)&finalized;
    wf_executor_t executor = counted_executor();
    wf_condition_t condition = counted_condition("condition");
    struct { wf_executor_t known; uint64_t unknown; } larger = {counted_executor(), 1};

    CHECK_FINALIZES(1, WF_E_MISUSE, wf_builder_add_executor(NULL, "x", &executor, &error), "builder");
    CHECK_FINALIZES(1, WF_E_MISUSE, wf_builder_add_executor(wrong, "x", &executor, &error), "builder");
    CHECK_FINALIZES(1, WF_E_MISUSE, wf_builder_add_executor(builder, NULL, &executor, &error), "id");
    CHECK_FINALIZES(1, WF_E_INVALID, wf_builder_add_executor(builder, "", &executor, &error), "empty");
    CHECK_FINALIZES(1, WF_E_INVALID, wf_builder_add_executor(builder, "\xFF", &executor, &error), "UTF-8");
    CHECK_FINALIZES(1, WF_E_EXISTS, wf_builder_add_executor(builder, "first", &executor, &error), "'first'");
    larger.known.struct_size = sizeof larger;
    CHECK_FINALIZES(1, WF_E_UNSUPPORTED, wf_builder_add_executor(builder, "new", &larger.known, &error), "newer");
    executor.invoke = NULL;
    CHECK_FINALIZES(1, WF_E_MISUSE, wf_builder_add_executor(builder, "x", &executor, &error), "invoke");

    CHECK_FINALIZES(1, WF_E_MISUSE, wf_builder_add_condition(NULL, &condition, &error), "builder");
    condition.name = NULL;
    CHECK_FINALIZES(1, WF_E_MISUSE, wf_builder_add_condition(builder, &condition, &error), "name");
    condition.name = "\xFF";
    CHECK_FINALIZES(1, WF_E_INVALID, wf_builder_add_condition(builder, &condition, &error), "UTF-8");
    condition = counted_condition("blind");
    condition.evaluate = NULL;
    CHECK_FINALIZES(1, WF_E_MISUSE, wf_builder_add_condition(builder, &condition, &error), "evaluate");
    condition = counted_condition("twice");
    finalized = 0;
    CHECK_OK(wf_builder_add_condition(builder, &condition, &error));
    CHECK_FINALIZES(1, WF_E_EXISTS, wf_builder_add_condition(builder, &condition, &error), "'twice'");
    wf_builder_free(builder);
    CHECK(finalized == 2);
}

/* One executor and one condition with finalizers, and everything that hangs on them. */
struct things {
    wf_builder_t *builder;
    wf_workflow_t *workflow;
    wf_storage_t *storage;
    wf_run_t *run;
    wf_event_t *event;
};

enum { THINGS = 5 };

static struct things make(int driven) {
    struct things all = {0};
    wf_executor_t executor = counted_executor();
    wf_condition_t condition = counted_condition("never");

    CHECK_OK(wf_builder_new("story", &all.builder, &error));
    CHECK_OK(wf_builder_add_executor(all.builder, "only", &executor, &error));
    CHECK_OK(wf_builder_add_condition(all.builder, &condition, &error));
    CHECK_OK(wf_builder_add_edge(all.builder, "only", "only", "never", &error));
    CHECK_OK(wf_builder_set_start(all.builder, "only", &error));
    CHECK_OK(wf_builder_build(all.builder, &all.workflow, &error));
    CHECK_OK(wf_storage_open("memory:", &all.storage, &error));
    all.run = started(all.workflow, all.storage, "1");
    for (int i = 0; i < driven; i++) {
        wf_event_free(all.event);
        CHECK_OK(wf_run_next(all.run, 0, &all.event, &error));
    }
    return all;
}

static void free_one(struct things *all, int which) {
    switch (which) {
    case 0: wf_builder_free(all->builder); break;
    case 1: wf_workflow_free(all->workflow); break;
    case 2: wf_storage_free(all->storage); break;
    case 3: wf_run_free(all->run); break;
    default: wf_event_free(all->event); break;
    }
}

/* Frees in the order that `number` stands for among the 120 orders of five. */
static void free_in_order(struct things *all, int number) {
    int left[THINGS] = {0, 1, 2, 3, 4};

    for (int count = THINGS; count > 0; count--) {
        int at = number % count;

        number /= count;
        if (left[at] < 2 || left[at] == 3) CHECK(finalized == 0);
        free_one(all, left[at]);
        left[at] = left[count - 1];
    }
}

static void every_order_of_frees(void) {
    for (int driven = 1; driven <= 5; driven += 4) {
        for (int order = 0; order < 120; order++) {
            struct things all = make(driven);

            finalized = 0;
            free_in_order(&all, order);
            CHECK(finalized == 2);
        }
    }
}

static void a_builder_that_never_built(void) {
    wf_builder_t *builder = NULL;
    wf_executor_t executor = counted_executor();

    finalized = 0;
    CHECK_OK(wf_builder_new("story", &builder, &error));
    CHECK_OK(wf_builder_add_executor(builder, "x", &executor, &error));
    CHECK(finalized == 0);
    wf_builder_free(builder);
    CHECK(finalized == 1);
}

/* A context that waits keeps the code it came from; finishing it is the last use. */
static wf_status_t leave(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)input, (void)length;
    *(wf_context_t **)user_data = context;
    return WF_PENDING;
}

static void finalize_context(void *user_data) {
    *(wf_context_t **)user_data = NULL;
    finalized++;
}

static void a_context_that_waits(void) {
    wf_context_t *waiting = NULL, *context;
    wf_executor_t executor = WF_EXECUTOR_INIT;
    wf_event_t *event = NULL;

    finalized = 0;
    executor.invoke = leave;
    executor.user_data = &waiting;
    executor.finalizer = finalize_context;
    wf_workflow_t *workflow = built(story_of("slow", &executor));
    wf_run_t *run = started(workflow, NULL, "1");
    while (wf_run_next(run, 0, &event, &error) == WF_OK) wf_event_free(event);
    wf_workflow_free(workflow);
    wf_run_free(run);
    context = waiting;
    CHECK(context != NULL);
    CHECK_FAILS(WF_E_CLOSED, wf_context_finish(context, WF_OK, &error), "'slow'");
    CHECK(finalized == 1 && waiting == NULL);
}

int main(void) {
    RUN(a_registration_that_fails);
    RUN(every_order_of_frees);
    RUN(a_builder_that_never_built);
    RUN(a_context_that_waits);
    FINISH();
}
