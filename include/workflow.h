/* workflow.h: graphs of executors, run in supersteps, with a checkpoint at every boundary.
 *
 * A host describes a graph, registers its own code for the executors, and drives a run. After every
 * superstep the engine has a checkpoint: a JSON document from which the run goes on, in this process or
 * another, in this language or another. This header is the manual; the rules that hold everywhere come
 * first.
 *
 * OBJECTS
 *
 *     wf_builder_t --build--> wf_workflow_t --start, resume, restore--> wf_run_t --next--> wf_event_t
 *                                      wf_storage_t, wf_pool_t ------------^
 *
 *     A builder describes a graph. A workflow is a checked graph with its host code; it never changes, and
 *     any number of runs share it. A run is one execution. A storage keeps checkpoints. An event tells one
 *     thing that happened. A context is one call of host code.
 *
 * HELLO
 *
 *     #include <stdio.h>
 *     #include <workflow.h>
 *
 *     static wf_status_t greet(void *user_data, wf_context_t *context, const char *input, size_t length) {
 *         (void)user_data;
 *         printf("hello, %.*s\n", (int)length, input);
 *         return wf_context_output(context, input, length, NULL);
 *     }
 *
 *     int main(void) {
 *         wf_executor_t greeter = WF_EXECUTOR_INIT;
 *         wf_builder_t *builder = NULL;
 *         wf_workflow_t *workflow = NULL;
 *         wf_run_t *run = NULL;
 *         wf_event_t *event = NULL;
 *
 *         greeter.invoke = greet;
 *         wf_builder_new("hello", &builder, NULL);
 *         wf_builder_add_executor(builder, "greeter", &greeter, NULL);
 *         wf_builder_set_start(builder, "greeter", NULL);
 *         wf_builder_build(builder, &workflow, NULL);
 *         wf_run_start(workflow, NULL, "\"world\"", WF_NUL, &run, NULL);
 *         while (wf_run_next(run, -1, &event, NULL) == WF_OK) {
 *             puts(wf_event_json(event, NULL));
 *             wf_event_free(event);
 *         }
 *         wf_run_free(run);
 *         wf_workflow_free(workflow);
 *         wf_builder_free(builder);
 *     }
 *
 *     Every call of a real program looks at its status; see ERRORS.
 *
 * OWNERSHIP, in four words
 *
 *     borrowed    Stays with whoever owns it. An argument is borrowed for the call. A borrowed result ends in
 *                 a NUL, also tells its length, and lives as long as the object it came from.
 *     copied      The library makes its own copy during the call; do as you like with yours afterwards.
 *     consumed    Belongs to the library from the moment of the call, also when the call fails. So it is with
 *                 user_data: the finalizer runs exactly once, whatever happens.
 *     owned       Belongs to the caller: text (char **) is released with wf_free, an object with its _free.
 *
 *     Every _free accepts NULL and does nothing. Objects may be freed in any order: each keeps alive what it
 *     needs. A finalizer runs when the last object that can call the host code has gone. A handle is not to
 *     be used after its _free, and the member inside a handle is not to be read or copied.
 *
 * ERRORS
 *
 *     Functions that can fail answer a wf_status_t: 0 is success, positive says what to do next, negative is
 *     an error. Each takes a `wf_error_t **error` at the end. It may be NULL; else it is set to NULL on
 *     success, and on failure to an error that the caller owns: one sentence that names what and where, and
 *     fields for programs. There is no "last error" kept anywhere. On failure, results (the other `**`
 *     arguments) are set to NULL.
 *
 *     Misuse gets an answer, not a crash: NULL or the wrong kind of handle gives WF_E_MISUSE, a second
 *     thread in one run WF_E_BUSY, a run driven from inside its own callback WF_E_REENTRANT. Getters then
 *     answer something harmless, such as 0 or an empty text; each says what.
 *
 *     Numbers at or below WF_E_HOST are the host's own. New numbers may appear: treat an unknown negative
 *     one as an error, and ignore an unknown kind of event.
 *
 * JSON
 *
 *     A payload is UTF-8 JSON text with a length; WF_NUL as the length says "up to the NUL". It is checked
 *     once, when it enters, and handed on byte for byte. Strict JSON: one value of any kind, no comments,
 *     no trailing commas, no NaN or infinities, integers within 64 bits, valid UTF-8, no duplicate keys,
 *     2,000 levels and 1 GiB at most. Refusals are WF_E_JSON (or WF_E_LIMIT) and name the byte offset.
 *     Names and ids are NUL-terminated UTF-8.
 *
 * THREADS
 *
 *     The library starts no threads of its own accord. There are three ways to handle a message, for each
 *     run or each executor:
 *
 *     inline      Host code runs inside wf_run_next, on the thread that called it: the default. A callback
 *                 that returns WF_PENDING finishes later, from any thread, with wf_context_finish;
 *                 meanwhile wf_run_next waits or lets other executors work.
 *     pool        It runs on the threads of the wf_pool_t in the run's options.
 *     polled      It is never called: an executor with WF_POLLED leaves its messages to wf_run_poll, and
 *                 whoever takes one answers with wf_context_finish.
 *
 *     They may be mixed, and checkpoints are the same. No lock is held while host code runs: it may use
 *     every object but drive its own run. The callbacks of a host's storage run inside every call that uses
 *     the storage, on its thread. An event loop learns from wf_run_wake_fd or wf_run_set_wake when
 *     to call wf_run_next again. Workflows, storages, pools, errors and events may be used by any threads at
 *     once. A builder, a run and a context belong to one thread at a time, and may move. A callback must
 *     not unwind, longjmp or throw through the library.
 *
 * PROCESS
 *
 *     No globals to set up, no signal handlers, no environment variables, nothing on stdout, no atexit. Once
 *     loaded, the library stays loaded until the process ends. After fork(), an object made by the parent is
 *     of no use in the child: calls that can fail answer WF_E_FORKED, and _free does nothing. Make new
 *     objects in the child. (The library registers a handler for fork(), and counts forks.)
 *
 * STORAGES
 *
 *     Every run leaves its checkpoints behind until somebody deletes them. wf_storage_runs and
 *     wf_storage_find tell what is there, page by page: {"status": "waiting"} finds the runs that wait for
 *     an answer, {"status": "working"} those that were cut short. wf_storage_prune deletes what is done by
 *     a policy, {"keep_last": 1, "older_than_ms": 604800000}, and never what is not; wf_storage_delete_run
 *     deletes a run whatever it is. wf_storage_verify reads everything and names what is damaged.
 *     wf_storage_export gives a run as one document that wf_storage_import takes in elsewhere, in another
 *     kind of storage too. wf_storage_copy makes a run of its own from a checkpoint.
 *
 * WARNINGS
 *
 *     What a host sent and nobody gets is told by an event of the kind WF_EVENT_WARNING, with a reason for
 *     programs and a message for people that names who, where to and why. The reasons:
 *
 *     no_route            No edge leaves the executor that sent the message.
 *     not_connected       No edge leads from the executor to the one that it sent the message to.
 *     type_mismatch       Nobody that the message could go to accepts its type; see wf_builder_set_types.
 *     too_late            An input, an answer or a withdrawal came while the run was about to fail or to be
 *                         cancelled: no checkpoint has it. Give it to the run that resumes.
 *     state_conflict      Two executors wrote one shared key in one superstep; the later one's value counts.
 *     answer_ignored      Two executors answered one request in one superstep; the earlier one's counts.
 *     retry               A call failed and is tried again.
 *     checkpoint_skipped  A damaged checkpoint was passed over for the one before it.
 *
 *     What is left out by choice is no warning: a condition that says no, a selector that chooses others, a
 *     hidden output. New reasons may appear.
 *
 * STRUCTS
 *
 *     Begin with the _INIT macro of the struct and set what differs. struct_size tells the library which
 *     version of the struct the program was compiled with; members are only ever added at the end, and zero
 *     is their default.
 *
 * Generated by bindings/abi/generate.py; do not edit.
 */

#ifndef WORKFLOW_H
#define WORKFLOW_H

#include "workflow_types.h"

/** The version of this header; wf_version, wf_version_number and wf_abi_version tell the library's. */
#define WF_VERSION "0.1.0"
#define WF_VERSION_MAJOR 0
#define WF_VERSION_MINOR 1
#define WF_VERSION_PATCH 0
#define WF_VERSION_NUMBER 1000
#define WF_ABI_VERSION 0

#ifndef WF_API
# if defined(__GNUC__)
#  define WF_API __attribute__((visibility("default")))
# else
#  define WF_API
# endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version ------------------------------------------------------------------------------------------- */

/* What this library is, and what its status numbers mean. Every function here may be called from any thread
 * at any time, also after fork(). */

/** The version of the library that is running, such as "0.1.0".
 *
 * Compare it with WF_VERSION to see whether a program runs with the library that it was compiled for. Any
 * thread.
 *
 * @return A static text.
 */
WF_API const char *wf_version(void);

/** The version as one number: major * 1000000 + minor * 1000 + patch.
 *
 * Any thread.
 *
 * @return The number; compare it with WF_VERSION_NUMBER.
 */
WF_API uint32_t wf_version_number(void);

/** The number of the binary interface, which is also the number in the soname.
 *
 * It changes only when a program that is already built would break. 0 means: not settled yet. Any thread.
 *
 * @return The number.
 */
WF_API uint32_t wf_abi_version(void);

/** What this library was built with, for bug reports.
 *
 * Any thread.
 *
 * @return A JSON object as static text.
 */
WF_API const char *wf_build_info(void);

/** The name of a status, such as "WF_E_JSON".
 *
 * Any thread.
 *
 * @param status Any number; unknown ones have a name too.
 * @return A static text.
 */
WF_API const char *wf_status_name(wf_status_t status);

/** What a status means, in a few words.
 *
 * The message of an error says more: use it where there is one. Any thread.
 *
 * @param status Any number; unknown ones have a text too.
 * @return A static text.
 */
WF_API const char *wf_status_text(wf_status_t status);

/** Releases text that the library gave away through a `char **`.
 *
 * Any thread.
 *
 * @param memory The text, which is consumed. NULL does nothing.
 */
WF_API void wf_free(void *memory);

/* ---- Error --------------------------------------------------------------------------------------------- */

/* What went wrong, in words for a person and in fields for a program. Owned by the caller and immutable: any
 * thread. */

/** The status of an error: the same number that the call answered.
 *
 * Any thread.
 *
 * @param error Borrowed.
 * @return The status; WF_E_MISUSE if `error` is NULL or no error.
 */
WF_API wf_status_t wf_error_status(const wf_error_t *error);

/** What went wrong, where, and what to do, in a sentence or two for people.
 *
 * Any thread.
 *
 * @param error Borrowed.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @return NUL-terminated UTF-8, borrowed: valid until the error is freed. Empty if `error` is NULL or no
 *     error.
 */
WF_API const char *wf_error_message(const wf_error_t *error, size_t *length);

/** The machine-readable part of an error: a JSON object with those of `error_type` (the host's name for the
 * kind of error), `executor_id`, `superstep` and `offset` (the byte at which a JSON text went wrong) that
 * are known.
 *
 * Any thread.
 *
 * @param error Borrowed.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @return NUL-terminated JSON, borrowed: valid until the error is freed. "{}" if `error` is NULL or no
 *     error.
 */
WF_API const char *wf_error_details(const wf_error_t *error, size_t *length);

/** Releases an error.
 *
 * Any thread.
 *
 * @param error Consumed. NULL does nothing.
 */
WF_API void wf_error_free(wf_error_t *error);

/* ---- Builder ------------------------------------------------------------------------------------------- */

/* A graph while it is described, by calls or from a JSON definition, together with the host code of its
 * executors. One thread at a time. */

/** Begins the description of a workflow.
 *
 * A call that describes something either adds it or leaves the builder as it was. A refused call is
 * remembered and reported again by wf_builder_build, together with everything else: the single answers may
 * be left unread. Executors run in the order in which they are first mentioned.
 *
 * @param name The workflow's name, under which its checkpoints are found again. 1 to 512 bytes of UTF-8
 *     without control characters. Copied.
 * @param builder Receives the builder, owned by the caller: wf_builder_free. NULL on error.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_INVALID for a bad name; WF_E_MISUSE for a NULL.
 */
WF_API wf_status_t wf_builder_new(const char *name, wf_builder_t **builder, wf_error_t **error);

/** Begins with a workflow's JSON definition, as wf_workflow_definition gives it.
 *
 * The definition has everything but the host's code: add that with wf_builder_add_executor,
 * wf_builder_add_condition and wf_builder_add_selector, by the ids and names that it declares.
 *
 * @param json The definition. Copied.
 * @param length Its length in bytes, or WF_NUL.
 * @param builder Receives the builder, owned by the caller: wf_builder_free. NULL on error.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_JSON with the offset; WF_E_GRAPH with every place that is not as it should be;
 *     WF_E_LIMIT for a text that is too long or too deep; WF_E_MISUSE for a NULL.
 */
WF_API wf_status_t wf_builder_parse(const char *json, size_t length, wf_builder_t **builder,
                                    wf_error_t **error);

/** Adds an executor and its code, or gives an executor of the definition its code.
 *
 * `executor->user_data` belongs to the library from this call on, whatever the call answers: its finalizer
 * runs once, when the last builder, workflow or run that needs it is freed, or at once if the call fails.
 *
 * @param builder Borrowed.
 * @param id The executor's id. 1 to 512 bytes of UTF-8 without control characters. Copied.
 * @param executor Its code. `invoke` is required, but not with WF_POLLED: then it must be NULL. Copied.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_EXISTS if it was added before; WF_E_INVALID for a bad id or struct_size, or an
 *     `invoke` that would never be called; WF_E_UNSUPPORTED for a struct from a newer library; WF_E_MISUSE
 *     for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_builder_add_executor(wf_builder_t *builder, const char *id,
                                           const wf_executor_t *executor, wf_error_t **error);

/** Embeds a workflow as one executor of another: a sub-workflow, at any depth.
 *
 * Its executor "x" is the executor "id/x" of the outer workflow, in events, diagrams and checkpoints; both
 * run in the same supersteps, so every inner boundary is in the outer run's checkpoint. What is sent to `id`
 * goes to the inner start executor in the same superstep. What the inner workflow outputs goes along the
 * edges that leave `id`. Several inputs may be inside at a time: fan-ins inside keep them apart. Inner
 * executors send to each other by their inner ids. The inner superstep limit does not count; the run's does.
 *
 * @param builder Borrowed.
 * @param id The executor's id; no executor beside it may have an id that begins with it and a slash. Copied.
 * @param workflow Borrowed; the builder keeps what it needs. It may be embedded several times and run by
 *     itself too.
 * @param flags enum wf_sub_workflow_flags, or 0: outputs are messages, requests go up to the host, the state
 *     is its own.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_EXISTS if the id was added before; WF_E_INVALID for a bad id; WF_E_UNSUPPORTED for an
 *     unknown flag; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_builder_add_sub_workflow(wf_builder_t *builder, const char *id, wf_workflow_t *workflow,
                                               uint32_t flags, wf_error_t **error);

/** Lets calls of an executor that fail be tried again, after a pause; part of the definition, not of the
 * signature.
 *
 * What a failed attempt did does not count. A "warning" event with the reason "retry" tells of each pause.
 * While only pauses are left, a run with checkpoints makes one of kind "partial": what succeeded meanwhile
 * and the pause itself survive a crash. Memory of the host's own is left as the failed attempt left it.
 * wf_context_give_up ends the attempts early. An executor inside a sub-workflow has what was set for it
 * there.
 *
 * @param builder Borrowed.
 * @param id The executor, added before or later. Copied.
 * @param retry How often and when; NULL for never, the default. Copied.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_INVALID for a bad id, numbers out of range or a bad struct_size; WF_E_UNSUPPORTED for
 *     a struct from a newer library; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_builder_set_retry(wf_builder_t *builder, const char *id, const wf_retry_t *retry,
                                        wf_error_t **error);

/** Limits how long a call of an executor may take; part of the definition, not of the signature.
 *
 * A call that goes on longer fails with WF_E_TIMEOUT, and is tried again if wf_builder_set_retry says so. A
 * pending, pooled or polled call fails at that time, if somebody drives the run: wf_context_is_cancelled
 * becomes 1, and its late wf_context_finish answers WF_E_CLOSED. A callback that blocks inside wf_run_next
 * cannot be interrupted: it fails when it returns late. An executor inside a sub-workflow has what was set
 * for it there.
 *
 * @param builder Borrowed.
 * @param id The executor, added before or later. Copied.
 * @param timeout_ms In milliseconds, from the beginning of each attempt. 1 to a year.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_INVALID for a bad id or time; WF_E_MISUSE for a NULL or another kind of handle;
 *     WF_E_FORKED.
 */
WF_API wf_status_t wf_builder_set_timeout(wf_builder_t *builder, const char *id, uint64_t timeout_ms,
                                          wf_error_t **error);

/** Adds an edge condition and its code, or gives a condition of the definition its code.
 *
 * `condition->user_data` belongs to the library from this call on, as with wf_builder_add_executor.
 *
 * @param builder Borrowed.
 * @param condition Name and code; `name` and `evaluate` are required. Copied.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_EXISTS if the name was added before; WF_E_MISMATCH if the definition states another
 *     version; WF_E_INVALID for a bad name or struct_size; WF_E_UNSUPPORTED for a struct from a newer
 *     library; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_builder_add_condition(wf_builder_t *builder, const wf_condition_t *condition,
                                            wf_error_t **error);

/** Adds a selector and its code, or gives a selector of the definition its code.
 *
 * `selector->user_data` belongs to the library from this call on, as with wf_builder_add_executor.
 *
 * @param builder Borrowed.
 * @param selector Name and code; `name` and `select` are required. Copied.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return As wf_builder_add_condition.
 */
WF_API wf_status_t wf_builder_add_selector(wf_builder_t *builder, const wf_selector_t *selector,
                                           wf_error_t **error);

/** Adds an edge: what `source` sends goes to `target`, if the condition says so.
 *
 * An edge from an executor to itself is a loop: its message arrives in the next superstep.
 *
 * @param builder Borrowed.
 * @param source Id of the sender; it may be added later. Copied.
 * @param target Id of the receiver; it may be added later. Copied.
 * @param condition Name of a condition, which may be added later; NULL for an edge that is always taken.
 *     Copied.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_EXISTS if any edge leads from `source` to `target` already; WF_E_INVALID for a bad
 *     name; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_builder_add_edge(wf_builder_t *builder, const char *source, const char *target,
                                       const char *condition, wf_error_t **error);

/** Adds an edge from each executor of a list to the next.
 *
 * @param builder Borrowed.
 * @param ids At least two executor ids. Copied.
 * @param count How many.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return As wf_builder_add_edge; WF_E_INVALID also for less than two ids. Either all edges are added or
 *     none.
 */
WF_API wf_status_t wf_builder_add_chain(wf_builder_t *builder, const char *const *ids, size_t count,
                                        wf_error_t **error);

/** Adds a fan-out: each message of `source` goes to every target, all in the same superstep.
 *
 * @param builder Borrowed.
 * @param source Id of the sender. Copied.
 * @param targets At least two executor ids. Copied.
 * @param count How many targets.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return As wf_builder_add_edge; WF_E_INVALID also for less than two targets.
 */
WF_API wf_status_t wf_builder_add_fan_out_edges(wf_builder_t *builder, const char *source,
                                                const char *const *targets, size_t count, wf_error_t **error);

/** Adds a fan-out in which a selector chooses, for each message, the targets that get it.
 *
 * @param builder Borrowed.
 * @param source Id of the sender. Copied.
 * @param targets At least two executor ids. Copied.
 * @param count How many targets.
 * @param selector Name of the selector, which may be added later. Copied.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return As wf_builder_add_edge; WF_E_INVALID also for less than two targets.
 */
WF_API wf_status_t wf_builder_add_multi_selection_edges(wf_builder_t *builder, const char *source,
                                                        const char *const *targets, size_t count,
                                                        const char *selector, wf_error_t **error);

/** Adds a switch: each message goes to the target of the first case whose condition says yes, else to the
 * default.
 *
 * @param builder Borrowed.
 * @param source Id of the sender. Copied.
 * @param conditions Names of conditions, one for each case; they may be added later. Copied.
 * @param targets The target of each case; several cases may have the same one. Copied.
 * @param count How many cases: at least one.
 * @param default_target Id of the executor that gets what no case takes. Copied.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return As wf_builder_add_edge; WF_E_INVALID also for no case.
 */
WF_API wf_status_t wf_builder_add_switch_case_edges(wf_builder_t *builder, const char *source,
                                                    const char *const *conditions, const char *const *targets,
                                                    size_t count, const char *default_target,
                                                    wf_error_t **error);

/** Adds a fan-in: `target` waits until every source has sent, and then gets one JSON array of all that was
 * sent, grouped by source in the order of `sources`.
 *
 * What waits is part of every checkpoint.
 *
 * @param builder Borrowed.
 * @param sources At least two executor ids. Copied.
 * @param count How many sources.
 * @param target Id of the receiver. Copied.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return As wf_builder_add_edge; WF_E_INVALID also for less than two sources.
 */
WF_API wf_status_t wf_builder_add_fan_in_edges(wf_builder_t *builder, const char *const *sources,
                                               size_t count, const char *target, wf_error_t **error);

/** Says which executor gets the input of a run.
 *
 * @param builder Borrowed.
 * @param id Its id; it may be added later. Copied.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_EXISTS if another start was set; WF_E_INVALID for a bad id; WF_E_MISUSE for a NULL or
 *     another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_builder_set_start(wf_builder_t *builder, const char *id, wf_error_t **error);

/** Says what becomes of an executor's outputs: which of them are the workflow's.
 *
 * While no executor is designated FINAL or INTERMEDIATE, every output is an "output" event, except those of
 * HIDDEN ones. As soon as one is, the outputs of executors that nobody designated are hidden. It does not
 * change the graph's signature.
 *
 * @param builder Borrowed.
 * @param executor_id Id of the executor; it may be added later. Copied.
 * @param designation One of `enum wf_output`. The last call counts; WF_OUTPUT_DEFAULT takes back what was
 *     said before.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_INVALID for an unknown designation or a bad id; WF_E_MISUSE for a NULL or another kind
 *     of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_builder_set_output(wf_builder_t *builder, const char *executor_id,
                                         wf_output_t designation, wf_error_t **error);

/** Declares the types of an executor's messages: what it accepts, sends and outputs.
 *
 * Each list names types, separated by '|', such as "integer|string": "null", "boolean", "integer", "number",
 * "string", "array", "object", "any", or the "$type" of a tagged value. An integer is a "number" too; a
 * tagged value is not an "object". NULL or an empty text declares nothing: anything goes. No spaces.
 *
 * A message of a type that an executor does not accept is not delivered to it, and the edge's condition is
 * not asked. If it reaches nobody, a "warning" event with the reason "type_mismatch" tells of it. Answers to
 * requests are not held against the list. What an executor sends and outputs is not checked while it runs:
 * wf_builder_build refuses edges that no message of these types could take. A sub-workflow accepts what its
 * start does; its node takes no declaration of its own. Declarations do not change the graph's signature.
 *
 * @param builder Borrowed.
 * @param executor_id Id of the executor; it may be added later. Copied. The last call counts, for all three
 *     lists.
 * @param accepts What it handles. An executor behind a fan-in gets an "array". NULL for anything. Copied.
 * @param sends What it may send. NULL for anything. Copied.
 * @param outputs What it may output. NULL for anything. Copied.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_INVALID for a bad id, for an empty name or one with a control character in a list, for
 *     a name that is twice in one, and for text that is not UTF-8; WF_E_MISUSE for a NULL or another kind of
 *     handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_builder_set_types(wf_builder_t *builder, const char *executor_id, const char *accepts,
                                        const char *sends, const char *outputs, wf_error_t **error);

/** Limits how many supersteps a run may take since its last input from outside. The default is 100.
 *
 * A loop that never ends is stopped with WF_E_LIMIT; its last checkpoint can be resumed with a higher limit.
 *
 * @param builder Borrowed.
 * @param max_supersteps A positive number.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_INVALID for 0; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_builder_set_max_supersteps(wf_builder_t *builder, uint64_t max_supersteps,
                                                 wf_error_t **error);

/** Checks the whole graph and makes the workflow.
 *
 * The builder stays as it is: it can be extended and built again, and must be freed.
 *
 * @param builder Borrowed.
 * @param workflow Receives the workflow, owned by the caller: wf_workflow_free. NULL on error.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_GRAPH with every problem in one message: refused calls, unknown executors, conditions
 *     and selectors, no start, executors that cannot be reached, code that is missing, edges that no message
 *     of the declared types could take; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_builder_build(wf_builder_t *builder, wf_workflow_t **workflow, wf_error_t **error);

/** Releases a builder. Workflows that it built are not affected.
 *
 * @param builder Consumed. NULL does nothing, and so does a builder of the parent in a forked child.
 */
WF_API void wf_builder_free(wf_builder_t *builder);

/* ---- Workflow ------------------------------------------------------------------------------------------ */

/* A checked graph with its host code. Immutable: any thread, any number of runs. */

/** The workflow's name.
 *
 * Any thread.
 *
 * @param workflow Borrowed.
 * @return NUL-terminated UTF-8, borrowed: valid until the workflow is freed. Empty for anything but a
 *     workflow.
 */
WF_API const char *wf_workflow_name(const wf_workflow_t *workflow);

/** What makes two graphs the same for a checkpoint: a SHA-256, in hex, of ids, edges, the start, and the
 * names and versions of conditions and selectors. No code, no language, no limits.
 *
 * Any thread.
 *
 * @param workflow Borrowed.
 * @return NUL-terminated text, borrowed: valid until the workflow is freed. Empty for anything but a
 *     workflow.
 */
WF_API const char *wf_workflow_signature(const wf_workflow_t *workflow);

/** The workflow as a JSON definition, which wf_builder_parse reads in any language.
 *
 * Any thread.
 *
 * @param workflow Borrowed.
 * @param json Receives NUL-terminated JSON, owned by the caller: wf_free. NULL on error.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED; WF_E_NOMEM.
 */
WF_API wf_status_t wf_workflow_definition(const wf_workflow_t *workflow, char **json, size_t *length,
                                          wf_error_t **error);

/** Says what differs between the graph that made a checkpoint and this workflow, and what of the checkpoint
 * would be lost. Nothing is run.
 *
 * The report is a JSON object: `compatible` (whether the checkpoint can be resumed as it is),
 * `checkpoint_id`; `workflow_name`, `graph_signature` and `start` as `{"before", "after"}`, `start` null if
 * it is the same; `executors`, `sub_workflows`, `edges`, `conditions` and `selectors` as `{"added",
 * "removed", "changed"}`, with paths for what is in sub-workflows and `changed` a list of `{"name",
 * "before", "after"}`; `graph_unknown`, null or why the checkpoint's own graph is not known and only what it
 * names was looked up; and `lost`, the parts of the checkpoint that have no place in this workflow, as
 * `{"path", "executor", "why"}`. Any thread.
 *
 * @param workflow Borrowed.
 * @param checkpoint The document. Borrowed.
 * @param length Its length in bytes, or WF_NUL.
 * @param report Receives NUL-terminated JSON, owned by the caller: wf_free. NULL on error.
 * @param report_length Receives the number of bytes without the NUL. NULL if not wanted.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK, whatever differs; WF_E_JSON with the offset; WF_E_LIMIT for a text that is too long or too
 *     deep; WF_E_CHECKPOINT if it is no checkpoint, or one of this graph that is damaged; WF_E_UNSUPPORTED
 *     if it needs a newer library; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED;
 *     WF_E_NOMEM.
 */
WF_API wf_status_t wf_workflow_compare(const wf_workflow_t *workflow, const char *checkpoint, size_t length,
                                       char **report, size_t *report_length, wf_error_t **error);

/** Draws the workflow as text, for documents ("mermaid") or Graphviz ("dot").
 *
 * Ids appear only in labels, so that no id can break the picture. Edges that a condition or a selector
 * decides on are dashed and carry its name. Any thread.
 *
 * @param workflow Borrowed.
 * @param format "mermaid" or "dot".
 * @param text Receives NUL-terminated UTF-8, owned by the caller: wf_free. NULL on error.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_INVALID for another format; WF_E_MISUSE for a NULL or another kind of handle;
 *     WF_E_FORKED; WF_E_NOMEM.
 */
WF_API wf_status_t wf_workflow_diagram(const wf_workflow_t *workflow, const char *format, char **text,
                                       size_t *length, wf_error_t **error);

/** Releases a workflow. Runs that were started keep what they need of it.
 *
 * Any thread.
 *
 * @param workflow Consumed. NULL does nothing, and so does a workflow of the parent in a forked child.
 */
WF_API void wf_workflow_free(wf_workflow_t *workflow);

/* ---- Storage ------------------------------------------------------------------------------------------- */

/* Where checkpoints are kept: in memory ("memory:"), as one readable file each ("directory:PATH"), or
 * wherever the host's own code puts them. Any thread. */

/** Opens a storage for checkpoints.
 * - `sqlite:PATH`, for real work: one SQLite database (WAL) for any number of runs and processes; the file
 *   is made if need be, its directory is not. A checkpoint costs what changed in the state, not what it
 *   holds. SQLite is that of the process, found when it is first needed; with two copies in one process
 *   nothing is opened, for on one file they lose committed data.
 * - `directory:PATH`: one readable JSON file per checkpoint, `<id>.json`, whole each time; the directory is
 *   made if need be. What runs remember (wf_context_remember) is in its folder `memos`.
 * - `memory:`: in this object, and gone with it.
 *
 * What was saved survives as wf_run_options_t.durability says. Each commit of a run names the checkpoint
 * that it follows: of two that go on with one run, in whichever processes, one gets WF_E_CONFLICT at its
 * next boundary and stops, with nothing saved. The storage may be used by any number of runs and threads at
 * the same time.
 *
 * @param url The address. Copied.
 * @param storage Receives the storage, owned by the caller: wf_storage_free. NULL on error.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_INVALID for an address of no known form; WF_E_STORAGE if the place cannot be made or
 *     opened, or belongs to another program; WF_E_UNSUPPORTED for a database of a newer library, without
 *     SQLite, or with two copies of it; WF_E_CHECKPOINT for a damaged database; WF_E_MISUSE for a NULL.
 */
WF_API wf_status_t wf_storage_open(const char *url, wf_storage_t **storage, wf_error_t **error);

/** Makes a storage of the host's own: its callbacks put checkpoints wherever the host wants them.
 *
 * What `directory:` promises holds here as far as the callbacks keep their word. A document is sealed with a
 * checksum when it goes out and checked when it comes back; what is damaged is listed as such and hides
 * nothing else. A failure of a callback is WF_E_STORAGE with its sentence; one of `save` fails the run,
 * whose last checkpoint stays good. `code->user_data` belongs to the library from this call on, whatever it
 * answers: its finalizer runs once, when the storage and the last run that uses it are freed, or at once if
 * the call fails.
 *
 * @param code The callbacks. Copied.
 * @param storage Receives the storage, owned by the caller: wf_storage_free. NULL on error.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_INVALID for a bad struct_size; WF_E_UNSUPPORTED for a struct from a newer library;
 *     WF_E_MISUSE for a NULL, if a required callback is missing, some but not all of those for memos, or one
 *     of `commit` and `head`.
 */
WF_API wf_status_t wf_storage_new(const wf_storage_code_t *code, wf_storage_t **storage, wf_error_t **error);

/** Gives a checkpoint document.
 *
 * Any thread.
 *
 * @param storage Borrowed.
 * @param checkpoint_id Which. 1 to 200 of A-Z a-z 0-9 - _ . and no dot first.
 * @param json Receives NUL-terminated JSON, owned by the caller: wf_free. NULL on error.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_NOTFOUND; WF_E_INVALID for an id that cannot be one; WF_E_CHECKPOINT if it is damaged
 *     or not one of ours; WF_E_STORAGE if it cannot be read; WF_E_MISUSE for a NULL or another kind of
 *     handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_storage_load(wf_storage_t *storage, const char *checkpoint_id, char **json,
                                   size_t *length, wf_error_t **error);

/** Saves a checkpoint document that came from elsewhere: another storage, or wf_run_checkpoint.
 *
 * White space between its members may change, a `checksum` member is dropped, everything else is kept as it
 * is. Saving the same document twice is no error. Any thread.
 *
 * @param storage Borrowed.
 * @param json The document. Copied.
 * @param length Its length in bytes, or WF_NUL.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_CHECKPOINT if it is no checkpoint document; WF_E_JSON with the offset; WF_E_EXISTS if
 *     there is another document of that id; WF_E_INVALID for an id that cannot be one; WF_E_STORAGE if it
 *     cannot be written; WF_E_LIMIT; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_storage_save(wf_storage_t *storage, const char *json, size_t length,
                                   wf_error_t **error);

/** Lists what a storage has, in the order of ids, which for ids made by the library is the order of time.
 *
 * Each entry has `checkpoint_id`, `previous_checkpoint_id`, `run_id`, `workflow_name`, `graph_signature`,
 * `kind`, `superstep` and `timestamp`. A damaged or foreign file hides nothing: its entry has
 * `checkpoint_id` and `problem`. Any thread.
 *
 * @param storage Borrowed.
 * @param workflow_name Whose checkpoints; NULL for all. Damaged ones are always listed.
 * @param json Receives a NUL-terminated JSON array, owned by the caller: wf_free. NULL on error.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_STORAGE if the storage cannot be read; WF_E_MISUSE for a NULL or another kind of
 *     handle; WF_E_FORKED; WF_E_NOMEM.
 */
WF_API wf_status_t wf_storage_list(wf_storage_t *storage, const char *workflow_name, char **json,
                                   size_t *length, wf_error_t **error);

/** Gives the id of the latest readable checkpoint.
 *
 * Any thread.
 *
 * @param storage Borrowed.
 * @param workflow_name Whose; NULL for any workflow.
 * @param checkpoint_id Receives a NUL-terminated id, owned by the caller: wf_free. NULL on error and if
 *     there is none.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_NONE if there is none; WF_E_CHECKPOINT if there are some, but none that can be read:
 *     whoever takes that for a beginning does everything again; WF_E_STORAGE if the storage cannot be read;
 *     WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_storage_latest(wf_storage_t *storage, const char *workflow_name, char **checkpoint_id,
                                     wf_error_t **error);

/** Deletes one checkpoint.
 *
 * Any thread.
 *
 * @param storage Borrowed.
 * @param checkpoint_id Which.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_NONE if there was none; WF_E_INVALID for an id that cannot be one; WF_E_STORAGE if it
 *     cannot be deleted; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_storage_delete(wf_storage_t *storage, const char *checkpoint_id, wf_error_t **error);

/** Deletes what a run remembered with wf_context_remember: when it is done and nobody will resume it.
 *
 * Its checkpoints stay. Any thread; what a run of that id remembers meanwhile may stay.
 *
 * @param storage Borrowed.
 * @param run_id Whose.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_NONE if there was nothing; WF_E_INVALID for an id that is not UTF-8; WF_E_STORAGE if it
 *     cannot be deleted; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_storage_forget(wf_storage_t *storage, const char *run_id, wf_error_t **error);

/** Releases a storage. Runs that use it keep it open until they are freed.
 *
 * Any thread.
 *
 * @param storage Consumed. NULL does nothing, and so does a storage of the parent in a forked child.
 */
WF_API void wf_storage_free(wf_storage_t *storage);

/** Lists the runs of a storage, each with where it stands.
 *
 * The query is a JSON object; what it leaves out, or sets to null, does not count. `run_id` and
 * `workflow_name`: whose. `status`: "idle" (nothing left to do), "waiting" (requests wait for answers of the
 * host) or "working" (messages on their way, or a superstep that has begun: also that of a run that failed
 * or was cancelled, which may be resumed). `kind`: of the checkpoint. `before`, `after`: only ids between
 * these two. `limit`: how many, 1 to 10000, else 100. `order`: "newest" first, which is the default, or
 * "oldest". Here `status`, `kind`, `before`, `after` and the order are about the last checkpoint of a run,
 * and so is the workflow's name.
 *
 * The answer is `{"runs": [...], "next": id or null}`; `next` is the `before` of the next page, or with the
 * oldest first its `after`. A run has `run_id`, `workflow_name`, `head` (its last readable checkpoint),
 * `superstep`, `status`, `timestamp` and `checkpoints` (how many can be read). If its last checkpoint is
 * damaged, `status` is null, whatever was asked for, and `problem` says what is wrong. Any thread; a run
 * that commits meanwhile may move to another page.
 *
 * @param storage Borrowed.
 * @param query_json The query, NUL-terminated. NULL for all. Copied.
 * @param json Receives NUL-terminated JSON, owned by the caller: wf_free. NULL on error.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_INVALID if the query has a member that is not known or a value that cannot be;
 *     WF_E_JSON with the offset; WF_E_STORAGE if the storage cannot be read; WF_E_MISUSE for a NULL or
 *     another kind of handle; WF_E_FORKED; WF_E_NOMEM.
 */
WF_API wf_status_t wf_storage_runs(wf_storage_t *storage, const char *query_json, char **json, size_t *length,
                                   wf_error_t **error);

/** Lists the checkpoints of a storage that fit a query.
 *
 * The query is that of wf_storage_runs, about each checkpoint. The answer is `{"checkpoints": [...], "next":
 * id or null}`, with entries and damaged ones as wf_storage_list has them: nobody knows what a damaged one
 * was, so it fits every query. With `status` the documents that fit otherwise are read; without, what a
 * listing needs is enough. Any thread.
 *
 * @param storage Borrowed.
 * @param query_json The query, NUL-terminated. NULL for all. Copied.
 * @param json Receives NUL-terminated JSON, owned by the caller: wf_free. NULL on error.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_INVALID if the query has a member that is not known or a value that cannot be;
 *     WF_E_JSON with the offset; WF_E_STORAGE if the storage cannot be read; WF_E_MISUSE for a NULL or
 *     another kind of handle; WF_E_FORKED; WF_E_NOMEM.
 */
WF_API wf_status_t wf_storage_find(wf_storage_t *storage, const char *query_json, char **json, size_t *length,
                                   wf_error_t **error);

/** Says what a checkpoint is, without its parts.
 *
 * An object with the members of an entry of wf_storage_list, and `status` (see wf_storage_runs),
 * `pending_request_ids` (of the requests that wait for the host), `messages` (how many are sent and not yet
 * handled) and `bytes`: the size of the document, or for `sqlite:` what was written for it. Any thread.
 *
 * @param storage Borrowed.
 * @param checkpoint_id Which.
 * @param json Receives NUL-terminated JSON, owned by the caller: wf_free. NULL on error.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_NOTFOUND; WF_E_INVALID for an id that cannot be one; WF_E_CHECKPOINT if it is damaged
 *     or not one of ours; WF_E_STORAGE if it cannot be read; WF_E_MISUSE for a NULL or another kind of
 *     handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_storage_summary(wf_storage_t *storage, const char *checkpoint_id, char **json,
                                      size_t *length, wf_error_t **error);

/** Deletes a run: its checkpoints, whatever it waits for, and what it remembered.
 *
 * A run that is being driven gets WF_E_CONFLICT at its next checkpoint, in a storage that has a fence. A
 * damaged checkpoint stays if nobody can tell whose it is. Any thread.
 *
 * @param storage Borrowed.
 * @param run_id Which.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_NONE if there was nothing; WF_E_CONFLICT if the run commits faster than it can be
 *     deleted; WF_E_INVALID for an id that is not UTF-8; WF_E_STORAGE if something cannot be read or
 *     deleted: what is left is the later part; WF_E_MISUSE for a NULL or another kind of handle;
 *     WF_E_FORKED.
 */
WF_API wf_status_t wf_storage_delete_run(wf_storage_t *storage, const char *run_id, wf_error_t **error);

/** Deletes old checkpoints by a policy. What is not done stays.
 *
 * The policy is a JSON object. `keep_last`: all but the last so many of each run may go. `older_than_ms`:
 * those made at least so long ago may go. At least one of the two is needed; a checkpoint goes if both,
 * where given, say so. `run_id`, `workflow_name`: only of these. `pinned`: an array of ids that stay.
 * `dry_run`: true only reports what would go. A run whose last checkpoint is "working" or "waiting" (see
 * wf_storage_runs), or damaged, is not touched: with `trim_live` true its older checkpoints may go, never
 * the last one. The last checkpoint of a run that is done goes only if nothing of the run stays, and its
 * memos go with it: keep_last 0 deletes the runs that are done. A run that goes on meanwhile, anywhere, is
 * left alone from then on, in a storage that has a fence.
 *
 * The report has `deleted` (checkpoints), `runs_deleted`, `kept` (checkpoints left of the runs that the
 * policy is about), `live_runs_skipped` (with something that would have gone otherwise), `bytes_before` and
 * `bytes_after`, of these runs. What is kept can be resumed as before; that its previous checkpoint is gone
 * harms nothing. Damaged checkpoints stay. Any thread.
 *
 * @param storage Borrowed.
 * @param policy_json The policy, NUL-terminated. Copied.
 * @param report Receives NUL-terminated JSON, owned by the caller: wf_free. NULL on error.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_INVALID if the policy has a member that is not known, a value that cannot be, or
 *     neither `keep_last` nor `older_than_ms`; WF_E_JSON with the offset; WF_E_STORAGE if something cannot
 *     be read or deleted; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED; WF_E_NOMEM.
 */
WF_API wf_status_t wf_storage_prune(wf_storage_t *storage, const char *policy_json, char **report,
                                    size_t *length, wf_error_t **error);

/** Reads all that a storage has, and says what of it is damaged and from where each run can be resumed.
 *
 * Each document is checked down to its last part, against the graph that it carries. The report has
 * `checkpoints` (all that are there), `good`, `problems`: an array of `{"checkpoint_id", "problem"}`, the id
 * null for what is no checkpoint, such as a memo or a page of a database; `missing_parents`: ids that others
 * name as their previous one and that are not there, as after pruning, which is no damage; `runs`: an array
 * of `{"run_id", "latest_good"}`; and `memos`: how many there are, or null if the storage cannot list them.
 * Changes nothing. Any thread.
 *
 * @param storage Borrowed.
 * @param report Receives NUL-terminated JSON, owned by the caller: wf_free. NULL on error.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK, also if there are problems; WF_E_STORAGE if the storage cannot be read; WF_E_MISUSE for a
 *     NULL or another kind of handle; WF_E_FORKED; WF_E_NOMEM.
 */
WF_API wf_status_t wf_storage_verify(wf_storage_t *storage, char **report, size_t *length,
                                     wf_error_t **error);

/** Gives a run with all its checkpoints and memos as one JSON document, for wf_storage_import.
 *
 * `{"format": "libworkflow.run", "version": 1, "run_id", "head", "checkpoints", "memos"}`: the checkpoint
 * documents, byte for byte, in the order of ids, and memos as `{"key", "value"}`; `memos` is null for a
 * storage of the host's own, which cannot list them. The run may go on meanwhile: then its latest checkpoint
 * may be missing. Any thread.
 *
 * @param storage Borrowed.
 * @param run_id Which.
 * @param json Receives NUL-terminated JSON, owned by the caller: wf_free. NULL on error.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_NOTFOUND; WF_E_CHECKPOINT if something of the run is damaged: a part is not to be
 *     taken for the whole; WF_E_LIMIT if it is too large for one document; WF_E_INVALID for an id that is
 *     not UTF-8; WF_E_STORAGE if it cannot be read; WF_E_MISUSE for a NULL or another kind of handle;
 *     WF_E_FORKED; WF_E_NOMEM.
 */
WF_API wf_status_t wf_storage_export(wf_storage_t *storage, const char *run_id, char **json, size_t *length,
                                     wf_error_t **error);

/** Takes in a run that wf_storage_export gave, from whatever kind of storage.
 *
 * All is checked before anything is saved. What is there already and says the same is fine, so that an
 * import which was cut short can be done again. Memos come first and the latest checkpoint next: whoever
 * takes the run up meanwhile goes on from where it was. It is the same run, with the same id: drive it in
 * one of the storages only. Any thread.
 *
 * @param storage Borrowed.
 * @param json The exported run. Copied.
 * @param length Its length in bytes, or WF_NUL.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_CHECKPOINT if it is no exported run, or a part of it is damaged; WF_E_JSON with the
 *     offset; WF_E_EXISTS if there is another document or memo under one of its names: nothing was imported;
 *     WF_E_INVALID for an id that cannot be one; WF_E_UNSUPPORTED if it has memos and the storage keeps
 *     none; WF_E_STORAGE if it cannot be written; WF_E_LIMIT; WF_E_MISUSE for a NULL or another kind of
 *     handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_storage_import(wf_storage_t *storage, const char *json, size_t length,
                                     wf_error_t **error);

/** Copies a checkpoint with its ancestors as a run of its own, in the same storage.
 *
 * The copies have new ids, in the same order, and are otherwise the same, timestamps too; the original stays
 * as it is. Ancestors of other runs, as a fork has them, come along; those that are deleted are left out.
 * Memos are not copied, for their keys have the run in them: what a copy does again has its side effects
 * again. To resume it, give wf_run_resume the id of the copy. Any thread.
 *
 * @param storage Borrowed.
 * @param checkpoint_id Which.
 * @param new_run_id The id of the new run. NULL for a new one, which wf_storage_summary of the copy tells.
 *     Copied.
 * @param copy_id Receives the NUL-terminated id of the copied checkpoint, owned by the caller: wf_free. NULL
 *     on error. May be NULL.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_NOTFOUND; WF_E_EXISTS if there is a run of that id; WF_E_INVALID for an id that cannot
 *     be one; WF_E_CHECKPOINT if the checkpoint or an ancestor is damaged; WF_E_STORAGE if it cannot be read
 *     or written: then nothing was copied; WF_E_LIMIT; WF_E_MISUSE for a NULL or another kind of handle;
 *     WF_E_FORKED; WF_E_NOMEM.
 */
WF_API wf_status_t wf_storage_copy(wf_storage_t *storage, const char *checkpoint_id, const char *new_run_id,
                                   char **copy_id, wf_error_t **error);

/** Tries whether a storage keeps its promises, one by one, and says what came.
 *
 * For whoever writes a storage, with wf_storage_new or by way of a file system or a database of their own.
 * What is made on the way has ids and names that begin with `conformance-` and goes again; what else is in
 * the storage stays as it is. It takes seconds: thousands of checkpoints, some of 8 MB.
 *
 * The report is one JSON object: `storage`; `passed`, `failed` and `skipped`, the numbers of clauses;
 * `levels`, with "passed", "failed" or "skipped" for each of `basic`, `fence`, `processes`, `memos` and
 * `large`; and `clauses`, one a line, each with `name`, `level`, `result` and `why`: what was asked, what
 * was expected and what came, or what it was skipped for. A storage without a fence, or without memos, skips
 * those levels: the report says what it then cannot do. Any thread; it returns when all is tried.
 *
 * @param options What to look at. Copied.
 * @param report Receives NUL-terminated JSON, owned by the caller: wf_free. NULL on error.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK if there is a report, also one of failures; WF_E_INVALID for a bad struct_size or a name
 *     that is not UTF-8; WF_E_UNSUPPORTED for a struct from a newer library; WF_E_MISUSE for a NULL or
 *     another kind of handle; WF_E_FORKED; WF_E_NOMEM.
 */
WF_API wf_status_t wf_storage_conform(const wf_conformance_t *options, char **report, size_t *length,
                                      wf_error_t **error);

/** Does what another process is asked to do for wf_storage_conform: see wf_start_fn.
 *
 * It may stop its own process with SIGSTOP; the one that runs wf_storage_conform lets it go on. End with
 * what it answers, negated, as the exit code.
 *
 * @param storage The same place, opened in this process. Borrowed.
 * @param task The task, as `start` got it.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL: print its sentence before the
 *     process ends.
 * @return WF_OK if all was as it must be; WF_E_STORAGE if not: the sentence says what was asked, what was
 *     expected, what came; WF_E_INVALID for what is no task of this version; WF_E_MISUSE for a NULL or
 *     another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_storage_conform_task(wf_storage_t *storage, const char *task, wf_error_t **error);

/* ---- Answer -------------------------------------------------------------------------------------------- */

/* What a host's storage answers to one question. Borrowed: valid while the callback runs, on its thread. */

/** Gives the document that a storage was asked for, a checkpoint or a memo. A second one replaces the first.
 *
 * @param answer Borrowed.
 * @param json The document as it was saved. Copied.
 * @param length Its length in bytes, or WF_NUL.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_LIMIT for a text that is longer than any document; WF_E_CLOSED if the callback has
 *     returned; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_answer_set(wf_answer_t *answer, const char *json, size_t length, wf_error_t **error);

/** Gives one checkpoint id more: of a listing, in any order, or of the latest.
 *
 * @param answer Borrowed.
 * @param checkpoint_id The id. Copied.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_INVALID for an id that is not UTF-8; WF_E_CLOSED if the callback has returned;
 *     WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_answer_add(wf_answer_t *answer, const char *checkpoint_id, wf_error_t **error);

/** Says why the storage fails, so that a callback can end with `return wf_answer_fail(...)`.
 *
 * The question has failed from then on, whatever the callback returns.
 *
 * @param answer Borrowed.
 * @param message UTF-8 for people; invalid bytes are replaced. Copied.
 * @param length Its length in bytes, or WF_NUL.
 * @return WF_E_STORAGE, to be returned on; WF_E_CLOSED if the callback has returned; WF_E_MISUSE for a NULL
 *     or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_answer_fail(wf_answer_t *answer, const char *message, size_t length);

/* ---- Pool ---------------------------------------------------------------------------------------------- */

/* Threads that handle the messages of any number of runs at a time. Any thread. */

/** Makes threads that handle messages for the runs whose options name the pool.
 *
 * `invoke` callbacks of those runs then run on the pool, several at a time; an executor still handles one
 * message after another. Save and restore callbacks, conditions and selectors stay on the thread that drives
 * the run, which waits for the pool as it waits for executors that answered WF_PENDING. Checkpoints are the
 * same with any number of threads, and without. A run that is driven from inside a callback on the pool has
 * its callbacks on that very thread, so that it cannot wait for itself. Signals are blocked in the threads.
 * Any thread.
 *
 * @param threads How many, 1 to 1024. All are made now.
 * @param pool Receives the pool, owned by the caller: wf_pool_free. NULL on error.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_INVALID for another number of threads; WF_E_LIMIT if the system gives no more threads;
 *     WF_E_MISUSE for a NULL.
 */
WF_API wf_status_t wf_pool_new(uint32_t threads, wf_pool_t **pool, wf_error_t **error);

/** Releases a pool. Runs that use it keep it until they are freed.
 *
 * When the last of them lets go, its threads end, and that call waits for the callbacks that are at work:
 * hold no lock that they may want. Inside a callback on a pool, of this or another one, it does not wait.
 * Any thread.
 *
 * @param pool Consumed. NULL does nothing, and so does a pool of the parent in a forked child.
 */
WF_API void wf_pool_free(wf_pool_t *pool);

/* ---- Run ----------------------------------------------------------------------------------------------- */

/* One execution of a workflow, driven by whoever calls wf_run_next. One thread at a time, unless a function
 * says otherwise. */

/** Starts a run: `input` is queued for the start executor. Nothing runs before wf_run_next.
 *
 * One workflow may have any number of runs at a time.
 *
 * @param workflow Borrowed; the run keeps what it needs.
 * @param options How to run; NULL for the defaults. Copied.
 * @param input JSON. Copied.
 * @param length Its length in bytes, or WF_NUL.
 * @param run Receives the run, owned by the caller: wf_run_free. NULL on error.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_JSON with the offset; WF_E_LIMIT for a text that is too long or too deep; WF_E_INVALID
 *     for bad options, such as edits, and for an input of a type that the start executor does not accept;
 *     WF_E_UNSUPPORTED for options from a newer library; WF_E_MISUSE for a NULL or another kind of handle;
 *     WF_E_FORKED.
 */
WF_API wf_status_t wf_run_start(wf_workflow_t *workflow, const wf_run_options_t *options, const char *input,
                                size_t length, wf_run_t **run, wf_error_t **error);

/** Goes on from a checkpoint in `options->storage`, as the same run.
 *
 * The checkpoint is checked in full before anything happens; restore callbacks run inside wf_run_next,
 * before anything is delivered. Resuming one checkpoint twice gives the same result twice. Of two processes
 * that go on with one run at the same time the one that commits first goes on; the other gets WF_E_CONFLICT
 * at its next boundary and stops, with nothing saved.
 *
 * With NULL for the id, nothing that another writer commits meanwhile is passed over. An id means that very
 * checkpoint, also if the run has gone further by now: what came after it stays where it is, as a branch. To
 * go on where a run stands, give NULL, not an id that was looked up before.
 *
 * `options->edits` changes what is in the checkpoint before it is read, such as `{"state": {"limit": 9}}`;
 * an array, such as `messages`, is replaced as a whole, and null removes a member. What the checkpoint is
 * cannot be edited: `format`, `version`, `checkpoint_id`, `previous_checkpoint_id`, `run_id`,
 * `workflow_name`, `graph_signature`, `graph`, `timestamp`, `kind`, `superstep`, `input_superstep`,
 * `checksum`. `options->migrate` is asked, after that, when another graph made it.
 *
 * With edits, after a migration, or with a `run_id` that is not the checkpoint's, the run is a fork: if it
 * makes checkpoints, its first is of kind "fork", made before anything is delivered, so that the fork can be
 * resumed by itself. The original stays as it is. What was remembered (wf_context_remember) is found under
 * the run id that the fork has.
 *
 * @param workflow Borrowed; its graph must be the one that made the checkpoint, or `migrate` makes it fit.
 * @param options Needs `storage`. `run_id` gives the continuation a name of its own. Copied.
 * @param checkpoint_id Which; NULL for the latest of this workflow. Later ones that cannot be read are
 *     skipped, each with a "warning" event.
 * @param run Receives the run, owned by the caller: wf_run_free. NULL on error.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_NOTFOUND if there is no such checkpoint; WF_E_MISMATCH if a different graph made it
 *     and nobody migrates it: the message has the first differences; WF_E_CHECKPOINT if it is damaged, cut
 *     short or foreign, or the edits or the migration made it so: the message says which; WF_E_INVALID for
 *     bad options, an id that cannot be one, or edits or a migration that change what the checkpoint is;
 *     WF_E_JSON with the offset for edits that are not JSON; WF_E_LIMIT for edits that are too long or too
 *     deep; WF_E_STORAGE if it cannot be read; WF_E_UNSUPPORTED if it needs a newer library; what `migrate`
 *     answered, or WF_E_EXECUTOR if that is no error of its own; WF_E_MISUSE for a NULL or another kind of
 *     handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_run_resume(wf_workflow_t *workflow, const wf_run_options_t *options,
                                 const char *checkpoint_id, wf_run_t **run, wf_error_t **error);

/** Goes on from a checkpoint document that the host kept itself, as wf_run_checkpoint gave it.
 *
 * Otherwise like wf_run_resume, also with edits and a migration; needs no storage. WF_RUN_CHECKPOINTS does
 * not travel with the checkpoint.
 *
 * @param workflow Borrowed; its graph must be the one that made the checkpoint, or `migrate` makes it fit.
 * @param options How to run; NULL for the defaults. Copied.
 * @param checkpoint The document. Copied.
 * @param length Its length in bytes, or WF_NUL.
 * @param run Receives the run, owned by the caller: wf_run_free. NULL on error.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_CHECKPOINT; WF_E_JSON with the offset, for the document or the edits; WF_E_MISMATCH;
 *     WF_E_LIMIT; WF_E_INVALID for bad options, or edits or a migration that change what the checkpoint is;
 *     WF_E_UNSUPPORTED; what `migrate` answered, or WF_E_EXECUTOR if that is no error of its own;
 *     WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_run_restore(wf_workflow_t *workflow, const wf_run_options_t *options,
                                  const char *checkpoint, size_t length, wf_run_t **run, wf_error_t **error);

/** Takes a run back to one of its checkpoints, in place: what happened since has not happened to it.
 *
 * The checkpoint is read and checked in full first; on any error the run goes on as before. Then the
 * superstep in hand, inputs and answers that were not taken in yet, and events that were not given yet are
 * dropped, and wf_run_next tells "started", the status and the pending requests as after wf_run_resume.
 * Executors are not new, unlike there: each restore callback is called, with "null" for one that had saved
 * nothing. The numbers of events go on, and checkpoints made from now on have this one as their parent. What
 * was remembered (wf_context_remember) stays, and so do later checkpoints.
 *
 * A checkpoint of this run that another graph made is given to `options->migrate` of the run, and the run's
 * next checkpoint is then of kind "fork". `options->edits` are not applied again.
 *
 * A finished, failed or cancelled run goes on too. Not while a call is pending: finish it, or cancel the
 * run. Calls that a cancelled run left pending are still to be finished, which answers WF_E_CLOSED and
 * changes nothing.
 *
 * @param run Borrowed.
 * @param checkpoint_id Which one of the run's storage; NULL for the run's last, with or without a storage.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_BUSY during a superstep: while another thread drives the run, or a call is pending;
 *     WF_E_REENTRANT inside a callback of this run; WF_E_NOTFOUND if there is no such checkpoint;
 *     WF_E_INVALID if it is another run's, for an id that cannot be one, without a storage, or for a
 *     migration that changes what the checkpoint is; WF_E_MISMATCH; WF_E_CHECKPOINT; WF_E_STORAGE;
 *     WF_E_UNSUPPORTED if it needs a newer library; what `migrate` answered, or WF_E_EXECUTOR if that is no
 *     error of its own; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_run_rewind(wf_run_t *run, const char *checkpoint_id, wf_error_t **error);

/** Takes a run back to a checkpoint of its own that the host kept, as wf_run_checkpoint gave it. Needs no
 * storage.
 *
 * Otherwise like wf_run_rewind.
 *
 * @param run Borrowed.
 * @param checkpoint The document. Copied.
 * @param length Its length in bytes, or WF_NUL.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_BUSY during a superstep: while another thread drives the run, or a call is pending;
 *     WF_E_REENTRANT inside a callback of this run; WF_E_INVALID if the checkpoint is another run's, or the
 *     migration changes what it is; WF_E_CHECKPOINT; WF_E_JSON with the offset; WF_E_MISMATCH; WF_E_LIMIT;
 *     WF_E_UNSUPPORTED if it needs a newer library; what `migrate` answered, or WF_E_EXECUTOR if that is no
 *     error of its own; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_run_rewind_document(wf_run_t *run, const char *checkpoint, size_t length,
                                          wf_error_t **error);

/** Drives the run on this thread until there is an event, and gives it.
 *
 * Callbacks run inside this call, or on the pool of the run's options. When a superstep's
 * "superstep_completed" comes out, the superstep is committed and, with a storage, saved. One thread at a
 * time; it may be another one each time.
 *
 * @param run Borrowed.
 * @param timeout_ms How long to wait for executors that answered WF_PENDING, run on a pool, or are polled,
 *     in milliseconds: 0 not at all, negative forever. Time spent in callbacks on this thread does not
 *     count.
 * @param event Receives the event, owned by the caller: wf_event_free. NULL unless WF_OK.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK with an event; WF_TIMEOUT if only executors that work elsewhere are left to wait for;
 *     WF_DONE when the run is idle: nothing is left to deliver, or an executor halted it; if the run failed,
 *     after its last event and from then on, why: the status that an executor returned, WF_E_EXECUTOR,
 *     WF_E_TIMEOUT, WF_E_STORAGE, WF_E_LIMIT, WF_E_CONFLICT under WF_RUN_STRICT_STATE, or WF_E_CANCELLED.
 *     These say that the call itself was wrong and leave the run as it is: WF_E_REENTRANT from inside a
 *     callback of this run; WF_E_BUSY while another thread drives it; WF_E_CLOSED if one of its own
 *     callbacks freed the run and there is something to wait for; WF_E_MISUSE for a NULL or another kind of
 *     handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_run_next(wf_run_t *run, int64_t timeout_ms, wf_event_t **event, wf_error_t **error);

/** Drives the run on this thread like wf_run_next, and gives up to `most` events at once.
 *
 * For hosts to which a call costs more than an event: scripting languages, and whoever wants all events.
 * Once it has an event it does not wait: it comes back when the run would wait or rest, when host code has
 * failed, or with `most` events. But it goes on through callbacks on this thread: an event that must be seen
 * before the next callback is called wants a `most` of 1. The promise of wf_run_next holds: with
 * "superstep_completed" in the batch, that superstep is committed.
 *
 * @param run Borrowed.
 * @param timeout_ms As for wf_run_next, for the first event.
 * @param most At least 1.
 * @param batch Receives the events, at least one, owned by the caller: wf_batch_free. NULL unless WF_OK.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK with a batch; WF_E_INVALID if `most` is 0; else what wf_run_next answers in place of an
 *     event. What comes behind the events of a batch, such as WF_DONE or why the run failed, is answered by
 *     the next call.
 */
WF_API wf_status_t wf_run_next_batch(wf_run_t *run, int64_t timeout_ms, size_t most, wf_batch_t **batch,
                                     wf_error_t **error);

/** Takes a message for an executor that was added with WF_POLLED, in place of a callback.
 *
 * Any number of threads may poll, also while another one is inside wf_run_next; somebody must drive the run
 * meanwhile. One thread can do both, in turns and with a timeout of 0. What the context is for:
 * wf_context_executor_id, wf_context_input. The call is one like that of a callback that answered
 * WF_PENDING.
 *
 * @param run Borrowed. Freeing it wakes the threads that wait here, with WF_E_CLOSED.
 * @param timeout_ms How long to wait for a message, in milliseconds: 0 not at all, negative forever.
 * @param context Receives the context, owned by the caller: wf_context_finish, from any thread, is the only
 *     way to be rid of it. After the end of its run that answers WF_E_CLOSED. NULL unless WF_OK.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK with a context; WF_TIMEOUT; WF_DONE when the run is idle and no message is left: an input or
 *     an answer lets it go on; WF_E_CLOSED if the run failed, was cancelled or is gone; WF_E_REENTRANT if it
 *     would have to wait inside a callback that runs on the driving thread of this run; WF_E_MISUSE for a
 *     NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_run_poll(wf_run_t *run, int64_t timeout_ms, wf_context_t **context, wf_error_t **error);

/** Gives a file descriptor for poll, epoll, select or an event loop: readable while something has arrived
 * that wf_run_next has not taken in: a finished call, an output of one, an input, an answer, a cancel; and
 * when a pause before a further attempt is over, or a call takes too long.
 *
 * Wait for it after wf_run_next with a timeout of 0 has answered WF_TIMEOUT or WF_DONE, and then call
 * wf_run_next again: it makes the descriptor unreadable. Do not read or close it. It is made when first
 * asked for, and has the close-on-exec and non-blocking flags. Any thread, any time.
 *
 * @param run Borrowed. Freeing it closes the descriptor: take it out of the event loop before.
 * @param descriptor Receives the descriptor, borrowed: the same each time. -1 on error.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_LIMIT if the system gives no descriptor; WF_E_MISUSE for a NULL or another kind of
 *     handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_run_wake_fd(wf_run_t *run, int32_t *descriptor, wf_error_t **error);

/** Sets the callback that tells when something arrives for wf_run_next, as the descriptor of wf_run_wake_fd
 * does.
 *
 * It is called when something arrives and nothing waited before, and at once if something waits already: on
 * the thread that brings it, or on this one; with no lock held. It may use every object; let it tell the
 * driving thread, and return. When it is replaced, or the run is freed, it may be running on another thread
 * and go on: it has returned for good when its finalizer runs. A callback that uses the run is to be
 * replaced, and its finalizer awaited, before wf_run_free. Any thread, any time.
 *
 * It does not tell that a pause is over or a call takes too long: nobody brings that. A run with retries,
 * timeouts or a lease wants the descriptor, or wf_run_next every so often.
 *
 * @param run Borrowed.
 * @param wake Replaces the callback before; NULL for none.
 * @param user_data Passed to `wake`. Consumed, whatever the answer is.
 * @param finalizer Releases user_data: when the callback is replaced, when the run is freed, or at once if
 *     the call fails. NULL for none.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_run_set_wake(wf_run_t *run, wf_wake_fn wake, void *user_data, wf_finalizer_fn finalizer,
                                   wf_error_t **error);

/** Gives the run one more input for its start executor: the next turn of a conversation.
 *
 * It is taken in at the next superstep boundary, after which a checkpoint of kind "entry" is made; state
 * stays as it is. A run that was idle goes on: call wf_run_next. The input is durable with that checkpoint,
 * not before. The superstep limit counts anew. Any thread, any time.
 *
 * @param run Borrowed.
 * @param json The input. Copied.
 * @param length Its length in bytes, or WF_NUL.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_JSON with the offset; WF_E_LIMIT; WF_E_INVALID for a type that the start executor does
 *     not accept; WF_E_CLOSED if the run failed or was cancelled; WF_E_MISUSE for a NULL or another kind of
 *     handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_run_input(wf_run_t *run, const char *json, size_t length, wf_error_t **error);

/** Answers a pending request. The first answer counts; one of a wrong type changes nothing.
 *
 * The executor that asked gets the answer as a message, in the superstep after the next boundary, where a
 * checkpoint of kind "response" is made: from then on the answer is durable. Requests of a resumed run can
 * be answered at once. The superstep limit counts anew. Any thread, any time.
 *
 * @param run Borrowed.
 * @param request_id Which.
 * @param json The answer. Copied.
 * @param length Its length in bytes, or WF_NUL.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_NOTFOUND if no such request is pending; WF_E_CONFLICT if it was answered or withdrawn
 *     already; WF_E_INVALID if the answer has a wrong type: the request stays pending; WF_E_JSON with the
 *     offset; WF_E_LIMIT; WF_E_CLOSED if the run failed, was cancelled, or goes back to a checkpoint at this
 *     moment; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_run_respond(wf_run_t *run, const char *request_id, const char *json, size_t length,
                                  wf_error_t **error);

/** Withdraws a pending request: nobody needs to answer it any more, and nobody can.
 *
 * Any thread, any time.
 *
 * @param run Borrowed.
 * @param request_id Which.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_NOTFOUND if no such request is pending; WF_E_CONFLICT if it was answered or withdrawn
 *     already; WF_E_CLOSED if the run failed, was cancelled, or goes back to a checkpoint at this moment;
 *     WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_run_withdraw(wf_run_t *run, const char *request_id, wf_error_t **error);

/** Lists the requests that wait for an answer, in the order of asking, whether or not their events were
 * wanted.
 *
 * Each has `request_id`, `source_executor_id`, `response_type` and `data`. Those that executors are to
 * answer (WF_SUB_INTERCEPT_REQUESTS) are not among them. Any thread, any time.
 *
 * @param run Borrowed.
 * @param json Receives a NUL-terminated JSON array, owned by the caller: wf_free. NULL on error.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED; WF_E_NOMEM.
 */
WF_API wf_status_t wf_run_pending_requests(wf_run_t *run, char **json, size_t *length, wf_error_t **error);

/** Asks the run to stop. Its last checkpoint can be resumed.
 *
 * The superstep in hand has no effect. wf_run_next gives a "cancelled" event, the status CANCELLED, and then
 * answers WF_E_CANCELLED. Executors that are pending count no more; they can ask wf_context_is_cancelled.
 * Any thread, any time.
 *
 * @param run Borrowed.
 * @param reason UTF-8 for people; NULL for none. Copied.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_INVALID for a reason that is not UTF-8; WF_E_MISUSE for a NULL or another kind of
 *     handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_run_cancel(wf_run_t *run, const char *reason, wf_error_t **error);

/** How far the run is.
 *
 * Any thread, any time.
 *
 * @param run Borrowed.
 * @return The state; WF_E_MISUSE for a NULL or another kind of handle.
 */
WF_API wf_run_state_t wf_run_state(const wf_run_t *run);

/** How many supersteps are committed.
 *
 * Any thread, any time.
 *
 * @param run Borrowed.
 * @return The number; 0 for anything but a run.
 */
WF_API uint64_t wf_run_superstep(const wf_run_t *run);

/** The run's id: the host's own, or one that the library made. A resumed run has the id of its checkpoint.
 *
 * Any thread, any time.
 *
 * @param run Borrowed.
 * @return NUL-terminated text, borrowed: valid until the run is freed. Empty for anything but a run.
 */
WF_API const char *wf_run_id(const wf_run_t *run);

/** Gives the last checkpoint of the run as one JSON document, never half a superstep.
 *
 * The run needs a storage or WF_RUN_CHECKPOINTS. A resumed run gives the checkpoint it came from until it
 * has made one of its own. May be called inside a callback of this run; otherwise one thread at a time with
 * wf_run_next.
 *
 * @param run Borrowed.
 * @param json Receives NUL-terminated JSON, owned by the caller: wf_free. NULL unless WF_OK.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_NONE if there is none yet; WF_E_UNSUPPORTED if the run makes none; WF_E_STORAGE or
 *     WF_E_CHECKPOINT if the storage cannot give it back; WF_E_BUSY while another thread drives the run;
 *     WF_E_REENTRANT in the finalizer of an object that the run is dropping; WF_E_MISUSE for a NULL or
 *     another kind of handle; WF_E_FORKED; WF_E_NOMEM.
 */
WF_API wf_status_t wf_run_checkpoint(wf_run_t *run, char **json, size_t *length, wf_error_t **error);

/** Says what the run waits for: for the person who asks why nothing happens.
 *
 * {"why": a sentence, "state", "superstep", "halted", "undelivered_messages", "requests": as
 * wf_run_pending_requests, and those that executors around a sub-workflow are to answer, "fan_ins":
 * [{"target", "lane": inside a sub-workflow, which of its inputs, "arrived": {executor: number},
 * "waiting_for": [executor]}], "calls": host code that has not ended: [{"executor_id", "asked_to",
 * "failed_attempts", "deadline_in_ms"}], "retries": [{"executor_id", "failed_attempts", "in_ms"}]}. May be
 * called inside a callback of this run; otherwise one thread at a time with wf_run_next.
 *
 * @param run Borrowed.
 * @param json Receives NUL-terminated JSON, owned by the caller: wf_free. NULL unless WF_OK.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_BUSY while another thread drives the run; WF_E_REENTRANT in the finalizer of an object
 *     that the run is dropping; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED; WF_E_NOMEM.
 */
WF_API wf_status_t wf_run_why_waiting(wf_run_t *run, char **json, size_t *length, wf_error_t **error);

/** Releases a run, finished or not. What is stored stays stored.
 *
 * Executors that are still pending are not called again. They must still be finished, which answers
 * WF_E_CLOSED: until then their contexts keep the host code alive. (Those that came from wf_run_poll do not:
 * the host has no code in them.) If the run is the last to use a pool, see wf_pool_free. Any thread; not
 * while another thread drives the run.
 *
 * @param run Consumed. NULL does nothing, and so does a run of the parent in a forked child.
 */
WF_API void wf_run_free(wf_run_t *run);

/* ---- Event --------------------------------------------------------------------------------------------- */

/* One thing that happened in a run. Owned by the caller, immutable and independent of its run: any thread. */

/** What the event tells.
 *
 * Any thread.
 *
 * @param event Borrowed.
 * @return The kind; 0 for anything but an event.
 */
WF_API wf_event_kind_t wf_event_kind(const wf_event_t *event);

/** The name of a kind, such as "superstep_completed".
 *
 * Any thread.
 *
 * @param kind Any number.
 * @return A static text; "unknown" for a kind that this version does not know.
 */
WF_API const char *wf_event_kind_name(wf_event_kind_t kind);

/** The event's place among those that this run handle gave: 1, 2, 3 and so on without gaps.
 *
 * Any thread.
 *
 * @param event Borrowed.
 * @return The number; 0 for anything but an event.
 */
WF_API uint64_t wf_event_sequence(const wf_event_t *event);

/** The superstep that the event belongs to, counted from 1 and across resumes; 0 before the first.
 *
 * Any thread.
 *
 * @param event Borrowed.
 * @return The number; 0 for anything but an event.
 */
WF_API uint64_t wf_event_superstep(const wf_event_t *event);

/** The executor that the event is about.
 *
 * Any thread.
 *
 * @param event Borrowed.
 * @return NUL-terminated id, borrowed: valid until the event is freed. NULL if the event is about no
 *     executor.
 */
WF_API const char *wf_event_executor_id(const wf_event_t *event);

/** The id of the request that a "request_info" event tells of: for wf_run_respond.
 *
 * Any thread.
 *
 * @param event Borrowed.
 * @return NUL-terminated id, borrowed: valid until the event is freed. NULL for other kinds of events.
 */
WF_API const char *wf_event_request_id(const wf_event_t *event);

/** The name that the host gave a "custom" event.
 *
 * Any thread.
 *
 * @param event Borrowed.
 * @return NUL-terminated name, borrowed: valid until the event is freed. Empty for other kinds of events,
 *     and for anything but an event.
 */
WF_API const char *wf_event_name(const wf_event_t *event);

/** The event's data as JSON. Its shape depends on the kind: see `enum wf_event_kind`.
 *
 * Any thread.
 *
 * @param event Borrowed.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @return NUL-terminated JSON, borrowed: valid until the event is freed. "null" if there is none. Never
 *     NULL.
 */
WF_API const char *wf_event_data(const wf_event_t *event, size_t *length);

/** The whole event as one JSON object: `type` (the kind's name), `sequence`, `superstep`, `executor_id` (null
 * if none) and `data`; for "request_info" also `request_id` and `response_type`, for "custom" also `name`.
 *
 * Any thread.
 *
 * @param event Borrowed.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @return NUL-terminated JSON, borrowed: valid until the event is freed. "null" for anything but an event.
 */
WF_API const char *wf_event_json(const wf_event_t *event, size_t *length);

/** Releases an event.
 *
 * Any thread.
 *
 * @param event Consumed. NULL does nothing.
 */
WF_API void wf_event_free(wf_event_t *event);

/* ---- Batch --------------------------------------------------------------------------------------------- */

/* Several events at once, for hosts whose calls are dear. Owned by the caller, immutable and independent of
 * its run: any thread. */

/** The events of a batch, in order, as an array of structs: all of it can be read without a further call.
 *
 * The next record begins `struct_size` bytes behind the one before, which a newer library may make more than
 * `sizeof(wf_record_t)`.
 *
 * @param batch Borrowed.
 * @param count Receives the number of events. NULL if not wanted.
 * @return The array, borrowed with all that it points to: valid until the batch is freed. NULL for anything
 *     but a batch.
 */
WF_API const wf_record_t *wf_batch_records(const wf_batch_t *batch, size_t *count);

/** Which kinds of events are in a batch: whether it is worth looking through.
 *
 * @param batch Borrowed.
 * @return WF_EVENT_BIT of each of them; 0 for anything but a batch.
 */
WF_API uint64_t wf_batch_kinds(const wf_batch_t *batch);

/** Gives one event of a batch as wf_run_next would have given it: for data that is made on demand, and to
 * keep it alone.
 *
 * @param batch Borrowed.
 * @param index Its place in the batch, from 0.
 * @return The event, owned by the caller: wf_event_free. A new one each time, independent of the batch. NULL
 *     if there is no such place, and for anything but a batch.
 */
WF_API wf_event_t *wf_batch_event(const wf_batch_t *batch, size_t index);

/** Releases a batch, and every event in it that was not taken out.
 *
 * @param batch Consumed. NULL does nothing.
 */
WF_API void wf_batch_free(wf_batch_t *batch);

/* ---- Context ------------------------------------------------------------------------------------------- */

/* One call of host code and what it may do. Borrowed: valid until the callback returns anything but
 * WF_PENDING, and after WF_PENDING, or from wf_run_poll, until wf_context_finish. One thread at a time. */

/** The id of the run that the call belongs to.
 *
 * @param context Borrowed.
 * @return NUL-terminated text, borrowed: valid until the context ends. Empty for anything but a context.
 */
WF_API const char *wf_context_run_id(const wf_context_t *context);

/** The id of the executor that is called.
 *
 * @param context Borrowed.
 * @return NUL-terminated text, borrowed: valid until the context ends. Empty for anything but a context.
 */
WF_API const char *wf_context_executor_id(const wf_context_t *context);

/** A key for side effects: the same for every attempt at this very piece of work, also after a crash and a
 * resume, and different for every other: run, superstep, executor, number of the message.
 *
 * Give it to services that take an idempotency key, and they act once however often the superstep is run.
 * Two continuations of one checkpoint that get different inputs do different work: give them run ids of
 * their own.
 *
 * @param context Borrowed.
 * @return NUL-terminated text, borrowed: valid until the context ends. Empty for anything but a context.
 */
WF_API const char *wf_context_idempotency_key(wf_context_t *context);

/** Records the result of a side effect at once, so that the side effect is not repeated.
 *
 * A superstep that fails, or whose process dies, is run again: what the call sent and wrote is gone, but the
 * refund is paid and the letter is out. What is remembered here stays, as durable as a checkpoint when the
 * call returns, and wf_context_recall gives it to whoever does the same piece of work again: the one with
 * the same wf_context_idempotency_key. Without a storage it lives as long as the run. Never in a checkpoint
 * or a listing; wf_storage_forget deletes it.
 *
 * A crash may fall between a side effect and this call: give the idempotency key to the service for those
 * moments.
 *
 * @param context Borrowed; of an invoke callback.
 * @param key Which of the call's side effects: UTF-8, not empty. Copied.
 * @param json Its result. Copied.
 * @param length Its length in bytes, or WF_NUL.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK, also if the very same text was remembered before; WF_E_CONFLICT if another one was: the
 *     first stays; WF_E_INVALID for a bad key; WF_E_JSON with the offset; WF_E_LIMIT for a text that is too
 *     long or too deep; WF_E_STORAGE if it cannot be written; WF_E_CHECKPOINT if what was remembered before
 *     is damaged; WF_E_UNSUPPORTED if the storage keeps checkpoints only; WF_E_MISUSE in a save or restore
 *     callback, for a NULL or another kind of handle; WF_E_CLOSED if the context has ended; WF_E_FORKED.
 */
WF_API wf_status_t wf_context_remember(wf_context_t *context, const char *key, const char *json,
                                       size_t length, wf_error_t **error);

/** Gives what wf_context_remember recorded when this piece of work was done before.
 *
 * @param context Borrowed; of an invoke callback.
 * @param key Which of the call's side effects.
 * @param json Receives NUL-terminated JSON, borrowed: valid until the context ends. NULL unless WF_OK.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_NONE if nothing was remembered: the side effect is still to be done, or was under way
 *     when the process died; WF_E_CHECKPOINT if it is damaged and WF_E_STORAGE if it cannot be read: then it
 *     was done; WF_E_INVALID for a bad key; WF_E_UNSUPPORTED if the storage keeps checkpoints only;
 *     WF_E_MISUSE in a save or restore callback, for a NULL or another kind of handle; WF_E_CLOSED if the
 *     context has ended; WF_E_FORKED.
 */
WF_API wf_status_t wf_context_recall(wf_context_t *context, const char *key, const char **json,
                                     size_t *length, wf_error_t **error);

/** The superstep that the call is part of, counted from 1; in a restore callback the superstep of the
 * checkpoint.
 *
 * @param context Borrowed.
 * @return The number; 0 for anything but a context.
 */
WF_API uint64_t wf_context_superstep(const wf_context_t *context);

/** The input of the call, the same that the callback got as an argument: for code that runs after the
 * callback.
 *
 * @param context Borrowed.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @return NUL-terminated JSON, borrowed: valid until the context ends. "null" for anything but a context.
 */
WF_API const char *wf_context_input(const wf_context_t *context, size_t *length);

/** The type of the input, by which a host chooses among handlers.
 *
 * If the executor declares what it accepts (wf_builder_set_types), it is the declared name that fits best:
 * the input's own type, else "number" for an integer, else "any". For all others, and for the answer to a
 * request, it is the input's own type: the "$type" of a tagged value, else "null", "boolean", "integer",
 * "number", "string", "array" or "object".
 *
 * @param context Borrowed.
 * @return NUL-terminated text, borrowed: valid until the context ends. Empty for anything but a context.
 */
WF_API const char *wf_context_input_type(wf_context_t *context);

/** Where the message came from: a JSON array of executor ids, several after a fan-in. A run's input comes
 * from "internal:" and the id of the start executor.
 *
 * @param context Borrowed.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @return NUL-terminated JSON, borrowed: valid until the context ends. "[]" in save and restore callbacks,
 *     and for anything but a context.
 */
WF_API const char *wf_context_sources(const wf_context_t *context, size_t *length);

/** The id of the request that the input answers.
 *
 * @param context Borrowed.
 * @return NUL-terminated id, borrowed: valid until the context ends. NULL if the input is an ordinary
 *     message.
 */
WF_API const char *wf_context_request_id(const wf_context_t *context);

/** What the executor asked with the request that the input answers.
 *
 * @param context Borrowed.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @return NUL-terminated JSON, borrowed: valid until the context ends. "null" if the input is an ordinary
 *     message.
 */
WF_API const char *wf_context_request_data(const wf_context_t *context, size_t *length);

/** Asks the world outside: a "request_info" event, and a pending request that wf_run_respond answers.
 *
 * It does not wait, not even for the superstep to commit: whoever sees the event may answer at once. The
 * answer comes to this executor as a message of its own, for which wf_context_request_id is not NULL; the
 * run goes on meanwhile. Pending requests are part of every checkpoint.
 *
 * @param context Borrowed; of an invoke callback.
 * @param request_id An id that no other pending request has; NULL makes one, the same again if the superstep
 *     is run again. Copied.
 * @param json The question. Copied.
 * @param length Its length in bytes, or WF_NUL.
 * @param response_type The types that an answer may have, separated by '|': null, boolean, integer, number,
 *     string, array, object; every other word is the `$type` of a tagged value. NULL for any. Copied.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_INVALID for a bad id or an empty type; WF_E_JSON with the offset; WF_E_LIMIT;
 *     WF_E_MISUSE in a save or restore callback, for a NULL or another kind of handle; WF_E_CLOSED if the
 *     context has ended; WF_E_FORKED. A second pending request of one id fails the executor with
 *     WF_E_EXISTS; one id from two executors in one superstep fails the run, and nothing of that superstep
 *     counts.
 */
WF_API wf_status_t wf_context_request_info(wf_context_t *context, const char *request_id, const char *json,
                                           size_t length, const char *response_type, wf_error_t **error);

/** Answers a request that came out of a sub-workflow beside this executor (WF_SUB_INTERCEPT_REQUESTS).
 *
 * The sub-workflow's node sends the request as a message of the type "libworkflow:sub_workflow_request":
 * {"$type": ..., "value": {"request_id", "executor_id", "source_executor_id", "response_type", "data"}}.
 * Whoever receives it, or learns of it, answers now or in any later superstep; if two executors answer in
 * one superstep, the first in the order of executors counts and a "warning" event says so. The answer
 * reaches the inner executor in the next superstep. To let the host answer, ask with wf_context_request_info
 * and pass the answer on.
 *
 * @param context Borrowed; of an invoke callback.
 * @param request_id Which request.
 * @param json The answer. Copied.
 * @param length Its length in bytes, or WF_NUL.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_NOTFOUND if no sub-workflow beside this executor waits for such an answer;
 *     WF_E_CONFLICT if this call has answered it already; WF_E_INVALID for an answer of a wrong type, the
 *     request stays pending; WF_E_JSON with the offset; WF_E_LIMIT; WF_E_MISUSE in a save or restore
 *     callback, for a NULL or another kind of handle; WF_E_CLOSED if the context has ended; WF_E_FORKED.
 */
WF_API wf_status_t wf_context_answer(wf_context_t *context, const char *request_id, const char *json,
                                     size_t length, wf_error_t **error);

/** Lets the run rest after this superstep, although messages may wait: wf_run_next then answers WF_DONE.
 *
 * The superstep commits as usual. The run goes on when something comes from outside, or from its checkpoint.
 *
 * @param context Borrowed; of an invoke callback.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_MISUSE in a save or restore callback, for a NULL or another kind of handle;
 *     WF_E_CLOSED if the context has ended; WF_E_FORKED.
 */
WF_API wf_status_t wf_context_halt(wf_context_t *context, wf_error_t **error);

/** Whether the run was cancelled, freed or taken back to a checkpoint meanwhile: what the call does counts no
 * more, and it may stop.
 *
 * Any thread.
 *
 * @param context Borrowed.
 * @return 1 or 0; 0 for anything but a context.
 */
WF_API int32_t wf_context_is_cancelled(const wf_context_t *context);

/** Sends a message along the executor's edges. It is delivered in the next superstep, if this one commits.
 *
 * @param context Borrowed; of an invoke callback.
 * @param target Sends only to this executor, which an edge must lead to; NULL for every edge. Copied.
 * @param json The message. Copied.
 * @param length Its length in bytes, or WF_NUL.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_NOTFOUND if the workflow has no such target; WF_E_JSON with the offset; WF_E_LIMIT for
 *     a text that is too long or too deep; WF_E_MISUSE in a save or restore callback, for a NULL or another
 *     kind of handle; WF_E_CLOSED if the context has ended; WF_E_FORKED. A message that no edge takes is
 *     reported by a "warning" event.
 */
WF_API wf_status_t wf_context_send(wf_context_t *context, const char *target, const char *json, size_t length,
                                   wf_error_t **error);

/** Gives an output: an "output" event, when the callback returns; at once, if it has gone pending, runs on a
 * pool, or is polled.
 *
 * wf_builder_set_output can make it an "intermediate" event instead, or hide it.
 *
 * @param context Borrowed; of an invoke callback.
 * @param json The output. Copied.
 * @param length Its length in bytes, or WF_NUL.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_JSON with the offset; WF_E_LIMIT for a text that is too long or too deep; WF_E_MISUSE
 *     in a save or restore callback, for a NULL or another kind of handle; WF_E_CLOSED if the context has
 *     ended; WF_E_FORKED.
 */
WF_API wf_status_t wf_context_output(wf_context_t *context, const char *json, size_t length,
                                     wf_error_t **error);

/** Emits an event of the host's own: a "custom" event, for which wf_event_name gives the name. It is told
 * like an output, and in order with outputs: when the callback returns; at once, if it has gone pending.
 *
 * @param context Borrowed; of an invoke callback.
 * @param name 1 to 512 bytes of UTF-8 without control characters; no name of a built-in kind, see
 *     wf_event_kind_name. Copied.
 * @param json The event's data. Copied.
 * @param length Its length in bytes, or WF_NUL.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_INVALID for a bad name or one of a built-in kind; WF_E_JSON with the offset;
 *     WF_E_LIMIT for a text that is too long or too deep; WF_E_MISUSE in a save or restore callback, for a
 *     NULL or another kind of handle; WF_E_CLOSED if the context has ended; WF_E_FORKED.
 */
WF_API wf_status_t wf_context_emit(wf_context_t *context, const char *name, const char *json, size_t length,
                                   wf_error_t **error);

/** Reads a value of the state: what this executor wrote in this superstep, else the value at the last
 * boundary.
 *
 * @param context Borrowed.
 * @param scope WF_SCOPE_EXECUTOR or WF_SCOPE_SHARED.
 * @param key Which value.
 * @param json Receives NUL-terminated JSON, borrowed: valid until the context ends. NULL unless WF_OK.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_NONE if there is no such key; WF_E_INVALID for an unknown scope or a key that is not
 *     UTF-8; WF_E_MISUSE for a NULL or another kind of handle; WF_E_CLOSED if the context has ended;
 *     WF_E_FORKED.
 */
WF_API wf_status_t wf_context_get_state(wf_context_t *context, wf_scope_t scope, const char *key,
                                        const char **json, size_t *length, wf_error_t **error);

/** Writes a value of the state. It is committed with the superstep; other executors see it from the next one
 * on.
 *
 * If two executors write one shared key in a superstep, the later one in the order of executors wins, and a
 * "warning" event says so; with WF_RUN_STRICT_STATE the run fails instead.
 *
 * @param context Borrowed; of an invoke callback.
 * @param scope WF_SCOPE_EXECUTOR or WF_SCOPE_SHARED.
 * @param key Which value: UTF-8, not empty. Copied.
 * @param json The value. Copied.
 * @param length Its length in bytes, or WF_NUL.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_JSON with the offset; WF_E_LIMIT for a text that is too long or too deep; WF_E_INVALID
 *     for an unknown scope or a bad key; WF_E_MISUSE in a save or restore callback, for a NULL or another
 *     kind of handle; WF_E_CLOSED if the context has ended; WF_E_FORKED.
 */
WF_API wf_status_t wf_context_set_state(wf_context_t *context, wf_scope_t scope, const char *key,
                                        const char *json, size_t length, wf_error_t **error);

/** Puts an element at the end of a list in the state. It costs the element, not the list; a key without a
 * value becomes a list of this one element. Committed with the superstep, as with wf_context_set_state.
 *
 * Executors that append to one shared key in a superstep do not disturb each other: the list has the
 * elements of all, in the order of executors. One that sets or deletes the key meanwhile is in conflict with
 * them, as two that set it are; what a later executor appends then stands behind what the earlier one left.
 * After a set or a delete by the executor itself, the element goes to what it left. wf_context_get_state
 * shows the list with what was appended; to put it together costs the list.
 *
 * @param context Borrowed; of an invoke callback.
 * @param scope WF_SCOPE_EXECUTOR or WF_SCOPE_SHARED.
 * @param key Which list: UTF-8, not empty. Copied.
 * @param json The element. Copied.
 * @param length Its length in bytes, or WF_NUL.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_JSON with the offset; WF_E_LIMIT for an element that is too long or too deep, or that
 *     makes the list too long; WF_E_INVALID for a value that is no list, an unknown scope or a bad key;
 *     WF_E_MISUSE in a save or restore callback, for a NULL or another kind of handle; WF_E_CLOSED if the
 *     context has ended; WF_E_FORKED.
 */
WF_API wf_status_t wf_context_append(wf_context_t *context, wf_scope_t scope, const char *key,
                                     const char *json, size_t length, wf_error_t **error);

/** Deletes a value of the state, with the superstep as wf_context_set_state.
 *
 * @param context Borrowed; of an invoke callback.
 * @param scope WF_SCOPE_EXECUTOR or WF_SCOPE_SHARED.
 * @param key Which value.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_NONE if there was no such key; WF_E_INVALID for an unknown scope or a bad key;
 *     WF_E_MISUSE in a save or restore callback, for a NULL or another kind of handle; WF_E_CLOSED if the
 *     context has ended; WF_E_FORKED.
 */
WF_API wf_status_t wf_context_delete_state(wf_context_t *context, wf_scope_t scope, const char *key,
                                           wf_error_t **error);

/** Lists the keys of the state: what this executor wrote in this superstep included, what it deleted not.
 *
 * @param context Borrowed.
 * @param scope WF_SCOPE_EXECUTOR or WF_SCOPE_SHARED.
 * @param prefix Only keys that begin with it; NULL for all.
 * @param json Receives a NUL-terminated JSON array of the keys in the order of their bytes, borrowed: valid
 *     until the context ends. NULL on error.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK, also if there is no such key; WF_E_INVALID for an unknown scope or a prefix that is not
 *     UTF-8; WF_E_MISUSE for a NULL or another kind of handle; WF_E_CLOSED if the context has ended;
 *     WF_E_FORKED.
 */
WF_API wf_status_t wf_context_state_keys(wf_context_t *context, wf_scope_t scope, const char *prefix,
                                         const char **json, size_t *length, wf_error_t **error);

/** Deletes every key of the state that wf_context_state_keys lists, with the superstep as
 * wf_context_set_state. What is written afterwards stays.
 *
 * Each deletion of a shared key is a write like any other: one more writer of the key in the superstep is a
 * conflict.
 *
 * @param context Borrowed; of an invoke callback.
 * @param scope WF_SCOPE_EXECUTOR or WF_SCOPE_SHARED.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK, also if there was no key; WF_E_INVALID for an unknown scope; WF_E_MISUSE in a save or
 *     restore callback, for a NULL or another kind of handle; WF_E_CLOSED if the context has ended;
 *     WF_E_FORKED.
 */
WF_API wf_status_t wf_context_clear_state(wf_context_t *context, wf_scope_t scope, wf_error_t **error);

/** Gives the executor's state to the checkpoint that is being made. The last call counts.
 *
 * @param context Borrowed; of a save callback.
 * @param json The state; the restore callback gets it back. Copied.
 * @param length Its length in bytes, or WF_NUL.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_JSON with the offset; WF_E_LIMIT for a text that is too long or too deep; WF_E_MISUSE
 *     outside a save callback, for a NULL or another kind of handle; WF_E_CLOSED if the context has ended;
 *     WF_E_FORKED.
 */
WF_API wf_status_t wf_context_save(wf_context_t *context, const char *json, size_t length,
                                   wf_error_t **error);

/** Says why the executor is about to fail, so that a callback can end with `return wf_context_fail(...)`.
 *
 * It only records the sentence: what fails the executor is the negative status that its callback returns or
 * that wf_context_finish gets.
 *
 * @param context Borrowed.
 * @param error_type The host's name for the kind of error, such as "ValueError"; NULL for none. Copied.
 * @param message UTF-8 for people; invalid bytes are replaced. Copied.
 * @param length Its length in bytes, or WF_NUL.
 * @return WF_E_EXECUTOR, to be returned on; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_context_fail(wf_context_t *context, const char *error_type, const char *message,
                                   size_t length);

/** Says that a failure of this call is for good: wf_builder_set_retry does not apply to it.
 *
 * @param context Borrowed; of an invoke callback.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_MISUSE in a save or restore callback, for a NULL or another kind of handle;
 *     WF_E_CLOSED if the context has ended; WF_E_FORKED.
 */
WF_API wf_status_t wf_context_give_up(wf_context_t *context, wf_error_t **error);

/** How often this piece of work has been tried, this time included; see wf_builder_set_retry.
 *
 * @param context Borrowed.
 * @return 1 for the first attempt; 0 for anything but a context.
 */
WF_API uint64_t wf_context_attempt(const wf_context_t *context);

/** Says that somebody still works on this call, so that the lease of the run (wf_run_options_t.lease_ms)
 * begins anew.
 *
 * Any thread, also while another one uses the context.
 *
 * @param context Borrowed.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_CLOSED if the context has ended, also because it took too long; WF_E_MISUSE for a NULL
 *     or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_context_keep_alive(wf_context_t *context, wf_error_t **error);

/** Ends a call whose callback returned WF_PENDING (or is about to), or one that wf_run_poll gave. From any
 * thread, once.
 *
 * All other uses of the context must be over. A thread that waits in wf_run_next wakes up, and the run's
 * wake descriptor and callback tell.
 *
 * @param context Consumed, whatever the answer is.
 * @param status WF_OK or WF_DONE commits what the call did; a negative status fails the executor; see
 *     wf_context_fail.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_INVALID for a positive status other than WF_DONE, which fails the executor;
 *     WF_E_CLOSED if the call was finished before, took too long, or its run is gone or was taken back to a
 *     checkpoint; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_context_finish(wf_context_t *context, wf_status_t status, wf_error_t **error);

/* ---- Value --------------------------------------------------------------------------------------------- */

/* An object of the host that travels as a message, encoded only when somebody needs the text. */

/** Sends an object of the host as a message, without encoding it before somebody needs the text.
 *
 * Between two executors of one host it arrives as the object (WF_TAKES_VALUES, wf_context_value). A
 * checkpoint in a storage, wf_run_checkpoint, an edge condition, a selector, a fan-in, an event whose data
 * is read, and an executor that does not take values get its JSON: `encode` is then called, once, on the
 * thread that needs it, and fails what needs it if it fails. Sender and receivers share the object: it must
 * not change any more.
 *
 * @param context Borrowed; of an invoke callback.
 * @param target Sends only to this executor, which an edge must lead to; NULL for every edge. Copied.
 * @param value The object and how to encode and release it; `encode` is required. Copied. The object is
 *     consumed, whatever the answer is: `finalizer` runs once, on whatever thread drops the last message
 *     with it.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_NOTFOUND if the workflow has no such target; WF_E_INVALID for a bad struct_size or
 *     type; WF_E_UNSUPPORTED for a struct from a newer library; WF_E_MISUSE in a save or restore callback,
 *     for a NULL or another kind of handle; WF_E_CLOSED if the context has ended; WF_E_FORKED.
 */
WF_API wf_status_t wf_context_send_value(wf_context_t *context, const char *target, const wf_value_t *value,
                                         wf_error_t **error);

/** Gives an object of the host as an output, without encoding it before somebody needs the text.
 *
 * Otherwise like wf_context_output. wf_event_value gives the object to who gets the event; who looks at the
 * event's data, and whatever is around a sub-workflow whose output it is, as with wf_context_send_value.
 *
 * @param context Borrowed; of an invoke callback.
 * @param value The object and how to encode and release it; `encode` is required. Copied. The object is
 *     consumed, whatever the answer is: `finalizer` runs once, on whatever thread drops the last event or
 *     message with it.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_INVALID for a bad struct_size or type; WF_E_UNSUPPORTED for a struct from a newer
 *     library; WF_E_MISUSE in a save or restore callback, for a NULL or another kind of handle; WF_E_CLOSED
 *     if the context has ended; WF_E_FORKED.
 */
WF_API wf_status_t wf_context_output_value(wf_context_t *context, const wf_value_t *value,
                                           wf_error_t **error);

/** The object behind an "output" or "intermediate" event, if it was given with wf_context_output_value in
 * this process.
 *
 * Any thread.
 *
 * @param event Borrowed.
 * @param kind The `kind` of the value that was given: nobody else gets the object.
 * @return The object, borrowed: valid until the event is freed. NULL if the output is JSON, which
 *     wf_event_data gives, and for any other event.
 */
WF_API void *wf_event_value(const wf_event_t *event, void *kind);

/** Starts a run with an object of the host as its input, without encoding it before somebody needs the text.
 *
 * Otherwise like wf_run_start; who gets the object and who its JSON is as with wf_context_send_value. A run
 * with a storage needs the JSON at once, for its first checkpoint.
 *
 * @param workflow Borrowed; the run keeps what it needs.
 * @param options How to run; NULL for the defaults. Copied.
 * @param value The object and how to encode and release it; `encode` is required. Copied. The object is
 *     consumed, whatever the answer is: `finalizer` runs once, on whatever thread drops the last message
 *     with it.
 * @param run Receives the run, owned by the caller: wf_run_free. NULL on error.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_INVALID for bad options, such as edits, for a bad struct_size or type, and for a type
 *     that the start executor does not accept; WF_E_UNSUPPORTED for a struct from a newer library;
 *     WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_run_start_value(wf_workflow_t *workflow, const wf_run_options_t *options,
                                      const wf_value_t *value, wf_run_t **run, wf_error_t **error);

/** Gives the run an object of the host as one more input, without encoding it before somebody needs the text.
 *
 * Otherwise like wf_run_input; who gets the object and who its JSON is as with wf_context_send_value.
 *
 * @param run Borrowed.
 * @param value The object and how to encode and release it; `encode` is required. Copied. The object is
 *     consumed, whatever the answer is: `finalizer` runs once, on whatever thread drops the last message
 *     with it.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_INVALID for a bad struct_size or type, and for a type that the start executor does not
 *     accept; WF_E_CLOSED if the run failed or was cancelled; WF_E_UNSUPPORTED for a struct from a newer
 *     library; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_run_input_value(wf_run_t *run, const wf_value_t *value, wf_error_t **error);

/** The object that was sent with wf_context_send_value, if the message is one of that kind in this process.
 *
 * @param context Borrowed.
 * @param kind The `kind` of the value that was sent: nobody else gets the object.
 * @return The object, borrowed: valid until the context ends. NULL if the message is JSON, which
 *     wf_context_input gives: it came out of a checkpoint, from outside, or from other code.
 */
WF_API void *wf_context_value(const wf_context_t *context, void *kind);

/* ---- Selection ----------------------------------------------------------------------------------------- */

/* The targets that a selector chooses among. Borrowed: valid while the selector runs, on its thread. */

/** The targets that may be chosen, as a JSON array of executor ids in the order of their declaration.
 *
 * @param selection Borrowed.
 * @param length Receives the number of bytes without the NUL. NULL if not wanted.
 * @return NUL-terminated JSON, borrowed: valid until the selector returns. "[]" for anything but a
 *     selection.
 */
WF_API const char *wf_selection_targets(const wf_selection_t *selection, size_t *length);

/** Chooses a target. Choosing it twice is choosing it once.
 *
 * @param selection Borrowed.
 * @param target Id of one of the targets.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_NOTFOUND if it is none of the targets; WF_E_MISUSE for a NULL or another kind of
 *     handle; WF_E_CLOSED if the selector has returned; WF_E_FORKED.
 */
WF_API wf_status_t wf_selection_add(wf_selection_t *selection, const char *target, wf_error_t **error);

/* ---- Migration ----------------------------------------------------------------------------------------- */

/* What becomes of a checkpoint that another graph made. Borrowed: valid while the callback runs, on its
 * thread. */

/** Gives the checkpoint document that fits the new graph. The last call counts.
 *
 * Its members `graph_signature` and `graph` are set by the library. Those that say what the checkpoint is
 * must stay: `format`, `version`, `checkpoint_id`, `previous_checkpoint_id`, `run_id`, `timestamp`, `kind`,
 * `superstep` and `input_superstep`. It is checked in full when the callback has returned.
 *
 * @param migration Borrowed.
 * @param json The document. Copied.
 * @param length Its length in bytes, or WF_NUL.
 * @param error Receives an error, owned by the caller, or NULL. May be NULL.
 * @return WF_OK; WF_E_JSON with the offset; WF_E_LIMIT for a text that is too long or too deep; WF_E_CLOSED
 *     if the callback has returned; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
 */
WF_API wf_status_t wf_migration_set(wf_migration_t *migration, const char *json, size_t length,
                                    wf_error_t **error);

#ifdef __cplusplus
}
#endif

#endif /* WORKFLOW_H */
