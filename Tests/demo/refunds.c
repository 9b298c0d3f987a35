/* Pays refunds, as a program that may be killed at any moment: refunds FOLDER [forgetful]
 *
 * It goes on from FOLDER/checkpoints or begins there, and ends with status 0 when all is paid. A payment is one line in
 * FOLDER/ledger: the idempotency key of the call and the order. The ledger plays a service that takes such keys: asked
 * for the second time it answers the first line again. What the service need not be asked is recalled; FOLDER/trace
 * gets a line for either. A forgetful cashier remembers nothing and gives no key: it shows what the two are good for.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <workflow.h>

enum { BATCHES = 8, ORDERS = 6, LINE = 512 };

static const char *folder;
static int forgetful;

static void append(const char *file, const char *line) {
    char path[LINE];
    int out;

    snprintf(path, sizeof path, "%s/%s", folder, file);
    out = open(path, O_WRONLY | O_APPEND | O_CREAT, 0666);
    /* One write: a kill comes before or after it. */
    if (out < 0 || write(out, line, strlen(line)) != (ssize_t)strlen(line)) exit(2);
    close(out);
}

/* The number of the ledger's line that has the key; 0 if there is none. */
static int find(const char *key) {
    char path[LINE], line[LINE];
    int number = 0, found = 0;
    FILE *ledger;

    snprintf(path, sizeof path, "%s/ledger", folder);
    ledger = fopen(path, "r");
    while (ledger != NULL && found == 0 && fgets(line, sizeof line, ledger) != NULL) {
        number++;
        if (strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] == ' ') found = number;
    }
    if (ledger != NULL) fclose(ledger);
    return found;
}

/* The service: its answer is the number of the line. */
static int pay(const char *key, const char *order) {
    char line[LINE];

    if (!forgetful && find(key) > 0) {
        append("trace", "known\n");
        return find(key);
    }
    snprintf(line, sizeof line, "%s %s\n", key, order);
    append("ledger", line);
    return find(key);
}

static wf_status_t refund(void *data, wf_context_t *context, const char *order, size_t length) {
    const char *receipt = NULL;
    char answer[32], name[64];
    wf_status_t status = forgetful ? WF_NONE : wf_context_recall(context, "receipt", &receipt, NULL, NULL);

    (void)data, (void)length;
    if (status == WF_OK) {
        append("trace", "recalled\n");
        snprintf(answer, sizeof answer, "%s", receipt);
    } else if (status == WF_NONE) {
        snprintf(answer, sizeof answer, "%d", pay(wf_context_idempotency_key(context), order));
        if (!forgetful && (status = wf_context_remember(context, "receipt", answer, WF_NUL, NULL)) != WF_OK) return status;
    } else {
        return status;
    }
    snprintf(name, sizeof name, "order %s", order);
    return wf_context_set_state(context, WF_SCOPE_EXECUTOR, name, answer, WF_NUL, NULL);
}

/* Its input is the number of the batch; the orders are numbered through. */
static wf_status_t hand_out(void *data, wf_context_t *context, const char *input, size_t length) {
    int batch = atoi(input);
    char text[32];

    (void)data, (void)length;
    for (int order = batch * ORDERS; order < (batch + 1) * ORDERS; order++) {
        snprintf(text, sizeof text, "%d", order);
        wf_context_send(context, "cashier", text, WF_NUL, NULL);
    }
    if (batch + 1 == BATCHES) return WF_OK;
    snprintf(text, sizeof text, "%d", batch + 1);
    return wf_context_send(context, "desk", text, WF_NUL, NULL);
}

static wf_workflow_t *build(void) {
    wf_executor_t desk = WF_EXECUTOR_INIT, cashier = WF_EXECUTOR_INIT;
    wf_builder_t *builder = NULL;
    wf_workflow_t *workflow = NULL;

    desk.invoke = hand_out;
    cashier.invoke = refund;
    wf_builder_new("refunds", &builder, NULL);
    wf_builder_add_executor(builder, "desk", &desk, NULL);
    wf_builder_add_executor(builder, "cashier", &cashier, NULL);
    wf_builder_add_edge(builder, "desk", "desk", NULL, NULL);
    wf_builder_add_edge(builder, "desk", "cashier", NULL, NULL);
    wf_builder_set_start(builder, "desk", NULL);
    wf_builder_build(builder, &workflow, NULL);
    wf_builder_free(builder);
    return workflow;
}

int main(int count, char **words) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_error_t *error = NULL;
    wf_event_t *event;
    wf_run_t *run = NULL;
    wf_workflow_t *workflow = build();
    wf_status_t status;
    char url[LINE];

    if (count < 2) return 2;
    folder = words[1];
    forgetful = count > 2;
    options.run_id = "refunds";
    snprintf(url, sizeof url, "directory:%s/checkpoints", folder);
    status = wf_storage_open(url, &options.storage, &error);
    if (status == WF_OK) status = wf_run_resume(workflow, &options, NULL, &run, &error);
    if (status == WF_E_NOTFOUND) {
        wf_error_free(error);
        status = wf_run_start(workflow, &options, "0", WF_NUL, &run, &error);
    }
    if (status == WF_OK) {
        while ((status = wf_run_next(run, -1, &event, &error)) == WF_OK) wf_event_free(event);
    }
    if (status != WF_DONE) fprintf(stderr, "refunds: %s\n", wf_error_message(error, NULL));
    wf_error_free(error);
    wf_run_free(run);
    wf_storage_free(options.storage);
    wf_workflow_free(workflow);
    return status == WF_DONE ? 0 : 1;
}
