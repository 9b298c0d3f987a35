/* What a call remembers stays, whatever becomes of its superstep, and is found by whoever does the same work again. */
#include "shelf.h"

static char keys[TEXT];   /* what each call recalled, one letter each: n for nothing */
static int calls, fails_at;

/* Recalls, remembers, and fails at the given call of the process. */
static wf_status_t pay(void *user_data, wf_context_t *context, const char *input, size_t length) {
    const char *json = (const char *)"";
    size_t size = 99;
    wf_status_t status = wf_context_recall(context, "receipt", &json, &size, &error);

    (void)user_data, (void)length;
    if (status == WF_NONE) {
        CHECK(error == NULL && json == NULL);
        CHECK_OK(wf_context_remember(context, "receipt", input, WF_NUL, &error));
    } else {
        CHECK_STATUS(WF_OK, status);
        CHECK_TEXT(input, json);
        CHECK(size == strlen(input));
    }
    strcat(keys, status == WF_NONE ? "n" : "r");
    if (++calls == fails_at) return WF_E_HOST;
    return wf_context_output(context, input, WF_NUL, NULL);
}

static wf_run_t *resumed(wf_workflow_t *workflow, wf_storage_t *storage) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;

    options.storage = storage;
    CHECK_OK(wf_run_resume(workflow, &options, NULL, &run, &error));
    return run;
}

static void fail_at(int call) {
    calls = 0;
    fails_at = call;
    keys[0] = 0;
}

/* The run fails behind its payment; the workflow, the storage and its id stay. */
static void failed(wf_workflow_t *workflow, wf_storage_t *storage, char id[TEXT]) {
    wf_run_t *run = started(workflow, storage, "\"7 euros\"");

    fail_at(1);
    CHECK_FAILS(WF_E_HOST, drive(run).end, "first");
    snprintf(id, TEXT, "%s", wf_run_id(run));
    wf_run_free(run);
}

static void stays_when_the_superstep_fails(void) {
    wf_workflow_t *workflow = built(story(pay));
    char path[TEXT], id[TEXT];
    struct shelf shelf = SHELF_INIT;
    wf_storage_t *storages[3] = {new_directory(path), NULL, new_shelf(&shelf)};

    CHECK_OK(wf_storage_open("memory:", &storages[1], &error));
    for (int i = 0; i < 3; i++) {
        failed(workflow, storages[i], id);
        CHECK(count_checkpoints(storages[i]) == 1);
        wf_run_t *run = resumed(workflow, storages[i]);
        CHECK_TEXT("\"7 euros\"", drive(run).output);
        forget_error();
        CHECK_TEXT("nr", keys);
        wf_run_free(run);
        wf_storage_free(storages[i]);
    }
    wf_workflow_free(workflow);
}

static void is_forgotten_by_run_in(wf_storage_t *storage) {
    wf_workflow_t *workflow = built(story(pay));
    char id[TEXT];

    failed(workflow, storage, id);
    CHECK_STATUS(WF_NONE, wf_storage_forget(storage, "another", &error));
    CHECK_OK(wf_storage_forget(storage, id, &error));
    CHECK_STATUS(WF_NONE, wf_storage_forget(storage, id, &error));
    wf_run_t *run = resumed(workflow, storage);
    CHECK_STATUS(WF_DONE, drive(run).end);
    CHECK_TEXT("nn", keys);
    CHECK_FAILS(WF_E_MISUSE, wf_storage_forget(NULL, id, &error), "storage", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_forget(storage, NULL, &error), "run id", "NULL");
    CHECK_FAILS(WF_E_INVALID, wf_storage_forget(storage, "\xff", &error), "UTF-8");
    wf_run_free(run);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

static void is_forgotten_by_run(void) {
    struct shelf shelf = SHELF_INIT;
    char path[TEXT];

    is_forgotten_by_run_in(new_directory(path));
    is_forgotten_by_run_in(new_shelf(&shelf));
    CHECK(shelf.calls[5] > 0 && shelf.calls[7] > 0 && shelf.finalized == 1);
}

/* Every wrong argument has its answer, and the first value stays. */
static wf_status_t try_everything(void *user_data, wf_context_t *context, const char *input, size_t length) {
    const char *json = (const char *)"";

    (void)user_data, (void)input, (void)length;
    CHECK_OK(wf_context_remember(context, "k", "{\"a\": 1}", WF_NUL, &error));
    CHECK_OK(wf_context_remember(context, "k", "{\"a\": 1}", 8, &error));
    CHECK_FAILS(WF_E_CONFLICT, wf_context_remember(context, "k", "{\"a\": 2}", WF_NUL, &error), "remembers something else");
    CHECK_OK(wf_context_recall(context, "k", &json, NULL, &error));
    CHECK_TEXT("{\"a\": 1}", json);
    CHECK_FAILS(WF_E_JSON, wf_context_remember(context, "j", "{\"a\"", WF_NUL, &error), "byte 4");
    CHECK_FAILS(WF_E_MISUSE, wf_context_remember(context, "j", NULL, WF_NUL, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_context_remember(context, NULL, "1", WF_NUL, &error), "key", "NULL");
    CHECK_FAILS(WF_E_INVALID, wf_context_remember(context, "", "1", WF_NUL, &error), "key", "empty");
    CHECK_FAILS(WF_E_INVALID, wf_context_remember(context, "\xff", "1", WF_NUL, &error), "key", "UTF-8");
    CHECK_FAILS(WF_E_INVALID, wf_context_recall(context, "", &json, NULL, &error), "key", "empty");
    CHECK(json == NULL);
    CHECK_FAILS(WF_E_MISUSE, wf_context_recall(context, "k", NULL, NULL, &error), "NULL");
    CHECK_STATUS(WF_NONE, wf_context_recall(context, "j", &json, NULL, &error));
    return WF_OK;
}

static void misuse_has_an_answer(void) {
    struct shelf shelf = SHELF_INIT;
    wf_workflow_t *workflow = built(story(try_everything));
    wf_storage_t *storage = new_shelf(&shelf);
    const char *json = (const char *)"";

    CHECK(tell(workflow, NULL, "1").kinds[WF_EVENT_FAILED] == 0);
    CHECK(tell(workflow, storage, "1").kinds[WF_EVENT_FAILED] == 0);
    wf_storage_free(storage);
    CHECK_FAILS(WF_E_MISUSE, wf_context_remember(NULL, "k", "1", WF_NUL, &error), "context", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_context_remember((wf_context_t *)workflow, "k", "1", WF_NUL, &error), "context");
    CHECK_FAILS(WF_E_MISUSE, wf_context_recall(NULL, "k", &json, NULL, &error), "context", "NULL");
    CHECK(json == NULL);
    wf_workflow_free(workflow);
}

/* Whoever cannot read what was remembered must not do the work again. */
static wf_status_t find_ruins(void *user_data, wf_context_t *context, const char *input, size_t length) {
    const char *json = (const char *)"";

    (void)user_data, (void)length;
    CHECK_FAILS(WF_E_CHECKPOINT, wf_context_recall(context, "receipt", &json, NULL, &error), "memos/", "checksum");
    CHECK_FAILS(WF_E_CHECKPOINT, wf_context_remember(context, "receipt", input, WF_NUL, &error), "memos/", "checksum");
    CHECK(json == NULL);
    calls++;
    return WF_OK;
}

static void damaged_is_an_error(void) {
    wf_workflow_t *workflow = built(story(pay)), *later = built(story(find_ruins));
    char path[TEXT], id[TEXT], command[2 * TEXT];
    wf_storage_t *storage = new_directory(path);
    wf_run_t *run;

    failed(workflow, storage, id);
    snprintf(command, sizeof command, "sed -i 's/7 euros/8 euros/' %s/memos/*", path);
    CHECK(system(command) == 0);
    run = resumed(later, storage);
    CHECK_STATUS(WF_DONE, drive(run).end);
    CHECK(calls == 2);
    wf_run_free(run);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
    wf_workflow_free(later);
}

/* A storage of the host that cannot remember, and one that fails to. */
static const char *word;
static wf_status_t unanswered;

static wf_status_t remember_in_vain(void *user_data, wf_context_t *context, const char *input, size_t length) {
    const char *json = (const char *)"";

    (void)user_data, (void)length;
    CHECK_FAILS(unanswered, wf_context_recall(context, "receipt", &json, NULL, &error), word);
    CHECK_FAILS(unanswered, wf_context_remember(context, "receipt", input, WF_NUL, &error), word);
    CHECK(json == NULL);
    return WF_OK;
}

static wf_status_t no_recall(void *user_data, const char *run, const char *key, wf_answer_t *answer) {
    (void)user_data, (void)run, (void)key;
    return wf_answer_fail(answer, "the line is cut", WF_NUL);
}

static wf_status_t no_remember(void *user_data, const char *run, const char *key, const char *document, size_t length,
                               wf_answer_t *answer) {
    (void)document, (void)length;
    return no_recall(user_data, run, key, answer);
}

static void storages_that_cannot(void) {
    wf_workflow_t *workflow = built(story(remember_in_vain));
    struct shelf shelf = SHELF_INIT;
    wf_storage_code_t code = shelf_code(&shelf);

    code.remember = NULL, code.recall = NULL, code.forget = NULL;
    wf_storage_t *storage = shelf_of(&code);
    unanswered = WF_E_UNSUPPORTED, word = "callbacks";
    tell(workflow, storage, "1");
    CHECK_STATUS(WF_NONE, wf_storage_forget(storage, "x", &error));
    wf_storage_free(storage);
    code.remember = no_remember, code.recall = no_recall, code.forget = shelf_forget;
    storage = shelf_of(&code);
    unanswered = WF_E_STORAGE, word = "the line is cut";
    tell(workflow, storage, "1");
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

int main(void) {
    RUN(stays_when_the_superstep_fails);
    RUN(is_forgotten_by_run);
    RUN(misuse_has_an_answer);
    RUN(damaged_is_an_error);
    RUN(storages_that_cannot);
    FINISH();
}
