/* Executors give their state to each checkpoint and get it back: at once, later, or not at all. */
#include "story.h"

/* An executor with a state of its own, and what it saw of its callbacks. */
struct clerk {
    int number;            /* its state */
    int saves, restores;   /* how often it was asked */
    wf_status_t on_save, on_restore;
    wf_context_t *waiting; /* of a save or restore that goes pending */
};

static wf_status_t count(void *user_data, wf_context_t *context, const char *input, size_t length) {
    struct clerk *clerk = user_data;

    clerk->number++;
    return wf_context_send(context, NULL, input, length, NULL);
}

static wf_status_t save(void *user_data, wf_context_t *context, const char *input, size_t length) {
    struct clerk *clerk = user_data;
    char text[32];

    (void)input, (void)length;
    clerk->saves++;
    clerk->waiting = context;
    snprintf(text, sizeof text, "{\"n\": %d}", clerk->number);
    CHECK_OK(wf_context_save(context, text, WF_NUL, &error));
    if (clerk->on_save < 0) wf_context_fail(context, NULL, "the pen is empty", WF_NUL);
    return clerk->on_save;
}

static wf_status_t restore(void *user_data, wf_context_t *context, const char *input, size_t length) {
    struct clerk *clerk = user_data;

    CHECK(strlen(input) == length);
    clerk->restores++;
    clerk->waiting = context;
    CHECK(sscanf(input, "{\"n\": %d}", &clerk->number) == 1);
    if (clerk->on_restore < 0) wf_context_fail(context, NULL, "the file is wet", WF_NUL);
    return clerk->on_restore;
}

/* "clerk" goes on to "last", which only puts out. */
static wf_workflow_t *office(struct clerk *clerk, uint32_t flags) {
    wf_executor_t executor = WF_EXECUTOR_INIT;
    wf_builder_t *builder;

    executor.flags = flags;
    executor.invoke = count;
    executor.save = save;
    executor.restore = restore;
    executor.user_data = clerk;
    builder = story_of("clerk", &executor);
    add(builder, "last", echo);
    CHECK_OK(wf_builder_add_edge(builder, "clerk", "last", NULL, &error));
    return built(builder);
}

static wf_storage_t *in_memory(void) {
    wf_storage_t *storage = NULL;

    CHECK_OK(wf_storage_open("memory:", &storage, &error));
    return storage;
}

static wf_run_t *resumed(wf_workflow_t *workflow, wf_storage_t *storage) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;

    options.storage = storage;
    CHECK_OK(wf_run_resume(workflow, &options, NULL, &run, &error));
    return run;
}

static void asked_when_it_ran_or_always(void) {
    struct clerk seldom = {0}, always = {0};
    wf_storage_t *storage = in_memory();
    wf_workflow_t *first = office(&seldom, 0), *second = office(&always, WF_SAVE_ALWAYS);

    tell(first, storage, "1");
    tell(second, storage, "1");
    CHECK(seldom.saves == 2);
    CHECK(always.saves == 3);
    tell(first, NULL, "1");
    CHECK(seldom.saves == 2);
    wf_workflow_free(first);
    wf_workflow_free(second);
    wf_storage_free(storage);
}

static void gets_back_what_it_gave(void) {
    struct clerk before = {.number = 41}, after = {0};
    wf_storage_t *storage = in_memory();
    wf_workflow_t *first = office(&before, 0), *second = office(&after, 0);

    tell(first, storage, "1");
    wf_run_t *run = resumed(second, storage);
    CHECK(after.restores == 0);
    CHECK_STATUS(WF_DONE, drive(run).end);
    CHECK(after.restores == 1 && after.number == 42);
    wf_run_free(run);
    wf_workflow_free(first);
    wf_workflow_free(second);
    wf_storage_free(storage);
}

static void a_save_that_fails(void) {
    struct clerk clerk = {0};
    wf_storage_t *storage = in_memory();
    wf_workflow_t *workflow = office(&clerk, 0);
    wf_run_t *run = started(workflow, storage, "\"bread\"");

    wf_event_free(drive_to(run, WF_EVENT_CHECKPOINT));
    clerk.on_save = WF_E_HOST - 5;
    struct told told = drive(run);
    CHECK(strstr(wf_error_details(error, NULL), "\"clerk\"") != NULL);
    CHECK_FAILS(WF_E_HOST - 5, told.end, "the pen is empty");
    CHECK(told.kinds[WF_EVENT_SUPERSTEP_COMPLETED] == 0 && told.kinds[WF_EVENT_FAILED] == 1);
    CHECK(wf_run_superstep(run) == 0 && count_checkpoints(storage) == 1);
    wf_run_free(run);

    clerk.on_save = WF_OK;
    run = resumed(workflow, storage);
    told = drive(run);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK_TEXT("\"bread\"", told.output);
    wf_run_free(run);
    wf_workflow_free(workflow);
    wf_storage_free(storage);
}

static void a_restore_that_fails(void) {
    struct clerk clerk = {0};
    wf_storage_t *storage = in_memory();
    wf_workflow_t *workflow = office(&clerk, 0);

    tell(workflow, storage, "1");
    clerk.on_restore = WF_E_HOST - 6;
    wf_run_t *run = resumed(workflow, storage);
    struct told told = drive(run);
    CHECK(strstr(wf_error_details(error, NULL), "\"clerk\"") != NULL);
    CHECK_FAILS(WF_E_HOST - 6, told.end, "the file is wet");
    CHECK(wf_run_state(run) == WF_RUN_FAILED && told.kinds[WF_EVENT_EXECUTOR_INVOKED] == 0);
    CHECK(count_checkpoints(storage) == 3);
    wf_run_free(run);
    clerk.on_restore = WF_OK;
    run = resumed(workflow, storage);
    CHECK_STATUS(WF_DONE, drive(run).end);
    wf_run_free(run);
    wf_workflow_free(workflow);
    wf_storage_free(storage);
}

/* Drives until something pending is all that is left, and finishes it. */
static void finish_what_waits(wf_run_t *run, struct clerk *clerk, wf_status_t status) {
    wf_event_t *event = NULL;
    wf_status_t answer;

    while ((answer = wf_run_next(run, 0, &event, &error)) == WF_OK) wf_event_free(event);
    CHECK_STATUS(WF_TIMEOUT, answer);
    CHECK_OK(wf_context_finish(clerk->waiting, status, &error));
}

static void saves_and_restores_that_take_their_time(void) {
    struct clerk clerk = {.on_save = WF_PENDING, .on_restore = WF_PENDING};
    wf_storage_t *storage = in_memory();
    wf_workflow_t *workflow = office(&clerk, 0);
    wf_run_t *run = started(workflow, storage, "1");

    finish_what_waits(run, &clerk, WF_OK);
    CHECK(count_checkpoints(storage) == 0);
    finish_what_waits(run, &clerk, WF_OK);
    CHECK(count_checkpoints(storage) == 1);
    CHECK_STATUS(WF_DONE, drive(run).end);
    CHECK(count_checkpoints(storage) == 3 && clerk.saves == 2);
    wf_run_free(run);

    clerk.number = 0;
    run = resumed(workflow, storage);
    finish_what_waits(run, &clerk, WF_OK);
    CHECK_STATUS(WF_DONE, drive(run).end);
    CHECK(clerk.number == 1 && clerk.restores == 1);
    wf_run_free(run);
    wf_workflow_free(workflow);
    wf_storage_free(storage);
}

int main(void) {
    RUN(asked_when_it_ran_or_always);
    RUN(gets_back_what_it_gave);
    RUN(a_save_that_fails);
    RUN(a_restore_that_fails);
    RUN(saves_and_restores_that_take_their_time);
    FINISH();
}
