/* The work: three executors, and the two conditions of the loop. The twin of work.py. */
#define _GNU_SOURCE
#include "work.h"

#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include <workflow_jansson.h>

#include "words.h"

/* ---- Small help with contexts ------------------------------------------------------------------ */

/* Fails the executor with a sentence, and frees it. */
static wf_status_t fail(wf_context_t *context, char *sentence)
{
    wf_status_t status = wf_context_fail(context, "TextError", sentence, WF_NUL);
    free(sentence);
    return status;
}

static wf_status_t set_shared(wf_context_t *context, const char *key, const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    wf_status_t status = wf_context_set_state(context, WF_SCOPE_SHARED, key, text, WF_NUL, NULL);
    free(text);
    return status;
}

/* NULL when there is none. The caller releases it. */
static json_t *get_shared(wf_context_t *context, const char *key)
{
    const char *text;
    size_t length;
    if (wf_context_get_state(context, WF_SCOPE_SHARED, key, &text, &length, NULL) != WF_OK)
        return NULL;
    return json_loadb(text, length, JSON_DECODE_ANY, NULL);
}

/* Says in the next checkpoint who worked on it. */
static wf_status_t sign(wf_context_t *context)
{
    return wf_context_set_state(context, WF_SCOPE_SHARED, "language", "\"C\"", WF_NUL, NULL);
}

static wf_status_t send_and_release(wf_context_t *context, json_t *message)
{
    wf_status_t status = wf_context_send_jansson(context, NULL, message, NULL);
    json_decref(message);
    return status;
}

static wf_status_t send_position(wf_context_t *context, size_t file, int64_t offset)
{
    return send_and_release(context, json_pack("{s:I, s:I}", "file", (json_int_t)file, "offset", (json_int_t)offset));
}

/* ---- reader: what there is to count ------------------------------------------------------------ */

static char *add_file(json_t *files, const char *folder, const char *name, int64_t *total)
{
    int64_t length;
    uint32_t checksum;
    char *path = join_path(folder, name);
    char *problem = measure_file(path, &length, &checksum);
    if (problem == NULL) {
        json_t *file = json_pack("{s:s, s:I, s:I}", "name", name, "bytes", (json_int_t)length,
                                 "crc32", (json_int_t)checksum);
        if (json_array_append_new(files, file) != 0)
            problem = format_text("the name of %s is not UTF-8, so a checkpoint cannot hold it", path);
        *total += length;
    }
    free(path);
    return problem;
}

static char *describe_job(json_t *request, json_t **job)
{
    const char *path;
    json_int_t chunk_bytes;
    if (json_unpack(request, "{s:s, s:I}", "path", &path, "chunk_bytes", &chunk_bytes) != 0)
        return format_text("the input must be {\"path\": ..., \"chunk_bytes\": ...}");

    struct file_list list;
    int64_t total = 0;
    json_t *files = json_array();
    char *problem = list_files(path, &list);
    for (size_t index = 0; index < list.count && problem == NULL; index++)
        problem = add_file(files, list.folder, list.names[index], &total);
    if (problem == NULL && list.count == 0)
        problem = format_text("there is no file in %s", path);
    *job = json_pack("{s:s, s:I, s:I, s:o}", "folder", list.folder, "chunk_bytes", chunk_bytes,
                     "bytes", (json_int_t)total, "files", files);
    free_file_list(&list);
    return problem;
}

static wf_status_t read_job(void *user_data, wf_context_t *context, const char *input, size_t length)
{
    json_t *request, *job = NULL;
    wf_status_t status = wf_context_input_jansson(context, &request, NULL);
    if (status < 0)
        return status;
    char *problem = describe_job(request, &job);
    if (problem == NULL && (status = set_shared(context, "job", job)) >= 0 && (status = sign(context)) >= 0)
        status = send_position(context, 0, 0);
    json_decref(job);
    json_decref(request);
    return problem != NULL ? fail(context, problem) : status;
}

/* ---- counter: one chunk a superstep ------------------------------------------------------------ */

static wf_status_t save_counter(void *user_data, wf_context_t *context, const char *input, size_t length)
{
    struct counter *counter = user_data;
    json_t *state = json_pack("{s:O, s:I, s:I, s:I}", "counts", counter->counts, "words", counter->words,
                              "bytes", counter->bytes, "crc32", counter->checksum);
    char *text = json_dumps(state, JSON_COMPACT);
    wf_status_t status = wf_context_save(context, text, WF_NUL, NULL);
    free(text);
    json_decref(state);
    return status;
}

static wf_status_t restore_counter(void *user_data, wf_context_t *context, const char *input, size_t length)
{
    struct counter *counter = user_data;
    json_t *counts;
    json_t *state = json_loadb(input, length, 0, NULL);
    if (json_unpack(state, "{s:O, s:I, s:I, s:I}", "counts", &counts, "words", &counter->words,
                    "bytes", &counter->bytes, "crc32", &counter->checksum) != 0) {
        json_decref(state);
        return fail(context, format_text("the saved state of the counter is not one that this program wrote"));
    }
    json_decref(counter->counts);
    json_decref(state);
    counter->counts = counts;
    return WF_OK;
}

static void count_words(struct counter *counter, char *part, size_t length)
{
    char *cursor = part;
    const char *word;
    counter->bytes += (json_int_t)length;
    counter->checksum = crc32_of((uint32_t)counter->checksum, part, length);
    while ((word = next_word(&cursor, part + length)) != NULL) {
        json_int_t before = json_integer_value(json_object_get(counter->counts, word));
        json_object_set_new(counter->counts, word, json_integer(before + 1));
        counter->words++;
    }
}

/* Counts the part of a chunk that is in one file, and moves *offset behind it. */
static char *count_part(struct counter *counter, const char *path, const json_t *file, json_int_t size, json_int_t *offset)
{
    char *part;
    size_t length;
    json_int_t end = json_integer_value(json_object_get(file, "bytes"));
    char *problem = read_part(path, *offset, (size_t)size, &part, &length);
    if (problem == NULL) {
        count_words(counter, part, length);
        *offset += (json_int_t)length;
        bool at_end = length == 0 || *offset >= end;
        bool same = *offset == end && counter->checksum == json_integer_value(json_object_get(file, "crc32"));
        if (at_end && !same)
            problem = format_text("%s has changed since the run began; put it back as it was and resume, "
                                  "or start again", path);
    }
    free(part);
    return problem;
}

/* A chunk goes on in the next file, or many small files would be many supersteps. Moves the position behind it. */
static char *count_chunk(struct counter *counter, const json_t *job, size_t *index, json_int_t *offset)
{
    const json_t *files = json_object_get(job, "files");
    const char *folder = json_string_value(json_object_get(job, "folder"));
    json_int_t room = json_integer_value(json_object_get(job, "chunk_bytes"));
    char *problem = NULL;
    while (problem == NULL && room > 0 && *index < json_array_size(files)) {
        const json_t *file = json_array_get(files, *index);
        json_int_t before = *offset;
        char *path = join_path(folder, json_string_value(json_object_get(file, "name")));
        problem = count_part(counter, path, file, room, offset);
        free(path);
        room -= *offset - before;
        if (*offset == json_integer_value(json_object_get(file, "bytes"))) {
            counter->checksum = 0;
            *offset = 0;
            ++*index;
        }
    }
    return problem;
}

static wf_status_t send_totals(const struct counter *counter, wf_context_t *context, size_t files)
{
    return send_and_release(context, json_pack("{s:I, s:I, s:I, s:O}", "files", (json_int_t)files, "bytes", counter->bytes,
                                               "words", counter->words, "counts", counter->counts));
}

/* Sends itself the next position; after the last one, the totals to whom it may concern. */
static wf_status_t count_from(struct counter *counter, wf_context_t *context, const json_t *job, size_t index,
                              json_int_t offset)
{
    size_t files = json_array_size(json_object_get(job, "files"));
    counter->total = json_integer_value(json_object_get(job, "bytes"));
    char *problem = count_chunk(counter, job, &index, &offset);
    if (problem != NULL)
        return fail(context, problem);
    return index < files ? send_position(context, index, offset) : send_totals(counter, context, files);
}

static void pause_for(long milliseconds)
{
    struct timespec duration = { milliseconds / 1000, milliseconds % 1000 * 1000000 };
    nanosleep(&duration, NULL);
}

static wf_status_t count_next_chunk(void *user_data, wf_context_t *context, const char *input, size_t length)
{
    struct counter *counter = user_data;
    json_t *position = NULL;
    json_int_t file, offset;
    wf_status_t status = wf_context_input_jansson(context, &position, NULL);
    json_t *job = get_shared(context, "job");
    if (status >= 0 && (job == NULL || json_unpack(position, "{s:I, s:I}", "file", &file, "offset", &offset) != 0))
        status = fail(context, format_text("there is no job, or the message is not a position in it"));
    pause_for(counter->pause_ms);
    if (status >= 0 && (status = sign(context)) >= 0)
        status = count_from(counter, context, job, (size_t)file, offset);
    json_decref(position);
    json_decref(job);
    return status;
}

/* ---- reporter: the result ---------------------------------------------------------------------- */

/* The output is for whoever is watching; the copy in the shared state for whoever comes after the last checkpoint. */
static wf_status_t report_totals(void *user_data, wf_context_t *context, const char *input, size_t length)
{
    wf_status_t status = wf_context_set_state(context, WF_SCOPE_SHARED, "report", input, length, NULL);
    if (status >= 0 && (status = sign(context)) >= 0)
        status = wf_context_output(context, input, length, NULL);
    return status;
}

/* ---- The conditions of the loop ---------------------------------------------------------------- */

static int32_t has_member(const char *message, size_t length, const char *name)
{
    json_t *object = json_loadb(message, length, 0, NULL);
    int32_t found = json_object_get(object, name) != NULL;
    json_decref(object);
    return found;
}

static int32_t more(void *user_data, const char *message, size_t length)
{
    return has_member(message, length, "offset");
}

static int32_t finished(void *user_data, const char *message, size_t length)
{
    return has_member(message, length, "counts");
}

/* ---- All of it --------------------------------------------------------------------------------- */

#define EXECUTOR(...) { .struct_size = sizeof(wf_executor_t), __VA_ARGS__ }
#define CONDITION(...) { .struct_size = sizeof(wf_condition_t), __VA_ARGS__ }

wf_status_t add_work(wf_builder_t *builder, struct counter *counter, wf_error_t **error)
{
    const struct {
        const char *id;
        wf_executor_t code;
    } executors[] = {
        { "reader", EXECUTOR(.invoke = read_job) },
        { "counter", EXECUTOR(.invoke = count_next_chunk, .save = save_counter, .restore = restore_counter,
                              .user_data = counter) },
        { "reporter", EXECUTOR(.invoke = report_totals) },
    };
    const wf_condition_t conditions[] = {
        CONDITION(.name = "more", .evaluate = more),
        CONDITION(.name = "finished", .evaluate = finished),
    };
    wf_status_t status = WF_OK;
    for (size_t index = 0; index < sizeof executors / sizeof *executors && status >= 0; index++)
        status = wf_builder_add_executor(builder, executors[index].id, &executors[index].code, error);
    for (size_t index = 0; index < sizeof conditions / sizeof *conditions && status >= 0; index++)
        status = wf_builder_add_condition(builder, &conditions[index], error);
    return status;
}
