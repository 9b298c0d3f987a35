/* Keeps checkpoints where the program wants them: five callbacks are a storage. This one is a table in memory; with a
 * database each callback would be one statement. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <workflow.h>

struct row {
    char id[64], workflow[64], *document; /* ids that the library makes have 36 characters */
};
struct table {
    struct row rows[16];
    int count;
};

static struct row *find(struct table *table, const char *id) {
    for (int i = 0; i < table->count; i++)
        if (strcmp(table->rows[i].id, id) == 0) return &table->rows[i];
    return NULL;
}

static wf_status_t save(void *data, const char *id, const char *workflow, const char *document, size_t length,
                        wf_answer_t *answer) {
    struct table *table = data;
    struct row *row = &table->rows[table->count];

    if (find(table, id) != NULL) return WF_E_EXISTS;
    if (table->count == 16) return wf_answer_fail(answer, "the table is full", WF_NUL); /* this fails the run */
    snprintf(row->id, sizeof row->id, "%s", id);
    snprintf(row->workflow, sizeof row->workflow, "%s", workflow);
    row->document = strdup(document);
    table->count++;
    printf("saved: row %d\n", table->count);
    return WF_OK;
}

static wf_status_t load(void *data, const char *id, wf_answer_t *answer) {
    struct row *row = find(data, id);

    return row == NULL ? WF_NONE : wf_answer_set(answer, row->document, WF_NUL, NULL);
}

static wf_status_t list(void *data, const char *workflow, wf_answer_t *answer) {
    struct table *table = data;

    for (int i = 0; i < table->count; i++) /* NULL asks for those of all workflows */
        if (workflow == NULL || strcmp(table->rows[i].workflow, workflow) == 0) wf_answer_add(answer, table->rows[i].id, NULL);
    return WF_OK;
}

static wf_status_t discard(void *data, const char *id, wf_answer_t *answer) {
    struct table *table = data;
    struct row *row = find(table, id);

    if (row == NULL) return WF_NONE;
    free(row->document);
    *row = table->rows[--table->count];
    return WF_OK;
}

static void drop(void *data) {
    struct table *table = data;

    while (table->count > 0) free(table->rows[--table->count].document);
}

static wf_status_t halve(void *data, wf_context_t *context, const char *input, size_t length) {
    char half[32];

    snprintf(half, sizeof half, "%d", atoi(input) / 2);
    return atoi(input) % 2 == 0 ? wf_context_send(context, NULL, half, WF_NUL, NULL)
                                : wf_context_output(context, input, length, NULL);
}

static wf_workflow_t *build(wf_error_t **error) {
    wf_executor_t executor = WF_EXECUTOR_INIT;
    wf_builder_t *builder;
    wf_workflow_t *workflow;

    executor.invoke = halve;
    wf_builder_new("custom_storage", &builder, NULL);
    wf_builder_add_executor(builder, "halve", &executor, NULL);
    wf_builder_add_edge(builder, "halve", "halve", NULL, NULL);
    wf_builder_set_start(builder, "halve", NULL);
    wf_builder_build(builder, &workflow, error);
    wf_builder_free(builder);
    return workflow;
}

static void drive(wf_run_t *run, wf_error_t **error) {
    wf_event_t *event;

    while (wf_run_next(run, -1, &event, error) == WF_OK) {
        if (wf_event_kind(event) == WF_EVENT_OUTPUT) printf("odd: %s\n", wf_event_data(event, NULL));
        wf_event_free(event);
    }
}

int main(void) {
    static struct table table;
    wf_storage_code_t code = WF_STORAGE_CODE_INIT;
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_error_t *error = NULL;
    wf_run_t *run = NULL;
    wf_workflow_t *workflow = build(&error);

    code.save = save;
    code.load = load;
    code.list = list;
    code.remove = discard;
    code.user_data = &table;
    code.finalizer = drop; /* when the last that uses the storage is freed */
    if (error == NULL) wf_storage_new(&code, &options.storage, &error);
    if (error == NULL) wf_run_start(workflow, &options, "20", WF_NUL, &run, &error);
    if (error == NULL) drive(run, &error);
    wf_run_free(run);
    run = NULL;
    if (error == NULL) {
        puts("again from row 2");
        wf_run_resume(workflow, &options, table.rows[1].id, &run, &error);
    }
    if (error == NULL) drive(run, &error);
    int failed = error != NULL;
    if (failed) fprintf(stderr, "custom_storage: %s\n", wf_error_message(error, NULL));
    wf_error_free(error);
    wf_run_free(run);
    wf_storage_free(options.storage);
    wf_workflow_free(workflow);
    return failed;
}
