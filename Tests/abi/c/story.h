/* Small workflows for the tests, and what a run of one told. */
#ifndef STORY_H
#define STORY_H

#include <stdlib.h>
#include <unistd.h>

#include "harness.h"

/* Executors. */

static inline wf_status_t echo(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    return wf_context_output(context, input, length, NULL);
}

static inline wf_status_t relay(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data;
    return wf_context_send(context, NULL, input, length, NULL);
}

static inline wf_status_t fail(void *user_data, wf_context_t *context, const char *input, size_t length) {
    (void)user_data, (void)input, (void)length;
    return wf_context_fail(context, "Trouble", "the oven is cold", WF_NUL);
}

/* Graphs. */

static inline void add(wf_builder_t *builder, const char *id, wf_executor_fn invoke) {
    wf_executor_t executor = WF_EXECUTOR_INIT;

    executor.invoke = invoke;
    CHECK_OK(wf_builder_add_executor(builder, id, &executor, &error));
}

/* The workflow "story", which starts at its only executor. */
static inline wf_builder_t *story_of(const char *id, const wf_executor_t *executor) {
    wf_builder_t *builder = NULL;

    CHECK_OK(wf_builder_new("story", &builder, &error));
    CHECK_OK(wf_builder_add_executor(builder, id, executor, &error));
    CHECK_OK(wf_builder_set_start(builder, id, &error));
    return builder;
}

/* The same with an executor "first" that has no more than an invoke function. */
static inline wf_builder_t *story(wf_executor_fn invoke) {
    wf_executor_t executor = WF_EXECUTOR_INIT;

    executor.invoke = invoke;
    return story_of("first", &executor);
}

/* "first" goes on to "last". */
static inline wf_builder_t *story_of_two(wf_executor_fn first, wf_executor_fn last) {
    wf_builder_t *builder = story(first);

    add(builder, "last", last);
    CHECK_OK(wf_builder_add_edge(builder, "first", "last", NULL, &error));
    return builder;
}

/* The workflow; the builder is freed. */
static inline wf_workflow_t *built(wf_builder_t *builder) {
    wf_workflow_t *workflow = NULL;

    CHECK_OK(wf_builder_build(builder, &workflow, &error));
    wf_builder_free(builder);
    return workflow;
}

/* Runs. */

enum { KINDS = 16, TEXT = 256 };

struct told {
    wf_status_t end;    /* what the last wf_run_next answered; `error` then says why */
    uint64_t events;    /* how many there were */
    uint64_t last;      /* the number of the last one; there are no gaps */
    int kinds[KINDS];   /* how many of each kind */
    char output[TEXT];  /* the last output */
    char warning[TEXT]; /* the last warning */
};

static inline void listen(struct told *told, wf_event_t *event) {
    wf_event_kind_t kind = wf_event_kind(event);

    CHECK(told->events++ == 0 || wf_event_sequence(event) == told->last + 1);
    told->last = wf_event_sequence(event);
    if (kind > 0 && kind < KINDS) told->kinds[kind]++;
    if (kind == WF_EVENT_OUTPUT) snprintf(told->output, TEXT, "%s", wf_event_data(event, NULL));
    if (kind == WF_EVENT_WARNING) snprintf(told->warning, TEXT, "%s", wf_event_data(event, NULL));
    wf_event_free(event);
}

/* Drives a run to its end. The run stays. */
static inline struct told drive(wf_run_t *run) {
    struct told told = {0};
    wf_event_t *event = NULL;

    while ((told.end = wf_run_next(run, -1, &event, &error)) == WF_OK) listen(&told, event);
    CHECK(event == NULL);
    return told;
}

/* Drives to the first event of a kind, which is the caller's. */
static inline wf_event_t *drive_to(wf_run_t *run, wf_event_kind_t kind) {
    wf_event_t *event = NULL;

    while (wf_run_next(run, -1, &event, &error) == WF_OK && wf_event_kind(event) != kind) wf_event_free(event);
    CHECK(event != NULL && error == NULL);
    return event;
}

static inline wf_run_t *started(wf_workflow_t *workflow, wf_storage_t *storage, const char *input) {
    wf_run_options_t options = WF_RUN_OPTIONS_INIT;
    wf_run_t *run = NULL;

    options.storage = storage;
    CHECK_OK(wf_run_start(workflow, &options, input, WF_NUL, &run, &error));
    return run;
}

/* A whole run that must end well. */
static inline struct told tell(wf_workflow_t *workflow, wf_storage_t *storage, const char *input) {
    wf_run_t *run = started(workflow, storage, input);
    struct told told = drive(run);

    CHECK_STATUS(WF_DONE, told.end);
    wf_run_free(run);
    return told;
}

/* The builder makes a workflow that runs. */
static inline void check_builds(wf_builder_t *builder) {
    wf_workflow_t *workflow = NULL;

    CHECK_OK(wf_builder_build(builder, &workflow, &error));
    CHECK(tell(workflow, NULL, "1").kinds[WF_EVENT_FAILED] == 0);
    wf_workflow_free(workflow);
}

/* Storages. */

/* The storage of a new directory, whose path stays in `path`. */
static inline wf_storage_t *new_directory(char path[TEXT]) {
    char url[TEXT + 16];
    wf_storage_t *storage = NULL;

    snprintf(path, TEXT, "story-XXXXXX");
    if (mkdtemp(path) == NULL) complain(__FILE__, __LINE__, "mkdtemp", path);
    snprintf(url, sizeof url, "directory:%s", path);
    CHECK_OK(wf_storage_open(url, &storage, &error));
    return storage;
}

/* The id of the checkpoint at the head of the workflow "story"; "" if there is none. */
static inline void latest(wf_storage_t *storage, char id[TEXT]) {
    char *found = NULL;
    wf_status_t status = wf_storage_latest(storage, "story", &found, &error);

    CHECK_STATUS(found == NULL ? WF_NONE : WF_OK, status);
    snprintf(id, TEXT, "%s", found == NULL ? "" : found);
    wf_free(found);
}

static inline int count_checkpoints(wf_storage_t *storage) {
    const char *member = "\"checkpoint_id\"";
    char *list = NULL;
    int count = 0;

    CHECK_OK(wf_storage_list(storage, NULL, &list, NULL, &error));
    for (const char *at = list; at != NULL && (at = strstr(at, member)) != NULL; at++) count++;
    wf_free(list);
    return count;
}

#endif
