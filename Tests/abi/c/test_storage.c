/* A storage keeps what it is given, says what it has not, and touches nothing outside its place. */
#include "shelf.h"

static void urls_that_lead_nowhere(void) {
    wf_storage_t *storage = NULL;
    FILE *file = fopen("a-file", "w");

    fclose(file);
    CHECK_FAILS(WF_E_MISUSE, wf_storage_open(NULL, &storage, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_open("memory:", NULL, &error), "storage", "NULL");
    CHECK_FAILS(WF_E_INVALID, wf_storage_open("", &storage, &error), "directory:");
    CHECK_FAILS(WF_E_INVALID, wf_storage_open("carrier-pigeon:", &storage, &error), "carrier-pigeon", "directory:");
    CHECK_FAILS(WF_E_INVALID, wf_storage_open("memory", &storage, &error), "'memory'");
    CHECK_FAILS(WF_E_INVALID, wf_storage_open("directory:", &storage, &error), "path");
    CHECK_FAILS(WF_E_INVALID, wf_storage_open("directory:caf\xE9", &storage, &error), "UTF-8");
    CHECK_FAILS(WF_E_STORAGE, wf_storage_open("directory:a-file", &storage, &error), "a-file", "directory");
    CHECK_FAILS(WF_E_STORAGE, wf_storage_open("directory:a-file/below", &storage, &error), "a-file");
    CHECK(storage == NULL);
}

static void null_and_wrong_handles(wf_storage_t *storage) {
    wf_builder_t *builder = story(echo);
    wf_storage_t *wrong = (wf_storage_t *)builder;
    char *text = (char *)builder;
    size_t length = 7;

    CHECK_FAILS(WF_E_MISUSE, wf_storage_load(NULL, "x", &text, &length, &error), "storage", "NULL");
    CHECK(text == NULL);
    CHECK_FAILS(WF_E_MISUSE, wf_storage_load(wrong, "x", &text, &length, &error), "storage");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_load(storage, NULL, &text, &length, &error), "id", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_load(storage, "x", NULL, &length, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_save(NULL, "{}", WF_NUL, &error), "storage", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_save(storage, NULL, 2, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_list(NULL, NULL, &text, NULL, &error), "storage", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_list(storage, NULL, NULL, NULL, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_latest(NULL, "x", &text, &error), "storage", "NULL");
    CHECK_STATUS(WF_NONE, wf_storage_latest(storage, NULL, &text, &error));
    CHECK_FAILS(WF_E_MISUSE, wf_storage_latest(storage, "x", NULL, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_delete(NULL, "x", &error), "storage", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_delete(storage, NULL, &error), "id", "NULL");
    wf_storage_free(wrong);
    wf_storage_free(NULL);
    wf_builder_free(builder);
}

static void what_is_not_there(wf_storage_t *storage) {
    const char *absent = "01930000-0000-7000-8000-000000000000";
    char *text = NULL;

    CHECK_FAILS(WF_E_NOTFOUND, wf_storage_load(storage, absent, &text, NULL, &error), absent);
    CHECK_STATUS(WF_NONE, wf_storage_delete(storage, absent, &error));
    CHECK_STATUS(WF_NONE, wf_storage_latest(storage, "nobody", &text, &error));
    CHECK(text == NULL);
    CHECK_OK(wf_storage_list(storage, "nobody", &text, NULL, &error));
    CHECK_TEXT("[]", text);
    wf_free(text);
}

static void ids_that_try_to_leave(wf_storage_t *storage) {
    const char *const ids[] = {"",    ".",    "..", "../outside", "/etc/passwd",
                               "a/b", "a\\b", "\n", "caf\xE9",     "outside.json/.."};
    char endless[5000];
    char *text = NULL;

    memset(endless, 'x', sizeof endless);
    endless[sizeof endless - 1] = '\0';
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        CHECK_FAILS(WF_E_INVALID, wf_storage_load(storage, ids[i], &text, NULL, &error), "checkpoint id");
        CHECK_FAILS(WF_E_INVALID, wf_storage_delete(storage, ids[i], &error), "checkpoint id");
    }
    CHECK_FAILS(WF_E_INVALID, wf_storage_load(storage, endless, &text, NULL, &error), "checkpoint id");
}

static void documents_of_somebody_else(wf_storage_t *storage) {
    CHECK_FAILS(WF_E_CHECKPOINT, wf_storage_save(storage, "{\"checkpoint_id\": \"x\"}", WF_NUL, &error), "format");
    CHECK_FAILS(WF_E_CHECKPOINT, wf_storage_save(storage, "[]", WF_NUL, &error), "checkpoint");
    CHECK_FAILS(WF_E_JSON, wf_storage_save(storage, "{\"format\": \"libwork", WF_NUL, &error), "checkpoint");
    CHECK(count_checkpoints(storage) == 0);
}

static void a_document_travels(wf_storage_t *storage) {
    wf_workflow_t *workflow = built(story_of_two(relay, echo));
    wf_storage_t *other = NULL;
    char id[TEXT], *json = NULL, *copy = NULL;
    size_t length = 0;

    tell(workflow, storage, "1");
    CHECK(count_checkpoints(storage) == 3);
    latest(storage, id);
    CHECK_OK(wf_storage_load(storage, id, &json, &length, &error));
    CHECK(strlen(json) == length);
    CHECK_OK(wf_storage_open("memory:", &other, &error));
    CHECK_OK(wf_storage_save(other, json, length, &error));
    CHECK_OK(wf_storage_save(other, json, length, &error));
    CHECK(count_checkpoints(other) == 1);
    CHECK_OK(wf_storage_load(other, id, &copy, NULL, &error));
    CHECK_TEXT(json, copy);
    CHECK_OK(wf_storage_delete(storage, id, &error));
    CHECK(count_checkpoints(storage) == 2);
    wf_free(json);
    wf_free(copy);
    wf_storage_free(other);
    wf_workflow_free(workflow);
}

static void in_a(wf_storage_t *storage) {
    null_and_wrong_handles(storage);
    what_is_not_there(storage);
    ids_that_try_to_leave(storage);
    documents_of_somebody_else(storage);
    a_document_travels(storage);
    wf_storage_free(storage);
}

static void in_memory(void) {
    wf_storage_t *storage = NULL;

    CHECK_OK(wf_storage_open("memory:", &storage, &error));
    in_a(storage);
}

static void in_a_directory(void) {
    char path[TEXT];

    in_a(new_directory(path));
    CHECK(access("outside.json", F_OK) != 0);
}

static void in_the_hosts_hands(void) {
    struct shelf shelf = SHELF_INIT;

    in_a(new_shelf(&shelf));
    CHECK(shelf.finalized == 1);
}

int main(void) {
    RUN(urls_that_lead_nowhere);
    RUN(in_memory);
    RUN(in_a_directory);
    RUN(in_the_hosts_hands);
    FINISH();
}
