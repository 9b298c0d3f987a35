/* One call of every function of the ABI, from wherever the host's code may be running: each must answer as its manual says,
 * and none may wait for ever. test_symbols.py looks that no function is missing here. */
#ifndef EVERYTHING_H
#define EVERYTHING_H

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <workflow.h>
#include <workflow_jansson.h>

#include <stdio.h>

/* From where. There is a context in the first three, a selection in the fourth. */
enum place { INVOKE, SAVE, RESTORE, SELECTOR, CONDITION, WAKE, STORAGE, MIGRATION, FINALIZER };

/* What all callbacks share: a run in progress and what belongs to it. */
static struct {
    wf_run_t *run;
    wf_workflow_t *workflow;
    wf_storage_t *storage;
    wf_pool_t *pool;
} world;

/* `owed`: finalizers that are still to run. Until then callbacks may be running, on threads of a pool too. */
static atomic_int wrong, visits[FINALIZER + 1], owed, inputs_left, ending;

/* How many callbacks lie around this one on this thread. What the outermost makes has callbacks like it; theirs are plain. */
static __thread int depth;

/* The places that were visited inside the outermost callback: once each is enough. */
static __thread unsigned int seen;

/* ENOUGH: visits of each place in a story. */
enum { ANY = 1000, ENOUGH = 40 };

static void expect(int line, const char *call, wf_status_t status, const wf_status_t *allowed) {
    for (; *allowed != ANY; allowed++) {
        if (*allowed == status) return;
    }
    if (atomic_fetch_add(&wrong, 1) >= 20) return;
    printf("everything.h:%d: %s\n    saw: %s\n", line, call, wf_status_name(status));
}

#define IS(call, ...) expect(__LINE__, #call, call, (const wf_status_t[]){__VA_ARGS__, ANY})
#define YES(condition) ((condition) ? (void)0 : expect(__LINE__, #condition, WF_E_INTERNAL, (const wf_status_t[]){ANY}))

static void everything(enum place place, wf_context_t *context, wf_selection_t *selection);

/* The callbacks of what is made here. */

static wf_status_t everything_echo(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    return wf_context_output(context, input, length, NULL);
}

static int32_t everything_yes(void *user_data, const char *message, size_t length) {
    (void)user_data, (void)message, (void)length;
    return 1;
}

static wf_status_t everything_pick(void *user_data, const char *message, size_t length, wf_selection_t *selection) {
    (void)user_data, (void)message, (void)length;
    return wf_selection_add(selection, "picked", NULL);
}

static void on_finalizer(void *user_data) {
    (void)user_data;
    everything(FINALIZER, NULL, NULL);
    atomic_fetch_sub(&owed, 1);
}

static void on_wake(void *user_data) {
    (void)user_data;
    everything(WAKE, NULL, NULL);
}

static wf_status_t set_wake(wf_run_t *run) {
    atomic_fetch_add(&owed, 1);
    return wf_run_set_wake(run, on_wake, NULL, on_finalizer, NULL);
}

static void ask_about_the_library(void) {
    void (*own_delete)(json_t *) = json_delete;
    const void *address = NULL;
    wf_error_t *error = NULL;

    memcpy(&address, &own_delete, sizeof address);
    YES(wf_version_number() > 0 && wf_abi_version() < 1000 && strlen(wf_version()) > 0 && strlen(wf_build_info()) > 0);
    YES(strcmp(wf_status_name(WF_E_BUSY), "WF_E_BUSY") == 0 && strlen(wf_status_text(WF_E_BUSY)) > 0);
    IS(wf_pool_new(0, NULL, &error), WF_E_MISUSE);
    IS(wf_error_status(error), WF_E_MISUSE);
    YES(strlen(wf_error_message(error, NULL)) > 0 && strlen(wf_error_details(error, NULL)) > 0);
    wf_error_free(error);
    wf_free(NULL);
    YES(wf_jansson_shared(address) == 1);
}

static wf_workflow_t *make_a_workflow(void) {
    wf_executor_t executor = WF_EXECUTOR_INIT;
    wf_condition_t condition = WF_CONDITION_INIT;
    wf_selector_t selector = WF_SELECTOR_INIT;
    wf_retry_t retry = WF_RETRY_INIT;
    const char *targets[] = {"picked", "not"}, *sources[] = {"chain", "sub"}, *conditions[] = {"c"}, *cases[] = {"case"};
    const char *chain[] = {"not", "chain"}, *fan[] = {"out", "other"};
    wf_builder_t *builder = NULL;
    wf_workflow_t *workflow = NULL, *inner = NULL;

    executor.invoke = everything_echo;
    if (depth == 1) {
        executor.finalizer = on_finalizer;
        atomic_fetch_add(&owed, 3);
    }
    IS(wf_builder_new("inner", &builder, NULL), WF_OK);
    IS(wf_builder_add_executor(builder, "in", &executor, NULL), WF_OK);
    IS(wf_builder_set_start(builder, "in", NULL), WF_OK);
    IS(wf_builder_build(builder, &inner, NULL), WF_OK);
    wf_builder_free(builder);
    IS(wf_builder_new("inside", &builder, NULL), WF_OK);
    IS(wf_builder_add_executor(builder, "picked", &executor, NULL), WF_OK);
    IS(wf_builder_add_executor(builder, "picked", &executor, NULL), WF_E_EXISTS);
    wf_builder_free(builder);
    IS(wf_builder_new("inside", &builder, NULL), WF_OK);
    executor.finalizer = NULL;
    executor.invoke = NULL;
    executor.flags = WF_POLLED;
    IS(wf_builder_add_executor(builder, "start", &executor, NULL), WF_OK);
    executor.invoke = everything_echo;
    executor.flags = 0;
    const char *others[] = {"picked", "not", "chain", "case", "default", "out", "other", "in"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        IS(wf_builder_add_executor(builder, others[i], &executor, NULL), WF_OK);
    }
    condition.name = "c";
    condition.evaluate = everything_yes;
    IS(wf_builder_add_condition(builder, &condition, NULL), WF_OK);
    selector.name = "s";
    selector.select = everything_pick;
    IS(wf_builder_add_selector(builder, &selector, NULL), WF_OK);
    IS(wf_builder_add_sub_workflow(builder, "sub", inner, 0, NULL), WF_OK);
    IS(wf_builder_set_start(builder, "start", NULL), WF_OK);
    IS(wf_builder_add_multi_selection_edges(builder, "start", targets, 2, "s", NULL), WF_OK);
    IS(wf_builder_add_switch_case_edges(builder, "start", conditions, cases, 1, "default", NULL), WF_OK);
    IS(wf_builder_add_edge(builder, "start", "sub", "c", NULL), WF_OK);
    IS(wf_builder_add_chain(builder, chain, 2, NULL), WF_OK);
    IS(wf_builder_add_fan_in_edges(builder, sources, 2, "in", NULL), WF_OK);
    IS(wf_builder_add_fan_out_edges(builder, "start", fan, 2, NULL), WF_OK);
    IS(wf_builder_set_output(builder, "out", WF_OUTPUT_DEFAULT, NULL), WF_OK);
    IS(wf_builder_set_types(builder, "out", "any|integer", NULL, "any", NULL), WF_OK);
    IS(wf_builder_set_max_supersteps(builder, 50, NULL), WF_OK);
    IS(wf_builder_set_retry(builder, "out", &retry, NULL), WF_OK);
    IS(wf_builder_set_timeout(builder, "out", 600000, NULL), WF_OK);
    IS(wf_builder_set_timeout(builder, "out", 60000, NULL), WF_OK);
    IS(wf_builder_build(builder, &workflow, NULL), WF_OK);
    wf_builder_free(builder);
    wf_workflow_free(inner);
    return workflow;
}

static void look_at_a_workflow(wf_workflow_t *workflow, wf_status_t expected) {
    wf_builder_t *builder = NULL;
    char *text = NULL;

    YES(wf_workflow_name(workflow) != NULL && wf_workflow_signature(workflow) != NULL);
    IS(wf_workflow_diagram(workflow, "mermaid", &text, NULL, NULL), expected);
    wf_free(text);
    text = NULL;
    IS(wf_workflow_definition(workflow, &text, NULL, NULL), expected);
    if (text == NULL) return;
    IS(wf_builder_parse(text, WF_NUL, &builder, NULL), WF_OK);
    wf_builder_free(builder);
    wf_free(text);
}

static void care_for_a_storage(wf_storage_t *own, const char *id) {
    char *text = NULL, *copy = NULL;

    IS(wf_storage_summary(own, id, &text, NULL, NULL), WF_OK);
    wf_free(text);
    IS(wf_storage_copy(own, id, "copied", &copy, NULL), WF_OK);
    IS(wf_storage_runs(own, "{\"run_id\": \"copied\"}", &text, NULL, NULL), WF_OK);
    wf_free(text);
    IS(wf_storage_find(own, NULL, &text, NULL, NULL), WF_OK);
    wf_free(text);
    IS(wf_storage_export(own, "copied", &text, NULL, NULL), WF_OK);
    IS(wf_storage_delete_run(own, "copied", NULL), WF_OK);
    IS(wf_storage_import(own, text, WF_NUL, NULL), WF_OK);
    wf_free(text);
    IS(wf_storage_verify(own, &text, NULL, NULL), WF_OK);
    wf_free(text);
    IS(wf_storage_prune(own, "{\"keep_last\": 1}", &text, NULL, NULL), WF_OK);
    wf_free(text);
    IS(wf_storage_delete(own, copy, NULL), WF_OK, WF_NONE);
    wf_free(copy);
}

static void use_a_storage(void) {
    wf_storage_t *own = NULL;
    char *text = NULL, *id = NULL;
    wf_status_t status = wf_storage_latest(world.storage, NULL, &id, NULL);

    IS(status, WF_OK, WF_NONE);
    IS(wf_storage_list(world.storage, NULL, &text, NULL, NULL), WF_OK);
    wf_free(text);
    IS(wf_storage_conform(NULL, &text, NULL, NULL), WF_E_MISUSE);
    IS(wf_storage_conform_task(world.storage, "no task", NULL), WF_E_INVALID);
    IS(wf_storage_open("memory:", &own, NULL), WF_OK);
    IS(wf_storage_forget(own, "nobody", NULL), WF_NONE);
    if (status == WF_OK) {
        IS(wf_storage_load(world.storage, id, &text, NULL, NULL), WF_OK);
        IS(wf_storage_save(own, text, WF_NUL, NULL), WF_OK);
        care_for_a_storage(own, id);
        IS(wf_storage_delete(own, id, NULL), WF_OK);
        wf_free(text);
    }
    wf_free(id);
    wf_storage_free(own);
}

static wf_status_t on_find(void *user_data, const char *name, wf_answer_t *answer) {
    (void)user_data, (void)name;
    everything(STORAGE, NULL, NULL);
    IS(wf_answer_set(answer, "{}", 2, NULL), WF_OK);
    IS(wf_answer_add(answer, "x", NULL), WF_OK);
    return wf_answer_fail(answer, "not really", WF_NUL);
}

static wf_status_t on_keep(void *user_data, const char *id, const char *workflow, const char *document, size_t length,
                           wf_answer_t *answer) {
    (void)workflow, (void)document, (void)length;
    return on_find(user_data, id, answer);
}

static void use_a_host_storage(void) {
    wf_storage_code_t code = WF_STORAGE_CODE_INIT;
    wf_storage_t *own = NULL;
    char *text = NULL, *id = NULL;

    code.save = on_keep;
    code.load = code.list = code.latest = code.remove = on_find;
    IS(wf_storage_new(&code, &own, NULL), WF_OK);
    IS(wf_storage_list(own, NULL, &text, NULL, NULL), WF_E_STORAGE);
    IS(wf_storage_load(own, "x", &text, NULL, NULL), WF_E_STORAGE);
    IS(wf_storage_delete(own, "x", NULL), WF_E_STORAGE);
    if (wf_storage_latest(world.storage, NULL, &id, NULL) == WF_OK && wf_storage_load(world.storage, id, &text, NULL, NULL) == WF_OK)
        IS(wf_storage_save(own, text, WF_NUL, NULL), WF_E_STORAGE);
    wf_free(id);
    wf_free(text);
    wf_storage_free(own);
}

static wf_status_t on_migration(void *user_data, const char *checkpoint, size_t length, const char *report,
                                size_t report_length, wf_migration_t *migration) {
    (void)user_data, (void)report, (void)report_length;
    everything(MIGRATION, NULL, NULL);
    IS(wf_migration_set(migration, checkpoint, length, NULL), WF_OK);
    return WF_E_HOST;
}

/* The checkpoint of a workflow, looked at from another one, which refuses it in the end. */
static void compare_and_migrate(wf_workflow_t *other, const char *checkpoint) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;
    char *report = NULL;

    if (other == NULL) return;
    IS(wf_workflow_compare(other, checkpoint, WF_NUL, &report, NULL, NULL), WF_OK);
    wf_free(report);
    options.migrate = on_migration;
    IS(wf_run_restore(other, &options, checkpoint, WF_NUL, &run, NULL), WF_E_HOST);
}

/* A run of its own, from the first to the last function. It shares the pool with the run around it. */
static void make_a_run(wf_workflow_t *workflow) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL, *copy = NULL;
    wf_event_t *event = NULL;
    wf_context_t *context = NULL;
    wf_status_t status;
    char *text = NULL;
    int32_t descriptor = -1;

    options.flags = WF_RUN_CHECKPOINTS;
    options.pool = world.pool;
    IS(wf_run_start_value(workflow, &options, NULL, &run, NULL), WF_E_MISUSE);
    IS(wf_run_start(workflow, &options, "1", 1, &run, NULL), WF_OK);
    if (run == NULL) return;
    IS(wf_run_wake_fd(run, &descriptor, NULL), WF_OK);
    if (depth == 1) IS(set_wake(run), WF_OK);
    for (int i = 0; i < 10000 && (status = wf_run_next(run, 0, &event, NULL)) != WF_DONE; i++) {
        IS(status, WF_OK, WF_TIMEOUT);
        YES(status != WF_OK || wf_event_sequence(event) > 0);
        wf_event_free(event);
        if (status == WF_OK) continue;
        status = wf_run_poll(run, 1, &context, NULL);
        IS(status, WF_OK, WF_TIMEOUT);
        if (status != WF_OK) continue;
        IS(wf_context_send(context, NULL, "2", 1, NULL), WF_OK);
        IS(wf_context_finish(context, WF_OK, NULL), WF_OK);
    }
    IS(wf_run_poll(run, -1, &context, NULL), WF_DONE);
    YES(wf_run_state(run) == WF_RUN_IDLE && wf_run_superstep(run) >= 2 && strlen(wf_run_id(run)) > 0);
    IS(wf_run_checkpoint(run, &text, NULL, NULL), WF_OK);
    IS(wf_run_restore(workflow, &options, text, WF_NUL, &copy, NULL), WF_OK);
    wf_run_free(copy);
    compare_and_migrate(world.workflow, text);
    IS(wf_run_rewind_document(run, text, WF_NUL, NULL), WF_OK);
    wf_free(text);
    IS(wf_run_rewind(run, NULL, NULL), WF_OK);
    IS(wf_run_why_waiting(run, &text, NULL, NULL), WF_OK);
    wf_free(text);
    IS(wf_run_input(run, "3", 1, NULL), WF_OK);
    IS(wf_run_input_value(run, NULL, NULL), WF_E_MISUSE);
    IS(wf_run_cancel(run, "enough", NULL), WF_OK);
    IS(wf_run_next(run, -1, &event, NULL), WF_OK, WF_E_CANCELLED);
    wf_event_free(event);
    IS(wf_run_next(NULL, 0, &event, NULL), WF_E_MISUSE);
    wf_run_free(run);
}

static void read_an_event(void) {
    wf_run_t *run = NULL;
    wf_event_t *event = NULL;
    wf_batch_t *batch = NULL;
    size_t count = 0;

    IS(wf_run_start(world.workflow, NULL, "1", 1, &run, NULL), WF_OK, WF_E_MISUSE);
    if (run == NULL) return;
    IS(wf_run_next(run, 0, &event, NULL), WF_OK);
    YES(wf_event_kind(event) == WF_EVENT_STARTED && strcmp(wf_event_kind_name(wf_event_kind(event)), "started") == 0);
    YES(wf_event_sequence(event) == 1 && wf_event_superstep(event) == 0 && wf_event_executor_id(event) == NULL);
    YES(wf_event_request_id(event) == NULL && wf_event_name(event) != NULL);
    YES(wf_event_value(event, &world) == NULL);
    YES(strcmp(wf_event_data(event, NULL), "null") == 0 && strlen(wf_event_json(event, NULL)) > 0);
    wf_event_free(event);
    IS(wf_run_next_batch(run, 0, 1, &batch, NULL), WF_OK);
    YES(wf_batch_kinds(batch) == WF_EVENT_BIT(WF_EVENT_STATUS) && wf_batch_records(batch, &count)->sequence == 2 && count == 1);
    event = wf_batch_event(batch, 0);
    YES(wf_event_sequence(event) == 2);
    wf_batch_free(batch);
    wf_event_free(event);
    wf_run_free(run);
}

/* The run that is calling, or that goes on elsewhere: nothing waits, and whatever the moment is, there is an answer. */
static void use_the_run_around(enum place place) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_context_t *context = NULL;
    wf_event_t *event = NULL;
    wf_run_t *run = world.run, *copy = NULL;
    wf_status_t status;
    char *text = NULL;
    json_t *json = NULL;
    int32_t descriptor = -1;

    if (run == NULL) return;
    status = wf_run_next(run, 0, &event, NULL);
    if (place <= RESTORE && wf_event_kind(event) < 0) IS(status, WF_E_REENTRANT);
    IS(status, WF_E_REENTRANT, WF_E_BUSY, WF_OK, WF_TIMEOUT, WF_DONE);
    wf_event_free(event);
    status = wf_run_poll(run, 0, &context, NULL);
    IS(status, WF_OK, WF_TIMEOUT, WF_DONE);
    if (status == WF_OK) IS(wf_context_finish(context, WF_OK, NULL), WF_OK);
    IS(wf_run_wake_fd(run, &descriptor, NULL), WF_OK);
    if (!atomic_load(&ending)) IS(set_wake(run), WF_OK);
    if (atomic_fetch_sub(&inputs_left, 1) > 0) IS(wf_run_input(run, "\"more\"", WF_NUL, NULL), WF_OK);
    IS(wf_run_respond(run, "nobody", "1", 1, NULL), WF_E_NOTFOUND);
    IS(wf_run_withdraw(run, "nobody", NULL), WF_E_NOTFOUND);
    IS(wf_run_pending_requests(run, &text, NULL, NULL), WF_OK);
    wf_free(text);
    text = NULL;
    YES(wf_run_state(run) >= 0 && wf_run_superstep(run) < 1000 && strlen(wf_run_id(run)) > 0);
    IS(wf_run_checkpoint(run, &text, NULL, NULL), WF_OK, WF_NONE, WF_E_BUSY);
    wf_free(text);
    text = NULL;
    IS(wf_run_why_waiting(run, &text, NULL, NULL), WF_OK, WF_E_BUSY);
    wf_free(text);
    IS(wf_run_rewind(run, "nobody", NULL), WF_E_NOTFOUND, WF_E_BUSY, WF_E_REENTRANT);
    IS(wf_run_rewind_document(run, "{}", WF_NUL, NULL), WF_E_CHECKPOINT, WF_E_BUSY, WF_E_REENTRANT);
    IS(wf_run_checkpoint_jansson(run, &json, NULL), WF_OK, WF_NONE, WF_E_BUSY);
    json_decref(json);
    options.storage = world.storage;
    options.pool = world.pool;
    IS(wf_run_resume(world.workflow, &options, NULL, &copy, NULL), WF_OK, WF_E_NOTFOUND);
    wf_run_free(copy);
}

static void use_a_context(enum place place, wf_context_t *context) {
    wf_status_t invoked = place == INVOKE ? WF_OK : WF_E_MISUSE, called = context == NULL ? WF_E_MISUSE : WF_OK;
    int first = strcmp(wf_context_executor_id(context), "first") == 0;
    const char *text = NULL;
    json_t *json = NULL;

    YES(wf_context_run_id(context) != NULL && wf_context_idempotency_key(context) != NULL);
    YES(wf_context_superstep(context) < 1000 && wf_context_input(context, NULL) != NULL);
    YES(wf_context_sources(context, NULL) != NULL && wf_context_is_cancelled(context) == 0);
    YES((wf_context_input_type(context)[0] == '\0') == (context == NULL));
    YES(wf_context_request_id(context) == NULL && strcmp(wf_context_request_data(context, NULL), "null") == 0);
    IS(wf_context_input_jansson(context, &json, NULL), called);
    json_decref(json);
    IS(wf_context_request_info(context, NULL, "\"?\"", WF_NUL, NULL, NULL), invoked);
    IS(wf_context_answer(context, "nobody", "1", 1, NULL), place == INVOKE ? WF_E_NOTFOUND : WF_E_MISUSE);
    if (!first) IS(wf_context_halt(context, NULL), invoked);
    IS(wf_context_send(context, NULL, "1", 1, NULL), invoked);
    json = json_pack("[i]", 2);
    IS(wf_context_send_jansson(context, NULL, json, NULL), invoked);
    IS(wf_context_output(context, "1", 1, NULL), invoked);
    IS(wf_context_output_jansson(context, json, NULL), invoked);
    json_decref(json);
    IS(wf_context_emit(context, "mine", "1", 1, NULL), invoked);
    IS(wf_context_set_state(context, WF_SCOPE_SHARED, "k", "1", 1, NULL), invoked);
    IS(wf_context_append(context, WF_SCOPE_EXECUTOR, "list", "1", 1, NULL), invoked);
    IS(wf_context_get_state(context, WF_SCOPE_SHARED, "k", &text, NULL, NULL), called, context == NULL ? WF_E_MISUSE : WF_NONE);
    IS(wf_context_state_keys(context, WF_SCOPE_SHARED, NULL, &text, NULL, NULL), called);
    IS(wf_context_delete_state(context, WF_SCOPE_SHARED, "k", NULL), invoked);
    IS(wf_context_clear_state(context, WF_SCOPE_EXECUTOR, NULL), invoked);
    IS(wf_context_remember(context, "k", "1", 1, NULL), invoked);
    IS(wf_context_recall(context, "k", &text, NULL, NULL), invoked);
    IS(wf_context_give_up(context, NULL), invoked);
    IS(wf_context_keep_alive(context, NULL), called);
    IS(wf_context_send_value(context, NULL, NULL, NULL), WF_E_MISUSE);
    IS(wf_context_output_value(context, NULL, NULL), WF_E_MISUSE);
    YES(wf_context_value(context, &world) == NULL);
    YES(wf_context_attempt(context) == (context == NULL ? 0 : 1));
    IS(wf_context_save(context, "1", 1, NULL), place == SAVE ? WF_OK : WF_E_MISUSE);
    IS(wf_context_fail(context, NULL, "not really", WF_NUL), context == NULL ? WF_E_MISUSE : WF_E_EXECUTOR);
    IS(wf_context_finish(NULL, WF_OK, NULL), WF_E_MISUSE);
}

static void use_a_selection(wf_selection_t *selection) {
    wf_status_t expected = selection == NULL ? WF_E_MISUSE : WF_E_NOTFOUND;

    YES(wf_selection_targets(selection, NULL) != NULL);
    IS(wf_selection_add(selection, "nobody", NULL), expected);
}

static void everything(enum place place, wf_context_t *context, wf_selection_t *selection) {
    wf_pool_t *pool = NULL;
    wf_workflow_t *workflow;

    if (atomic_fetch_add(&visits[place], 1) >= ENOUGH) return;
    if (depth == 0) seen = 0;
    if (depth == 2 || (depth == 1 && seen & 1u << place)) return;
    if (depth == 1) seen |= 1u << place;
    depth++;
    ask_about_the_library();
    use_a_context(place, context);
    use_a_selection(selection);
    use_a_storage();
    use_a_host_storage();
    use_the_run_around(place);
    read_an_event();
    look_at_a_workflow(world.workflow, world.workflow == NULL ? WF_E_MISUSE : WF_OK);
    workflow = make_a_workflow();
    look_at_a_workflow(workflow, WF_OK);
    make_a_run(workflow);
    wf_workflow_free(workflow);
    IS(wf_pool_new(2, &pool, NULL), WF_OK);
    wf_pool_free(pool);
    depth--;
}

#endif
