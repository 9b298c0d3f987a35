/* A storage in the host's hands keeps the promises of the others; when it cannot, the run ends with its sentence. */
#include "shelf.h"

/* Counts down to 0, one superstep for each number. */
static wf_status_t down(void *user_data, wf_context_t *context, const char *input, size_t length) {
    char text[32];
    int n = atoi(input);

    (void)user_data, (void)length;
    snprintf(text, sizeof text, "%d", n - 1);
    return n == 0 ? wf_context_output(context, "\"done\"", WF_NUL, NULL) : wf_context_send(context, NULL, text, WF_NUL, NULL);
}

static wf_workflow_t *counting_down(void) {
    wf_builder_t *builder = story(down);

    CHECK_OK(wf_builder_add_edge(builder, "first", "first", NULL, &error));
    return built(builder);
}

static wf_status_t resume(wf_workflow_t *workflow, wf_storage_t *storage, const char *id, wf_run_t **run) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;

    options.storage = storage;
    return wf_run_resume(workflow, &options, id, run, &error);
}

/* A run that had finished has no more to say. */
static void check_resumes(wf_workflow_t *workflow, wf_storage_t *storage, const char *output) {
    wf_run_t *run = NULL;

    CHECK_OK(resume(workflow, storage, NULL, &run));
    struct told told = drive(run);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK_TEXT(output, told.output);
    wf_run_free(run);
}

static void what_is_missing_or_unknown(void) {
    struct shelf shelf = SHELF_INIT;
    wf_storage_code_t code = shelf_code(&shelf);
    wf_storage_t *storage = (wf_storage_t *)&shelf;
    struct { wf_storage_code_t known; uint64_t unknown; } larger = {shelf_code(&shelf), 1};

    CHECK_FAILS(WF_E_MISUSE, wf_storage_new(NULL, &storage, &error), "wf_storage_code_t", "NULL");
    CHECK(storage == NULL && shelf.finalized == 0);
    CHECK_FAILS(WF_E_MISUSE, wf_storage_new(&code, NULL, &error), "storage", "NULL");
    CHECK(shelf.finalized == 1);
    code.save = NULL;
    CHECK_FAILS(WF_E_MISUSE, wf_storage_new(&code, &storage, &error), "save");
    code = shelf_code(&shelf), code.load = NULL;
    CHECK_FAILS(WF_E_MISUSE, wf_storage_new(&code, &storage, &error), "load");
    code = shelf_code(&shelf), code.list = NULL;
    CHECK_FAILS(WF_E_MISUSE, wf_storage_new(&code, &storage, &error), "list");
    code = shelf_code(&shelf), code.remove = NULL;
    CHECK_FAILS(WF_E_MISUSE, wf_storage_new(&code, &storage, &error), "remove");
    CHECK(shelf.finalized == 5);
    code = shelf_code(&shelf), code.forget = NULL;
    CHECK_FAILS(WF_E_MISUSE, wf_storage_new(&code, &storage, &error), "all three", "forget");
    code = fenced_code(&shelf), code.head = NULL;
    CHECK_FAILS(WF_E_MISUSE, wf_storage_new(&code, &storage, &error), "both", "head");
    code = shelf_code(&shelf), code.head = shelf_head;
    CHECK_FAILS(WF_E_MISUSE, wf_storage_new(&code, &storage, &error), "both", "commit");
    code = shelf_code(&shelf), code.flags = WF_SAVE_ALWAYS;
    CHECK_FAILS(WF_E_UNSUPPORTED, wf_storage_new(&code, &storage, &error), "flags");
    larger.known.struct_size = sizeof larger;
    CHECK_FAILS(WF_E_UNSUPPORTED, wf_storage_new(&larger.known, &storage, &error), "newer");
    CHECK(storage == NULL && shelf.finalized == 10);
    code = shelf_code(&shelf), code.struct_size = 8; /* nothing else of it can be trusted */
    CHECK_FAILS(WF_E_INVALID, wf_storage_new(&code, &storage, &error), "struct_size");
    CHECK(shelf.finalized == 10);
}

static void answers_without_a_question(void) {
    wf_builder_t *builder = story(echo);

    CHECK_FAILS(WF_E_MISUSE, wf_answer_set(NULL, "{}", WF_NUL, &error), "answer", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_answer_set((wf_answer_t *)builder, "{}", WF_NUL, &error), "answer");
    CHECK_FAILS(WF_E_MISUSE, wf_answer_add(NULL, "x", &error), "answer", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_answer_add((wf_answer_t *)builder, "x", &error), "answer");
    CHECK(wf_answer_fail(NULL, "x", WF_NUL) == WF_E_MISUSE);
    CHECK(wf_answer_fail((wf_answer_t *)builder, "x", WF_NUL) == WF_E_MISUSE);
    wf_builder_free(builder);
}

static void a_run_is_kept_and_resumed(void) {
    struct shelf shelf = SHELF_INIT;
    wf_storage_code_t code = shelf_code(&shelf);
    wf_workflow_t *workflow = counting_down();
    char id[TEXT];

    for (int has_latest = 0; has_latest <= 1; has_latest++) {
        code.latest = has_latest ? shelf_latest : NULL;
        wf_storage_t *storage = shelf_of(&code);
        wf_run_t *run = started(workflow, storage, "5");
        for (int i = 0; i < 3; i++) wf_event_free(drive_to(run, WF_EVENT_CHECKPOINT));
        wf_run_free(run);
        CHECK(count_checkpoints(storage) == 3);
        check_resumes(workflow, storage, "\"done\"");
        CHECK(count_checkpoints(storage) == 7);
        latest(storage, id);
        CHECK_OK(wf_storage_delete(storage, id, &error));
        CHECK_STATUS(WF_NONE, wf_storage_delete(storage, id, &error));
        CHECK(count_checkpoints(storage) == 6);
        check_resumes(workflow, storage, "\"done\"");
        CHECK((shelf.calls[3] > 0) == has_latest);
        wf_storage_free(storage);
        CHECK(shelf.finalized == has_latest + 1);
    }
    wf_workflow_free(workflow);
}

static void a_save_that_fails(void) {
    wf_workflow_t *workflow = counting_down();

    for (int n = 1; n <= 4; n++) {
        struct shelf shelf = SHELF_INIT;
        wf_storage_t *storage = new_shelf(&shelf);
        wf_run_t *run = started(workflow, storage, "2"), *resumed = NULL;
        char first[TEXT], *own = NULL;

        shelf.fails = n;
        struct told told = drive(run);
        CHECK_FAILS(WF_E_STORAGE, told.end, "the storage's save", "the shelf is full");
        CHECK(told.kinds[WF_EVENT_FAILED] == 1 && told.kinds[WF_EVENT_CHECKPOINT] == n - 1);
        CHECK(wf_run_state(run) == WF_RUN_FAILED && count_checkpoints(storage) == n - 1);
        latest(storage, first);
        if (n == 1) {
            CHECK_STATUS(WF_NONE, wf_run_checkpoint(run, &own, NULL, &error));
            CHECK_FAILS(WF_E_NOTFOUND, resume(workflow, storage, NULL, &resumed), "'story'");
        } else {
            CHECK_OK(wf_run_checkpoint(run, &own, NULL, &error));
            CHECK(strstr(own, first) != NULL);
            check_resumes(workflow, storage, "\"done\"");
        }
        wf_free(own);
        wf_run_free(run);
        wf_storage_free(storage);
        CHECK(shelf.finalized == 1);
    }
    wf_workflow_free(workflow);
}

static void callbacks_that_fail_or_say_nothing(void) {
    struct shelf shelf = SHELF_INIT;
    wf_storage_t *storage = new_shelf(&shelf);
    wf_workflow_t *workflow = counting_down();
    char id[TEXT], *text = NULL, *document = NULL;
    wf_run_t *run = NULL;

    tell(workflow, storage, "1");
    latest(storage, id);
    CHECK_OK(wf_storage_load(storage, id, &document, NULL, &error));
    shelf.always = WF_E_STORAGE;
    shelf.sentence = "the line is cut";
    for (int strange = 0; strange < 2; strange++) { /* a sentence fails, whatever the status is */
        CHECK_FAILS(WF_E_STORAGE, wf_storage_load(storage, id, &text, NULL, &error), "the storage's load", id, "line is cut");
        CHECK_FAILS(WF_E_STORAGE, wf_storage_list(storage, "story", &text, NULL, &error), "list", "'story'", "line is cut");
        CHECK_FAILS(WF_E_STORAGE, wf_storage_list(storage, NULL, &text, NULL, &error), "list", "all", "line is cut");
        CHECK_FAILS(WF_E_STORAGE, wf_storage_latest(storage, "story", &text, &error), "latest", "line is cut");
        CHECK_FAILS(WF_E_STORAGE, wf_storage_delete(storage, id, &error), "remove", id, "line is cut");
        CHECK_FAILS(WF_E_STORAGE, wf_storage_save(storage, document, WF_NUL, &error), "save", id, "line is cut");
        CHECK_FAILS(WF_E_STORAGE, resume(workflow, storage, NULL, &run), "latest", "line is cut");
        CHECK_FAILS(WF_E_STORAGE, resume(workflow, storage, id, &run), "load", "line is cut");
        shelf.always = WF_DONE;
    }
    shelf.sentence = NULL;
    CHECK_FAILS(WF_E_STORAGE, wf_storage_load(storage, id, &text, NULL, &error), "load", "wf_answer_set", "WF_NONE");
    CHECK_FAILS(WF_E_STORAGE, wf_storage_latest(storage, NULL, &text, &error), "latest", "wf_answer_add", "WF_NONE");
    const wf_status_t odd[] = {WF_E_NOMEM, WF_PENDING, WF_TIMEOUT, 77, WF_E_HOST - 5, WF_E_BUSY, INT32_MIN};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        char number[16];
        snprintf(number, sizeof number, "(%d)", odd[i]);
        shelf.always = odd[i];
        CHECK_FAILS(WF_E_STORAGE, wf_storage_load(storage, id, &text, NULL, &error), "load", number);
        CHECK_FAILS(WF_E_STORAGE, wf_storage_save(storage, document, WF_NUL, &error), "save", number);
        CHECK_FAILS(WF_E_STORAGE, wf_storage_list(storage, NULL, &text, NULL, &error), "list", number);
        CHECK_FAILS(WF_E_STORAGE, wf_storage_delete(storage, id, &error), "remove", number);
    }
    shelf.always = WF_E_NOTFOUND; /* is as good as WF_NONE, but not for a save */
    CHECK_FAILS(WF_E_NOTFOUND, wf_storage_load(storage, id, &text, NULL, &error), id, "the host's storage");
    CHECK_STATUS(WF_NONE, wf_storage_delete(storage, id, &error));
    CHECK_STATUS(WF_NONE, wf_storage_latest(storage, NULL, &text, &error));
    CHECK_FAILS(WF_E_STORAGE, wf_storage_save(storage, document, WF_NUL, &error), "save");
    shelf.always = WF_NONE;
    CHECK_FAILS(WF_E_STORAGE, wf_storage_save(storage, document, WF_NUL, &error), "save", "(4)");
    CHECK(text == NULL && run == NULL);
    shelf.always = 0;
    check_resumes(workflow, storage, "");
    wf_free(document);
    wf_workflow_free(workflow);
    wf_storage_free(storage);
}

/* As ctypes would: 0 is what an exception leaves. */
static wf_status_t strict_save(void *user_data, const char *id, const char *workflow, const char *document, size_t length,
                               wf_answer_t *answer) {
    wf_status_t status = shelf_save(user_data, id, workflow, document, length, answer);

    return status == WF_OK && ((struct shelf *)user_data)->calls[0] != 3 ? WF_DONE : status;
}

static void a_strict_host_that_throws(void) {
    struct shelf shelf = SHELF_INIT;
    wf_storage_code_t code = shelf_code(&shelf);
    wf_workflow_t *workflow = counting_down();
    char *text = NULL;

    code.flags = WF_STRICT_RESULT;
    code.save = strict_save;
    wf_storage_t *storage = shelf_of(&code);
    wf_run_t *run = started(workflow, storage, "5");
    CHECK_FAILS(WF_E_STORAGE, drive(run).end, "save", "exception");
    CHECK(wf_run_superstep(run) == 1);
    CHECK_FAILS(WF_E_STORAGE, wf_storage_list(storage, NULL, &text, NULL, &error), "list", "exception");
    wf_run_free(run);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

static void damage_is_noticed(void) {
    struct shelf shelf = SHELF_INIT;
    wf_storage_t *storage = new_shelf(&shelf);
    wf_workflow_t *workflow = counting_down();
    char id[TEXT], *text = NULL;
    wf_run_t *run = NULL;

    tell(workflow, storage, "4");
    latest(storage, id);
    char *digit = strstr((*shelf_place(&shelf, id))->document, "\"superstep\": ") + strlen("\"superstep\": ");
    *digit ^= 1;
    CHECK_FAILS(WF_E_CHECKPOINT, wf_storage_load(storage, id, &text, NULL, &error), id, "checksum");
    CHECK_FAILS(WF_E_CHECKPOINT, resume(workflow, storage, id, &run), id, "checksum");
    CHECK_OK(wf_storage_list(storage, "story", &text, NULL, &error));
    CHECK(strstr(text, "\"problem\"") != NULL);
    wf_free(text);
    CHECK_OK(resume(workflow, storage, NULL, &run)); /* the one before */
    struct told told = drive(run);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK(strstr(told.warning, id) != NULL && strstr(told.warning, "checkpoint_skipped") != NULL);
    wf_run_free(run);
    (*shelf_place(&shelf, id))->length /= 2;
    CHECK_FAILS(WF_E_CHECKPOINT, wf_storage_load(storage, id, &text, NULL, &error), id, "cut short");
    (*shelf_place(&shelf, id))->length = 0;
    CHECK_FAILS(WF_E_CHECKPOINT, wf_storage_load(storage, id, &text, NULL, &error), id, "0 bytes");
    shelf.always = WF_E_CHECKPOINT, shelf.sentence = "the page is torn";
    CHECK_FAILS(WF_E_CHECKPOINT, wf_storage_load(storage, id, &text, NULL, &error), id, "page is torn");
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

/* Keeps one line, as a JSON column may. */
static wf_status_t respell(void *user_data, const char *id, const char *workflow, const char *document, size_t length,
                           wf_answer_t *answer) {
    char *line = strdup(document);

    CHECK(strstr(document, "\"checksum\"") == NULL);
    for (char *c = line; *c != '\0'; c++) if (*c == '\n') *c = ' ';
    wf_status_t status = shelf_save(user_data, id, workflow, line, length, answer);
    free(line);
    return status;
}

static void one_that_keeps_values(void) {
    struct shelf shelf = SHELF_INIT;
    wf_storage_code_t code = shelf_code(&shelf);
    wf_workflow_t *workflow = counting_down();
    char id[TEXT], *text = NULL;

    code.flags = WF_UNSEALED;
    code.save = respell;
    wf_storage_t *storage = shelf_of(&code);
    tell(workflow, storage, "3");
    check_resumes(workflow, storage, "");
    latest(storage, id);
    CHECK_OK(wf_storage_load(storage, id, &text, NULL, &error));
    CHECK_OK(wf_storage_save(storage, text, WF_NUL, &error)); /* the same in another spelling */
    strstr(text, "\"superstep\": ")[strlen("\"superstep\": ")] ^= 1;
    CHECK_FAILS(WF_E_EXISTS, wf_storage_save(storage, text, WF_NUL, &error), id);
    wf_free(text);
    (*shelf_place(&shelf, id))->length -= 4;
    CHECK_FAILS(WF_E_CHECKPOINT, wf_storage_load(storage, id, &text, NULL, &error), id, "cut short");
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

static void the_run_keeps_it(void) {
    struct shelf shelf = SHELF_INIT;
    wf_storage_t *storage = new_shelf(&shelf);
    wf_workflow_t *workflow = counting_down();
    wf_run_t *run = started(workflow, storage, "3");

    wf_storage_free(storage);
    CHECK_STATUS(WF_DONE, drive(run).end);
    CHECK(shelf.calls[0] == 5 && shelf.finalized == 0);
    wf_run_free(run);
    CHECK(shelf.finalized == 1);
    wf_workflow_free(workflow);
}

/* The callbacks may use the library, only not drive the run that waits for them. */
static wf_run_t *waiting;
static wf_storage_t *elsewhere;

static wf_status_t busy_save(void *user_data, const char *id, const char *workflow, const char *document, size_t length,
                             wf_answer_t *answer) {
    wf_event_t *event = NULL;
    char *list = NULL;

    CHECK(wf_run_next(waiting, 0, &event, NULL) == WF_E_REENTRANT);
    CHECK(wf_storage_save(elsewhere, document, length, NULL) == WF_OK);
    CHECK(wf_storage_list(elsewhere, NULL, &list, NULL, NULL) == WF_OK);
    wf_free(list);
    CHECK(wf_answer_set(answer, NULL, 3, NULL) == WF_E_MISUSE);
    CHECK(wf_answer_set(answer, "x", SIZE_MAX / 4, NULL) == WF_E_LIMIT);
    CHECK(wf_answer_add(answer, "\xFF", NULL) == WF_E_INVALID);
    return shelf_save(user_data, id, workflow, document, length, answer);
}

static void callbacks_that_use_the_library(void) {
    struct shelf shelf = SHELF_INIT;
    wf_storage_code_t code = shelf_code(&shelf);
    wf_workflow_t *workflow = counting_down();

    code.save = busy_save;
    CHECK_OK(wf_storage_open("memory:", &elsewhere, &error));
    wf_storage_t *storage = shelf_of(&code);
    waiting = started(workflow, storage, "3");
    CHECK_STATUS(WF_DONE, drive(waiting).end);
    CHECK(count_checkpoints(elsewhere) == 5);
    check_resumes(workflow, elsewhere, "");
    wf_run_free(waiting);
    wf_storage_free(storage);
    wf_storage_free(elsewhere);
    wf_workflow_free(workflow);
}

struct errand {
    wf_workflow_t *workflow;
    wf_storage_t *storage;
};

static void *run_errand(void *user_data) {
    struct errand *errand = user_data;
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;
    wf_event_t *event = NULL;
    char *list = NULL;
    intptr_t wrong = 0;

    options.storage = errand->storage;
    for (int i = 0; i < 5; i++) {
        wrong += wf_run_start(errand->workflow, &options, "4", WF_NUL, &run, NULL) != WF_OK;
        while (wf_run_next(run, -1, &event, NULL) == WF_OK) wf_event_free(event);
        wrong += wf_run_state(run) != WF_RUN_IDLE;
        wf_run_free(run);
        wrong += wf_storage_list(errand->storage, "story", &list, NULL, NULL) != WF_OK;
        wf_free(list);
    }
    return (void *)wrong;
}

static void eight_threads(void) {
    struct shelf shelf = SHELF_INIT;
    struct errand errand = {counting_down(), new_shelf(&shelf)};
    pthread_t threads[8];

    for (int i = 0; i < 8; i++) CHECK(pthread_create(&threads[i], NULL, run_errand, &errand) == 0);
    for (int i = 0; i < 8; i++) {
        void *wrong = NULL;
        pthread_join(threads[i], &wrong);
        CHECK(wrong == NULL);
    }
    CHECK(count_checkpoints(errand.storage) == 8 * 5 * 6);
    wf_storage_free(errand.storage);
    wf_workflow_free(errand.workflow);
}

static void a_fence(void) {
    struct shelf shelf = SHELF_INIT;
    wf_storage_code_t code = fenced_code(&shelf);
    wf_storage_t *storage = shelf_of(&code);
    wf_workflow_t *workflow = counting_down();
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *slow = started(workflow, storage, "5"), *quick = NULL, *again = NULL;
    char id[TEXT], *document = NULL;

    for (int i = 0; i < 3; i++) wf_event_free(drive_to(slow, WF_EVENT_CHECKPOINT));
    CHECK_OK(resume(workflow, storage, NULL, &quick));
    CHECK_STATUS(WF_DONE, drive(quick).end);
    CHECK_FAILS(WF_E_CONFLICT, drive(slow).end, "went on elsewhere");
    CHECK(wf_run_state(slow) == WF_RUN_FAILED && count_checkpoints(storage) == 7);
    CHECK(shelf.calls[0] == 0 && shelf.calls[8] == 8);
    options.storage = storage;
    options.run_id = wf_run_id(quick);
    CHECK_OK(wf_run_start(workflow, &options, "2", WF_NUL, &again, &error));
    CHECK_FAILS(WF_E_CONFLICT, drive(again).end, "is there already");
    latest(storage, id);
    CHECK_OK(wf_storage_load(storage, id, &document, NULL, &error));
    CHECK_OK(wf_storage_save(storage, document, WF_NUL, &error)); /* the same again */
    strstr(document, "\"superstep\": ")[strlen("\"superstep\": ")] ^= 1;
    CHECK_FAILS(WF_E_EXISTS, wf_storage_save(storage, document, WF_NUL, &error), id);
    for (int left = 7; left > 0; left--) {
        CHECK(shelf.heads != NULL);
        latest(storage, id);
        CHECK_OK(wf_storage_delete(storage, id, &error));
    }
    CHECK(shelf.heads == NULL);
    CHECK_OK(wf_storage_save(storage, document, WF_NUL, &error));
    CHECK(shelf.heads != NULL);
    wf_free(document);
    wf_run_free(slow);
    wf_run_free(quick);
    wf_run_free(again);
    wf_storage_free(storage);
    CHECK(shelf.finalized == 1);
    wf_workflow_free(workflow);
}

static wf_status_t garbage_head(void *user_data, const char *run, wf_answer_t *answer) {
    (void)user_data, (void)run;
    return wf_answer_add(answer, "../elsewhere", NULL);
}

static void a_fence_that_fails_or_lies(void) {
    struct shelf shelf = SHELF_INIT;
    wf_storage_code_t code = fenced_code(&shelf);
    wf_workflow_t *workflow = counting_down();
    wf_storage_t *storage = shelf_of(&code);
    wf_run_t *run = started(workflow, storage, "3");

    shelf.fails = 3;
    CHECK_FAILS(WF_E_STORAGE, drive(run).end, "the storage's commit", "the shelf is full");
    wf_run_free(run);
    check_resumes(workflow, storage, "\"done\"");
    const wf_status_t odd[] = {WF_E_NOMEM, WF_PENDING, WF_NONE, 77, WF_E_HOST - 5, INT32_MIN};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        char number[16];
        snprintf(number, sizeof number, "(%d)", odd[i]);
        run = started(workflow, storage, "1");
        shelf.always = odd[i];
        CHECK_FAILS(WF_E_STORAGE, drive(run).end, "commit", number);
        shelf.always = 0;
        wf_run_free(run);
    }
    wf_storage_free(storage);
    shelf = (struct shelf)SHELF_INIT;
    code.head = garbage_head;
    storage = shelf_of(&code);
    run = NULL;
    wf_storage_t *memory = NULL;
    char id[TEXT], *document = NULL;
    CHECK_OK(wf_storage_open("memory:", &memory, &error));
    tell(workflow, memory, "1");
    latest(memory, id);
    CHECK_OK(wf_storage_load(memory, id, &document, NULL, &error));
    CHECK_FAILS(WF_E_STORAGE, wf_storage_save(storage, document, WF_NUL, &error), "../elsewhere", "no checkpoint id");
    CHECK(shelf.calls[8] == 0);
    wf_free(document);
    wf_storage_free(memory);
    wf_storage_free(storage);
    wf_workflow_free(workflow);
}

int main(void) {
    RUN(what_is_missing_or_unknown);
    RUN(answers_without_a_question);
    RUN(a_run_is_kept_and_resumed);
    RUN(a_save_that_fails);
    RUN(callbacks_that_fail_or_say_nothing);
    RUN(a_strict_host_that_throws);
    RUN(damage_is_noticed);
    RUN(one_that_keeps_values);
    RUN(the_run_keeps_it);
    RUN(callbacks_that_use_the_library);
    RUN(eight_threads);
    RUN(a_fence);
    RUN(a_fence_that_fails_or_lies);
    FINISH();
}
