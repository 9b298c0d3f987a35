/* The graph has changed under a checkpoint: what differs is told, and the host makes it fit, or not. */
#include "story.h"

/* "first" goes on to an executor of another name. */
static wf_workflow_t *ending_with(const char *last) {
    wf_builder_t *builder = story(relay);

    add(builder, last, echo);
    CHECK_OK(wf_builder_add_edge(builder, "first", last, NULL, &error));
    return built(builder);
}

/* The checkpoint in which a message waits for "last". */
static char *waiting_for_last(wf_storage_t *storage, char id[TEXT]) {
    wf_workflow_t *workflow = ending_with("last");
    wf_run_t *run = started(workflow, storage, "7");
    char *json = NULL;

    wf_event_free(drive_to(run, WF_EVENT_SUPERSTEP_COMPLETED));
    latest(storage, id);
    CHECK_OK(wf_storage_load(storage, id, &json, NULL, &error));
    wf_run_free(run);
    wf_workflow_free(workflow);
    return json;
}

static wf_storage_t *in_memory(void) {
    wf_storage_t *storage = NULL;

    CHECK_OK(wf_storage_open("memory:", &storage, &error));
    return storage;
}

static void the_report(void) {
    wf_storage_t *storage = in_memory();
    wf_workflow_t *same = ending_with("last"), *other = ending_with("final");
    char id[TEXT], *json = waiting_for_last(storage, id), *report = NULL;
    size_t length = 0;
    static const char *const lines[] = {
        "\"compatible\": false",
        "\"executors\": {\"added\":[\"final\"],\"removed\":[\"last\"],\"changed\":[]}",
        "\"edges\": {\"added\":[{\"kind\":\"single\",\"source\":\"first\",\"target\":\"final\"}],\"removed\":",
        "\"lost\": [{\"path\":\"messages[0]\",\"executor\":\"first\",\"why\":\"no edge leaves 'first' any more\"}]",
    };

    CHECK_OK(wf_workflow_compare(same, json, WF_NUL, &report, &length, &error));
    CHECK(report != NULL && strlen(report) == length && strstr(report, "\"compatible\": true") != NULL);
    wf_free(report);
    CHECK_OK(wf_workflow_compare(other, json, strlen(json), &report, NULL, &error));
    for (size_t i = 0; i < 3; i++) {
        if (strstr(report, lines[i]) == NULL) complain(__FILE__, __LINE__, lines[i], report);
    }
    CHECK(strstr(report, "\"lost\": []") != NULL); /* "first" still leads somewhere. */
    wf_free(report);
    wf_workflow_free(other);
    other = built(story(echo));
    CHECK_OK(wf_workflow_compare(other, json, WF_NUL, &report, NULL, &error));
    if (strstr(report, lines[3]) == NULL) complain(__FILE__, __LINE__, lines[3], report);
    wf_free(report);

    CHECK_FAILS(WF_E_MISUSE, wf_workflow_compare(NULL, json, WF_NUL, &report, NULL, &error), "workflow");
    CHECK_FAILS(WF_E_MISUSE, wf_workflow_compare(same, NULL, 3, &report, NULL, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_workflow_compare(same, json, WF_NUL, NULL, NULL, &error), "report");
    CHECK_FAILS(WF_E_JSON, wf_workflow_compare(same, json, 40, &report, NULL, &error), "byte");
    CHECK_FAILS(WF_E_CHECKPOINT, wf_workflow_compare(same, "{}", WF_NUL, &report, NULL, &error), "format");
    CHECK(report == NULL);
    wf_free(json);
    wf_storage_free(storage);
    wf_workflow_free(same);
    wf_workflow_free(other);
}

/* What the next migration does. */
struct plan {
    wf_status_t answer;
    const char *old, *new; /* texts of one length; NULL gives nothing */
    int calls;
    int says_what_differs;
    wf_migration_t *migration;
};

static wf_status_t migrate(void *user_data, const char *checkpoint, size_t checkpoint_length, const char *report,
                           size_t report_length, wf_migration_t *migration) {
    struct plan *plan = user_data;
    char *copy = strdup(checkpoint);

    plan->calls++;
    plan->says_what_differs = strlen(report) == report_length && strstr(report, "\"removed\":[\"last\"]") != NULL;
    plan->migration = migration;
    CHECK(strlen(checkpoint) == checkpoint_length);
    CHECK_FAILS(WF_E_JSON, wf_migration_set(migration, "{", 1, &error), "byte");
    CHECK_FAILS(WF_E_MISUSE, wf_migration_set(migration, NULL, 1, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_migration_set(NULL, "{}", 2, &error), "NULL");
    if (plan->old != NULL) {
        for (char *at = copy; (at = strstr(at, plan->old)) != NULL;) memcpy(at, plan->new, strlen(plan->new));
        CHECK_OK(wf_migration_set(migration, "{}", 2, &error));
        CHECK_OK(wf_migration_set(migration, copy, WF_NUL, &error)); /* The last one counts. */
    }
    free(copy);
    return plan->answer;
}

static void the_host_makes_it_fit(void) {
    wf_storage_t *storage = in_memory();
    char id[TEXT], fork[TEXT], *json = waiting_for_last(storage, id);
    wf_workflow_t *workflow = ending_with("tail");
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    struct plan plan = {WF_OK, "\"last\"", "\"tail\"", 0, 0, NULL};
    wf_run_t *run = NULL;

    options.storage = storage;
    options.migrate = migrate;
    options.migrate_data = &plan;
    CHECK_OK(wf_run_resume(workflow, &options, id, &run, &error));
    CHECK(plan.calls == 1 && plan.says_what_differs);
    wf_event_free(drive_to(run, WF_EVENT_CHECKPOINT));
    latest(storage, fork);
    wf_free(json);
    CHECK_OK(wf_storage_load(storage, fork, &json, NULL, &error));
    CHECK(strstr(json, "\"kind\": \"fork\"") != NULL && strstr(json, id) != NULL);
    CHECK(strstr(json, wf_workflow_signature(workflow)) != NULL);
    CHECK_TEXT("7", drive(run).output);
    forget_error();

    /* Back to before the migration, in place. */
    CHECK_OK(wf_run_rewind(run, id, &error));
    CHECK(plan.calls == 2);
    CHECK_TEXT("7", drive(run).output);
    forget_error();
    plan.answer = -4321;
    CHECK_FAILS(-4321, wf_run_rewind(run, id, &error), "migration");
    CHECK(wf_run_state(run) == WF_RUN_IDLE);
    wf_run_free(run);

    /* The fork fits by itself. */
    CHECK_OK(wf_run_restore(workflow, NULL, json, WF_NUL, &run, &error));
    CHECK_TEXT("7", drive(run).output);
    forget_error();
    wf_run_free(run);
    wf_free(json);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

static void a_migration_that_is_no_good(void) {
    wf_storage_t *storage = in_memory();
    char id[TEXT], *json = waiting_for_last(storage, id);
    wf_workflow_t *workflow = ending_with("tail");
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    struct plan plan = {WF_OK, NULL, NULL, 0, 0, NULL};
    wf_run_t *run = NULL;
    int before = count_checkpoints(storage);

    CHECK_FAILS(WF_E_MISMATCH, wf_run_restore(workflow, &options, json, WF_NUL, &run, &error), "'last' is gone", "'tail' is new");
    options.storage = storage;
    options.migrate = migrate;
    options.migrate_data = &plan;
    CHECK_FAILS(WF_E_MISMATCH, wf_run_resume(workflow, &options, id, &run, &error), "'last' is gone");
    plan.answer = -1001;
    CHECK_FAILS(-1001, wf_run_resume(workflow, &options, id, &run, &error), "migration");
    plan.answer = WF_E_CLOSED;
    CHECK_FAILS(WF_E_EXECUTOR, wf_run_resume(workflow, &options, id, &run, &error), "WF_E_CLOSED");
    plan.answer = WF_PENDING;
    CHECK_FAILS(WF_E_EXECUTOR, wf_run_resume(workflow, &options, id, &run, &error), "WF_PENDING");
    plan = (struct plan){WF_OK, "\"kind\": \"superstep\"", "\"kind\": \"response\" ", 0, 0, NULL};
    CHECK_FAILS(WF_E_INVALID, wf_run_resume(workflow, &options, id, &run, &error), "'kind'");
    plan = (struct plan){WF_OK, "\"messages\": [{\"source\":\"first\"", "\"messages\": [{\"source\":\"third\"", 0, 0, NULL};
    CHECK_FAILS(WF_E_CHECKPOINT, wf_run_resume(workflow, &options, id, &run, &error), "as migrated", "messages[0]");
    CHECK(run == NULL && count_checkpoints(storage) == before);
    wf_free(json);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

int main(void) {
    RUN(the_report);
    RUN(the_host_makes_it_fit);
    RUN(a_migration_that_is_no_good);
    FINISH();
}
