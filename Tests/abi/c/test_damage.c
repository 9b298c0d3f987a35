/* A damaged checkpoint is an error that names the file, never a wrong answer, and hides no other. */
#include <sys/stat.h>

#include "story.h"

enum { SIZE = 65536 };

static void path_of(const char *directory, const char *id, char path[2 * TEXT]) {
    snprintf(path, 2 * TEXT, "%s/%s.json", directory, id);
}

static size_t read_file(const char *path, char content[SIZE]) {
    FILE *file = fopen(path, "rb");
    size_t length = file == NULL ? 0 : fread(content, 1, SIZE - 1, file);

    if (file != NULL) fclose(file);
    content[length] = '\0';
    return length;
}

static void write_file(const char *path, const char *content, size_t length) {
    FILE *file = fopen(path, "wb");

    CHECK(file != NULL && fwrite(content, 1, length, file) == length);
    if (file != NULL) fclose(file);
}

/* Resuming from the head is refused and names the file; the list tells of it and still has the others. */
static void check_refused(wf_workflow_t *workflow, wf_storage_t *storage, const char *id, const char *how) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;
    char *list = NULL;
    wf_status_t status;

    options.storage = storage;
    status = wf_run_resume(workflow, &options, id, &run, &error);
    check_failure(__FILE__, __LINE__, how, WF_E_CHECKPOINT, status, (const char *const[]){id, NULL});
    CHECK(run == NULL);
    CHECK_OK(wf_storage_list(storage, NULL, &list, NULL, &error));
    if (strstr(list, "\"problem\"") == NULL) complain(__FILE__, __LINE__, how, "no problem in the list");
    CHECK(count_checkpoints(storage) == 3);
    wf_free(list);
}

static void check_older_resumes(wf_workflow_t *workflow, wf_storage_t *storage, const char *id) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;

    options.storage = storage;
    CHECK_OK(wf_run_resume(workflow, &options, id, &run, &error));
    struct told told = drive(run);
    CHECK_STATUS(WF_DONE, told.end);
    CHECK_TEXT("\"bread\"", told.output);
    wf_run_free(run);
}

static void every_kind_of_damage(void) {
    static char good[SIZE], bad[SIZE];
    char directory[TEXT], head[TEXT], path[2 * TEXT];
    wf_storage_t *storage = new_directory(directory);
    wf_workflow_t *workflow = built(story_of_two(relay, echo));

    tell(workflow, storage, "\"bread\"");
    latest(storage, head);
    path_of(directory, head, path);
    size_t length = read_file(path, good);
    CHECK(length > 0);

    write_file(path, "", 0);
    check_refused(workflow, storage, head, "an empty file");
    write_file(path, "{\"colour\": \"red\"}", 17);
    check_refused(workflow, storage, head, "a file of somebody else");
    write_file(path, "\x7F" "ELF\0\1\2\3", 8);
    check_refused(workflow, storage, head, "not text at all");
    for (size_t cut = 1; cut < length; cut += 1 + length / 40) {
        write_file(path, good, cut);
        check_refused(workflow, storage, head, "cut short");
    }
    for (size_t at = 0; at < length; at += 1 + length / 80) {
        memcpy(bad, good, length);
        bad[at] ^= 1;
        write_file(path, bad, length);
        check_refused(workflow, storage, head, "one bit changed");
    }
    write_file(path, good, length);
    wf_workflow_free(workflow);
    wf_storage_free(storage);
}

static void the_one_before_is_still_good(void) {
    char directory[TEXT], entry[TEXT], head[TEXT], path[2 * TEXT], *list = NULL;
    wf_storage_t *storage = new_directory(directory);
    wf_workflow_t *workflow = built(story_of_two(relay, echo));

    tell(workflow, storage, "\"bread\"");
    CHECK_OK(wf_storage_list(storage, "story", &list, NULL, &error));
    CHECK(sscanf(strstr(list, "\"checkpoint_id\""), "\"checkpoint_id\":\"%255[^\"]", entry) == 1);
    latest(storage, head);
    path_of(directory, head, path);
    write_file(path, "{", 1);
    check_refused(workflow, storage, head, "the head");
    check_older_resumes(workflow, storage, entry);
    wf_free(list);
    wf_workflow_free(workflow);
    wf_storage_free(storage);
}

/* What else may lie in the directory: it is told of or left alone, and nothing waits for it. */
static void strangers_in_the_directory(void) {
    char directory[TEXT], head[TEXT], path[2 * TEXT], moved[2 * TEXT], *json = NULL;
    wf_storage_t *storage = new_directory(directory);
    wf_workflow_t *workflow = built(story(echo));

    tell(workflow, storage, "1");
    latest(storage, head);
    snprintf(path, sizeof path, "%s/README.txt", directory);
    write_file(path, "hello", 5);
    CHECK(count_checkpoints(storage) == 2);
    path_of(directory, "pipe", path);
    CHECK(mkfifo(path, 0600) == 0);
    path_of(directory, "folder", path);
    CHECK(mkdir(path, 0700) == 0);
    path_of(directory, "nowhere", path);
    CHECK(symlink("/nonexistent/file", path) == 0);
    CHECK_FAILS(WF_E_CHECKPOINT, wf_storage_load(storage, "pipe", &json, NULL, &error), "pipe.json", "regular");
    CHECK_FAILS(WF_E_CHECKPOINT, wf_storage_load(storage, "folder", &json, NULL, &error), "folder.json", "regular");
    path_of(directory, head, path);
    path_of(directory, "renamed", moved);
    CHECK(rename(path, moved) == 0);
    CHECK_FAILS(WF_E_CHECKPOINT, wf_storage_load(storage, "renamed", &json, NULL, &error), "renamed.json", head);
    CHECK(json == NULL);
    tell(workflow, storage, "2");
    latest(storage, head);
    CHECK_OK(wf_storage_load(storage, head, &json, NULL, &error));
    wf_free(json);
    wf_workflow_free(workflow);
    wf_storage_free(storage);
}

int main(void) {
    RUN(every_kind_of_damage);
    RUN(the_one_before_is_still_good);
    RUN(strangers_in_the_directory);
    FINISH();
}
