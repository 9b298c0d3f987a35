/* The care of a storage: what is in it, what may go, what is damaged, and how a run gets into another one. */
#include "shelf.h"

enum { ROOM = 4 * TEXT };

/* What a call gave, for a look at its words; the next call has the place again. */
static char *text;

static const char *kept(void) {
    static char copy[1 << 16];

    snprintf(copy, sizeof copy, "%s", text == NULL ? "NULL" : text);
    wf_free(text);
    text = NULL;
    return copy;
}

#define SAYS(word) check_word(__FILE__, __LINE__, said, word)
static const char *said;

static void check_word(const char *file, int line, const char *text, const char *word) {
    if (strstr(text, word) == NULL) complain(file, line, word, text);
}

#define TOLD(call) (CHECK_OK(call), said = kept())

/* Asks, and leaves its last checkpoint waiting for an answer. */
static wf_status_t ask(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    return wf_context_request_info(context, "question", input, length, NULL, NULL);
}

static wf_status_t note(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    CHECK_OK(wf_context_remember(context, "note", "{\"paid\": 1.50}", WF_NUL, &error));
    return wf_context_send(context, NULL, input, length, NULL);
}

static void play(wf_storage_t *storage, const char *run_id, wf_builder_t *builder, int supersteps) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_workflow_t *workflow = built(builder);
    wf_run_t *run = NULL;

    options.storage = storage;
    options.run_id = run_id;
    CHECK_OK(wf_run_start(workflow, &options, "\"caf\\u00e9 1.50\"", WF_NUL, &run, &error));
    for (int i = 0; i < supersteps; i++) wf_event_free(drive_to(run, WF_EVENT_CHECKPOINT));
    if (supersteps == 0) drive(run);
    wf_run_free(run);
    wf_workflow_free(workflow);
}

/* Three runs: one is done, one waits, one was left in the middle of its work. */
static void fill(wf_storage_t *storage) {
    play(storage, "done", story_of_two(note, echo), 0);
    play(storage, "waiting", story(ask), 0);
    play(storage, "working", story_of_two(relay, echo), 2);
}

static void head_of(wf_storage_t *storage, const char *query, char id[TEXT]) {
    const char *found;

    id[0] = '\0';
    TOLD(wf_storage_runs(storage, query, &text, NULL, &error));
    found = strstr(said, "\"head\":\"");
    CHECK(found != NULL);
    if (found != NULL) sscanf(found + 8, "%200[^\"]", id);
}

static int count(const char *text, const char *word) {
    int found = 0;

    for (; (text = strstr(text, word)) != NULL; text++) found++;
    return found;
}

static void misuse(wf_storage_t *storage) {
    wf_builder_t *builder = story(echo);
    wf_storage_t *wrong = (wf_storage_t *)builder;
    char *id = NULL;

    CHECK_FAILS(WF_E_MISUSE, wf_storage_runs(NULL, NULL, &text, NULL, &error), "storage", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_runs(storage, NULL, NULL, NULL, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_runs(wrong, NULL, &text, NULL, &error), "storage");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_find(NULL, NULL, &text, NULL, &error), "storage", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_find(storage, NULL, NULL, NULL, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_summary(NULL, "x", &text, NULL, &error), "storage", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_summary(storage, NULL, &text, NULL, &error), "id", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_summary(storage, "x", NULL, NULL, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_delete_run(NULL, "x", &error), "storage", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_delete_run(storage, NULL, &error), "run id", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_prune(NULL, "{\"keep_last\": 1}", &text, NULL, &error), "storage", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_prune(storage, NULL, &text, NULL, &error), "policy", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_prune(storage, "{\"keep_last\": 0}", NULL, NULL, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_verify(NULL, &text, NULL, &error), "storage", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_verify(storage, NULL, NULL, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_export(NULL, "x", &text, NULL, &error), "storage", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_export(storage, NULL, &text, NULL, &error), "run id", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_export(storage, "x", NULL, NULL, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_import(NULL, "{}", WF_NUL, &error), "storage", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_import(storage, NULL, 2, &error), "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_copy(NULL, "x", "y", &id, &error), "storage", "NULL");
    CHECK_FAILS(WF_E_MISUSE, wf_storage_copy(storage, NULL, "y", &id, &error), "id", "NULL");
    CHECK(text == NULL && id == NULL);
    wf_builder_free(builder);
}

static void what_makes_no_sense(wf_storage_t *storage) {
    char *id = (char *)storage;

    CHECK_FAILS(WF_E_JSON, wf_storage_runs(storage, "{", &text, NULL, &error), "query");
    CHECK_FAILS(WF_E_JSON, wf_storage_runs(storage, "", &text, NULL, &error), "query");
    CHECK_FAILS(WF_E_INVALID, wf_storage_runs(storage, "[]", &text, NULL, &error), "object");
    CHECK_FAILS(WF_E_INVALID, wf_storage_find(storage, "{\"run\": \"x\"}", &text, NULL, &error), "'run'", "run_id");
    CHECK_FAILS(WF_E_INVALID, wf_storage_find(storage, "{\"limit\": 100000}", &text, NULL, &error), "limit", "10000");
    CHECK_FAILS(WF_E_INVALID, wf_storage_summary(storage, "../x", &text, NULL, &error), "checkpoint id");
    CHECK_FAILS(WF_E_NOTFOUND, wf_storage_summary(storage, "x", &text, NULL, &error), "'x'");
    CHECK_FAILS(WF_E_INVALID, wf_storage_prune(storage, "{}", &text, NULL, &error), "keep_last");
    CHECK_FAILS(WF_E_INVALID, wf_storage_prune(storage, "{\"keep_last\": 0, \"dry\": true}", &text, NULL, &error), "'dry'");
    CHECK_FAILS(WF_E_JSON, wf_storage_prune(storage, "{\"keep_last\": 0", &text, NULL, &error), "policy");
    CHECK_FAILS(WF_E_INVALID, wf_storage_delete_run(storage, "caf\xE9", &error), "UTF-8");
    CHECK_STATUS(WF_NONE, wf_storage_delete_run(storage, "nobody", &error));
    CHECK_FAILS(WF_E_NOTFOUND, wf_storage_export(storage, "nobody", &text, NULL, &error), "nobody");
    CHECK_FAILS(WF_E_JSON, wf_storage_import(storage, "{", WF_NUL, &error), "exported run");
    CHECK_FAILS(WF_E_CHECKPOINT, wf_storage_import(storage, "{}", WF_NUL, &error), "exported run");
    CHECK_FAILS(WF_E_NOTFOUND, wf_storage_copy(storage, "x", "y", &id, &error), "'x'");
    CHECK(id == NULL && text == NULL);
}

static void looking(wf_storage_t *storage) {
    char head[TEXT], query[ROOM];
    size_t length = 0;

    TOLD(wf_storage_runs(storage, NULL, &text, &length, &error));
    CHECK(strlen(said) == length && count(said, "\"run_id\"") == 3);
    SAYS("\"next\":null");
    TOLD(wf_storage_runs(storage, "{\"limit\": 1, \"order\": \"oldest\"}", &text, NULL, &error));
    SAYS("\"run_id\":\"done\",\"workflow_name\":\"story\",\"head\":\"");
    SAYS("\"superstep\":2,\"status\":\"idle\",\"timestamp\":\"");
    SAYS("\"checkpoints\":3}],\"next\":\"");
    TOLD(wf_storage_find(storage, "{\"kind\": \"entry\", \"run_id\": \"working\"}", &text, NULL, &error));
    CHECK(count(said, "\"checkpoint_id\"") == 1);
    head_of(storage, "{\"status\": \"waiting\"}", head);
    TOLD(wf_storage_summary(storage, head, &text, &length, &error));
    CHECK(strlen(said) == length);
    SAYS("\"run_id\":\"waiting\"");
    SAYS("\"status\":\"waiting\",\"pending_request_ids\":[\"question\"],\"messages\":0,\"bytes\":");
    snprintf(query, sizeof query, "{\"before\": \"%s\", \"after\": \"\", \"limit\": 10000}", head);
    TOLD(wf_storage_find(storage, query, &text, NULL, &error));
    CHECK(count(said, "\"checkpoint_id\"") == 4);
}

static void travelling(wf_storage_t *storage, int knows_memos) {
    wf_storage_t *other = NULL;
    char head[TEXT], path[TEXT], *run = NULL, *there = NULL, *here = NULL;
    size_t length = 0;

    CHECK_OK(wf_storage_export(storage, "done", &run, &length, &error));
    CHECK(run != NULL && strlen(run) == length);
    CHECK((strstr(run, "\"memos\": null") == NULL) == knows_memos);
    other = new_directory(path);
    CHECK_OK(wf_storage_import(other, run, length, &error));
    CHECK_OK(wf_storage_import(other, run, WF_NUL, &error));
    head_of(other, NULL, head);
    CHECK_OK(wf_storage_load(storage, head, &here, NULL, &error));
    CHECK_OK(wf_storage_load(other, head, &there, NULL, &error));
    CHECK_TEXT(here, there);
    CHECK_STATUS(knows_memos ? WF_OK : WF_NONE, wf_storage_forget(other, "done", &error));
    wf_free(run);
    wf_free(here);
    wf_free(there);
    wf_storage_free(other);
}

static void copying(wf_storage_t *storage) {
    wf_workflow_t *workflow = built(story_of_two(relay, echo));
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;
    char head[TEXT], *copy = NULL;

    head_of(storage, "{\"run_id\": \"working\"}", head);
    CHECK_FAILS(WF_E_EXISTS, wf_storage_copy(storage, head, "done", &copy, &error), "'done'");
    CHECK_FAILS(WF_E_INVALID, wf_storage_copy(storage, head, "", &copy, &error), "run id");
    CHECK_OK(wf_storage_copy(storage, head, "again", &copy, &error));
    CHECK(copy != NULL && strcmp(copy, head) > 0);
    TOLD(wf_storage_find(storage, "{\"run_id\": \"again\"}", &text, NULL, &error));
    CHECK(count(said, "\"run_id\":\"again\"") == 2);
    options.storage = storage;
    CHECK_OK(wf_run_resume(workflow, &options, copy, &run, &error));
    CHECK_TEXT("again", wf_run_id(run));
    CHECK_TEXT("\"caf\\u00e9 1.50\"", drive(run).output);
    wf_run_free(run);
    wf_workflow_free(workflow);
    wf_free(copy);
    CHECK_OK(wf_storage_copy(storage, head, NULL, NULL, &error));
    TOLD(wf_storage_runs(storage, "{\"limit\": 1}", &text, NULL, &error));
    SAYS("\"status\":\"working\"");
    SAYS("\"checkpoints\":2");
}

static void throwing_away(wf_storage_t *storage) {
    TOLD(wf_storage_prune(storage, "{\"keep_last\": 0, \"run_id\": \"done\", \"dry_run\": true}", &text, NULL, &error));
    SAYS("{\"deleted\":3,\"runs_deleted\":1,\"kept\":0,\"live_runs_skipped\":0,\"bytes_before\":");
    SAYS("\"bytes_after\":0}");
    TOLD(wf_storage_prune(storage, "{\"older_than_ms\": 3600000}", &text, NULL, &error));
    SAYS("\"deleted\":0,");
    TOLD(wf_storage_prune(storage, "{\"keep_last\": 1, \"trim_live\": true}", &text, NULL, &error));
    SAYS("\"runs_deleted\":0,");
    TOLD(wf_storage_runs(storage, NULL, &text, NULL, &error));
    CHECK(count(said, "\"checkpoints\":1") == count(said, "\"run_id\"") && count(said, "\"run_id\"") == 5);
    TOLD(wf_storage_prune(storage, "{\"keep_last\": 0}", &text, NULL, &error));
    SAYS("{\"deleted\":2,\"runs_deleted\":2,\"kept\":3,\"live_runs_skipped\":3,");
    CHECK_STATUS(WF_NONE, wf_storage_forget(storage, "done", &error));
    TOLD(wf_storage_verify(storage, &text, NULL, &error));
    SAYS("{\"checkpoints\":3,\"good\":3,\"problems\":[],\"missing_parents\":[\"");
    SAYS("{\"run_id\":\"working\",\"latest_good\":\"");
    CHECK_OK(wf_storage_delete_run(storage, "waiting", &error));
    CHECK_OK(wf_storage_delete_run(storage, "working", &error));
    CHECK_STATUS(WF_NONE, wf_storage_delete_run(storage, "working", &error));
    CHECK(count_checkpoints(storage) == 1);
}

static void care_for(wf_storage_t *storage, int knows_memos) {
    misuse(storage);
    what_makes_no_sense(storage);
    fill(storage);
    looking(storage);
    travelling(storage, knows_memos);
    copying(storage);
    throwing_away(storage);
    wf_storage_free(storage);
}

static void in_memory(void) {
    wf_storage_t *storage = NULL;

    CHECK_OK(wf_storage_open("memory:", &storage, &error));
    care_for(storage, 1);
}

static void in_a_directory(void) {
    char path[TEXT];

    care_for(new_directory(path), 1);
}

static void in_the_hosts_hands(void) {
    struct shelf shelf = SHELF_INIT;

    care_for(new_shelf(&shelf), 0);
    CHECK(shelf.finalized == 1);
}

static void a_torn_file(void) {
    char path[TEXT], file[3 * TEXT], head[TEXT];
    wf_storage_t *storage = new_directory(path);
    FILE *torn;

    fill(storage);
    head_of(storage, "{\"run_id\": \"done\"}", head);
    snprintf(file, sizeof file, "%s/%s.json", path, head);
    torn = fopen(file, "w");
    fputs("torn", torn);
    fclose(torn);
    TOLD(wf_storage_verify(storage, &text, NULL, &error));
    SAYS("\"good\":6,\"problems\":[{\"checkpoint_id\":\"");
    SAYS(head);
    SAYS("{\"run_id\":\"done\",\"latest_good\":\"");
    CHECK_FAILS(WF_E_CHECKPOINT, wf_storage_summary(storage, head, &text, NULL, &error), head);
    CHECK_FAILS(WF_E_CHECKPOINT, wf_storage_copy(storage, head, NULL, NULL, &error), head);
    wf_storage_free(storage);
}

/* A storage without memos cannot take in what it would lose. */
static void without_memos(void) {
    struct shelf shelf = SHELF_INIT;
    wf_storage_code_t code = shelf_code(&shelf);
    wf_storage_t *storage = NULL, *bare = NULL;
    char *run = NULL;

    code.remember = NULL;
    code.recall = NULL;
    code.forget = NULL;
    bare = shelf_of(&code);
    CHECK_OK(wf_storage_open("memory:", &storage, &error));
    fill(storage);
    CHECK_OK(wf_storage_export(storage, "done", &run, NULL, &error));
    CHECK_FAILS(WF_E_UNSUPPORTED, wf_storage_import(bare, run, WF_NUL, &error), "remember");
    CHECK(count_checkpoints(bare) == 0);
    wf_free(run);
    CHECK_OK(wf_storage_export(storage, "waiting", &run, NULL, &error));
    CHECK_OK(wf_storage_import(bare, run, WF_NUL, &error));
    CHECK(count_checkpoints(bare) == 2);
    wf_free(run);
    wf_storage_free(bare);
    wf_storage_free(storage);
}

int main(void) {
    RUN(in_memory);
    RUN(in_a_directory);
    RUN(in_the_hosts_hands);
    RUN(a_torn_file);
    RUN(without_memos);
    FINISH();
}
