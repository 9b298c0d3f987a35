/* workflow_types.h: what C must define itself: structs, enums and callback types.
 *
 * Written by hand, imported by Swift, and included by workflow.h, which is generated and is the manual.
 * Include workflow.h, not this file.
 */
#ifndef WORKFLOW_TYPES_H
#define WORKFLOW_TYPES_H

#include <stddef.h>
#include <stdint.h>

/** As a length: "the text ends at its NUL". */
#define WF_NUL ((size_t)-1)

/* ---- Status ------------------------------------------------------------------------------------ */

/** What a call answers: 0 is success, positive says what to do next, negative is an error.
 *
 * The numbers never change. New ones may appear: treat an unknown negative number as an error.
 * Numbers at or below WF_E_HOST belong to hosts: an executor may return its own, and it comes back unchanged. */
typedef int32_t wf_status_t;
enum wf_status {
    WF_OK = 0,              /**< Done. */
    WF_TIMEOUT = 1,         /**< Nothing within the given time; ask again. */
    WF_DONE = 2,            /**< Nothing further will come without new input from the host. */
    WF_PENDING = 3,         /**< From a callback: "I finish this later with wf_context_finish". */
    WF_NONE = 4,            /**< There is no such value. Not an error. */
    WF_E_INVALID = -1,      /**< An argument has a value that cannot be right. */
    WF_E_MISUSE = -2,       /**< NULL or the wrong kind of handle, or a call at the wrong place. */
    WF_E_NOMEM = -3,        /**< Out of memory. */
    WF_E_NOTFOUND = -4,     /**< No executor, checkpoint or file of that name. */
    WF_E_EXISTS = -5,       /**< The name is taken. */
    WF_E_CONFLICT = -6,     /**< Somebody else was first. */
    WF_E_BUSY = -7,         /**< Another thread is driving this run. */
    WF_E_REENTRANT = -8,    /**< Called from inside a callback of the same run. */
    WF_E_CANCELLED = -9,    /**< The run was cancelled. */
    WF_E_CLOSED = -10,      /**< The object has ended: a finished context, a failed or cancelled run. */
    WF_E_JSON = -11,        /**< The text is not the JSON that was expected; the message has the offset. */
    WF_E_GRAPH = -12,       /**< The workflow is not valid; the message lists every problem. */
    WF_E_CHECKPOINT = -13,  /**< The checkpoint is damaged, cut short, or not one of ours. */
    WF_E_MISMATCH = -14,    /**< The checkpoint was made by a different graph. */
    WF_E_STORAGE = -15,     /**< The storage could not read or write. */
    WF_E_EXECUTOR = -16,    /**< Host code failed. */
    WF_E_LIMIT = -17,       /**< A limit was reached: supersteps, size or depth. */
    WF_E_UNSUPPORTED = -18, /**< Not possible here. */
    WF_E_FORKED = -19,      /**< The object was made before fork() and this is the child. */
    WF_E_TIMEOUT = -20,     /**< A call took longer than it may. */
    WF_E_INTERNAL = -99,    /**< A defect of the library. Please report it. */
    WF_E_HOST = -1000       /**< This number and all below it belong to hosts. */
};

/* ---- Handles ----------------------------------------------------------------------------------- */

/* Never read or copy the member: it is there so that each kind of handle is a type of its own. */
typedef struct wf_error { uint64_t reserved; } wf_error_t;       /**< What went wrong. Owned by the caller. */
typedef struct wf_builder { uint64_t reserved; } wf_builder_t;   /**< A graph being described. */
typedef struct wf_workflow { uint64_t reserved; } wf_workflow_t; /**< A checked graph with its host code; immutable. */
typedef struct wf_storage { uint64_t reserved; } wf_storage_t;   /**< Where checkpoints are kept. */
typedef struct wf_pool { uint64_t reserved; } wf_pool_t;         /**< Threads that handle messages for runs. */
typedef struct wf_run { uint64_t reserved; } wf_run_t;           /**< One execution of a workflow. */
typedef struct wf_event { uint64_t reserved; } wf_event_t;       /**< One thing that happened in a run. */
typedef struct wf_batch { uint64_t reserved; } wf_batch_t;       /**< Several events at once. */
typedef struct wf_context { uint64_t reserved; } wf_context_t;   /**< One call of host code, and what it may do. */
typedef struct wf_selection { uint64_t reserved; } wf_selection_t; /**< The targets that a selector chooses among. */
typedef struct wf_answer { uint64_t reserved; } wf_answer_t;     /**< What a host's storage answers to one question. */
typedef struct wf_migration { uint64_t reserved; } wf_migration_t; /**< A checkpoint of another graph, and what it becomes. */

/* ---- Callbacks --------------------------------------------------------------------------------- */

/** Releases `user_data`. Runs exactly once, also when the call that handed it over failed, on whichever thread lets go of
 * it last: one that frees something, that finishes a call, or a pool's. It must not use the object whose _free runs it. */
typedef void (*wf_finalizer_fn)(void *user_data);

/** Host code of an executor: handles one message, saves its state, or restores it.
 *
 * `input` is JSON text, NUL-terminated, valid until the context is finished: the message (invoke), the text
 * that `save` gave (restore; "null" if it gave none and wf_run_rewind asks), or "null" (save). It never contains a NUL byte.
 * Return WF_OK when done, WF_PENDING to finish later from any thread with wf_context_finish, or a negative
 * status to fail (wf_context_fail adds the sentence). The run then fails with that status, or with WF_E_EXECUTOR for
 * those that tell of the call that answers them: MISUSE, BUSY, REENTRANT, CANCELLED, CLOSED, FORKED. Must not unwind, longjmp or throw through the library. */
typedef wf_status_t (*wf_executor_fn)(void *user_data, wf_context_t *context, const char *input, size_t input_length);

/** Host code of a value: gives its JSON with wf_answer_set.
 *
 * Called at most once for a value that is encoded without a failure, on the thread that needs the text. Return WF_OK, or a
 * negative status to fail, wf_answer_fail adding the sentence. */
typedef wf_status_t (*wf_encode_fn)(void *object, wf_answer_t *answer);

/** Host code of an edge condition: positive takes the edge, 0 does not, negative fails the run.
 *
 * `message` is JSON text, NUL-terminated, valid during the call. A condition must depend on the message alone. */
typedef int32_t (*wf_condition_fn)(void *user_data, const char *message, size_t message_length);

/** Host code of a selector: chooses, with wf_selection_add, which of the targets get a message; none is a choice too.
 *
 * `message` is JSON text, NUL-terminated, valid during the call, as the selection is. Return WF_OK, or a negative
 * status to fail the run. A selector must depend on the message alone. */
typedef wf_status_t (*wf_selector_fn)(
    void *user_data, const char *message, size_t message_length, wf_selection_t *selection);

/** Tells that something has arrived for wf_run_next: see wf_run_set_wake. May run on any thread. */
typedef void (*wf_wake_fn)(void *user_data);

/** Host code of a storage: keeps the checkpoint document under its id, as durably as the storage promises.
 *
 * `document` is NUL-terminated JSON, to be kept byte for byte: it ends with a checksum of all before it. (Under
 * WF_UNSEALED the JSON value is enough.) Texts are valid during the call. Return WF_OK; WF_E_EXISTS if there is something
 * of that id already, and change nothing then: the library looks whether it is the same; or any other negative status
 * to fail, wf_answer_fail adding the sentence. A storage that cannot tell may replace what it has: the library never
 * makes an id twice. */
typedef wf_status_t (*wf_storage_save_fn)(
    void *user_data, const char *checkpoint_id, const char *workflow_name, const char *document, size_t document_length,
    wf_answer_t *answer);

/** Host code of a storage with a fence: does what `save` does, and moves the head of the run, in one step that no other
 * writer can come between, in any thread or process.
 *
 * Only if `expected_head` is the head of the run; NULL: if the run has no head, which is so until its first commit and again
 * when its last checkpoint was removed. `new_head` is its head from then on: `checkpoint_id`, or `expected_head` if a host saves
 * an older document. Return WF_OK; WF_E_CONFLICT if the head is another; WF_E_EXISTS if there is
 * something of that id already; or any other negative status to fail, wf_answer_fail adding the sentence. Change nothing but
 * with WF_OK. */
typedef wf_status_t (*wf_storage_commit_fn)(
    void *user_data, const char *run_id, const char *expected_head, const char *new_head, const char *checkpoint_id,
    const char *workflow_name, const char *document, size_t document_length, wf_answer_t *answer);

/** Host code of a storage: answers a question about `name`, a checkpoint id, a workflow's name or a run's id.
 *
 * `name` and the answer are valid during the call. Return WF_OK, WF_NONE if there is none, or a negative status to
 * fail, wf_answer_fail adding the sentence. */
typedef wf_status_t (*wf_storage_find_fn)(void *user_data, const char *name, wf_answer_t *answer);

/** Host code of a storage: keeps a memo, what wf_context_remember records, as durably as a checkpoint.
 *
 * Run and key together name it; the key is any text. The document is as in wf_storage_save_fn. Return WF_OK; WF_E_EXISTS
 * if there is one of that name: the first stays, and may never be replaced; or a negative status to fail. */
typedef wf_status_t (*wf_storage_remember_fn)(
    void *user_data, const char *run_id, const char *key, const char *document, size_t document_length,
    wf_answer_t *answer);

/** Host code of a storage: gives a memo back with wf_answer_set. Return WF_OK, WF_NONE if there is none, or a negative
 * status to fail. */
typedef wf_status_t (*wf_storage_recall_fn)(
    void *user_data, const char *run_id, const char *key, wf_answer_t *answer);

/** Starts another process for wf_storage_conform, and gives its id.
 *
 * The process opens the same place, hands `task` to wf_storage_conform_task, and ends at once with what that answered as its exit
 * code, negated: 0 for WF_OK. `task` is one word that means nothing to a shell, valid during the call. The process is stopped,
 * continued and killed on the way; it must be a child of this process and may be reaped only when wf_storage_conform has
 * returned. Called on the thread that called that. Return WF_OK, or a negative status if there is no process. */
typedef wf_status_t (*wf_start_fn)(void *user_data, const char *task, int64_t *process_id);

/** Host code that makes a checkpoint of another graph fit this one: gives the new document with wf_migration_set.
 *
 * `checkpoint` and `report` are JSON text, NUL-terminated, valid during the call; the report is that of
 * wf_workflow_compare. Called on the thread that resumes, restores or rewinds, inside that call, and only if the graph's signature
 * differs. Return WF_OK, or a negative status, which that call then answers; WF_OK without a document refuses
 * the checkpoint: WF_E_MISMATCH. Must not unwind, longjmp or throw through the library. */
typedef wf_status_t (*wf_migrate_fn)(
    void *user_data, const char *checkpoint, size_t checkpoint_length, const char *report, size_t report_length,
    wf_migration_t *migration);

/* ---- Flags, scopes and kinds ------------------------------------------------------------------- */

/** Flags of wf_executor_t, wf_condition_t, wf_selector_t and wf_storage_code_t. */
enum wf_code_flags {
    /** Ask this executor for its state at every checkpoint, not only when it ran. */
    WF_SAVE_ALWAYS = 1,
    /** The callback says success explicitly: an executor, a selector and a storage return WF_DONE, a condition 1 for
     *  yes and 2 for no; 0 then means that it failed. For hosts whose exceptions reach C as 0, such as ctypes. */
    WF_STRICT_RESULT = 2,
    /** Do not call this executor: its messages wait for wf_run_poll. `invoke` must be NULL; save and restore are called. */
    WF_POLLED = 4,
    /** This executor takes values that were sent with wf_context_send_value as they are: its `input` is then NULL. */
    WF_TAKES_VALUES = 16,
    /** This storage keeps JSON values, not bytes, as a JSON column of a database does: documents come without a
     *  checksum and may go back in another spelling. That they are undamaged is then the storage's word. */
    WF_UNSEALED = 8
};

/** Flags of wf_run_options_t. */
enum wf_run_flags {
    /** Make checkpoints without a storage: take them with wf_run_checkpoint. */
    WF_RUN_CHECKPOINTS = 1,
    /** Two executors that write one shared key in one superstep fail the run with WF_E_CONFLICT, and that superstep has
     *  no effect. Without it a "warning" event tells of them, and the later executor's value counts. */
    WF_RUN_STRICT_STATE = 2
};

/** When a run saves its checkpoints, and what they survive once it has gone on: wf_run_options_t.durability. */
enum wf_durability {
    /** Every checkpoint, before the run goes on; it survives power loss. */
    WF_DURABILITY_FULL = 0,
    /** Every checkpoint, before the run goes on; it survives the death of the process, however it dies. After power loss some
     *  of the last ones may be missing; those that are there are whole. */
    WF_DURABILITY_PROCESS = 1,
    /** One, whenever the run comes to rest (idle, waiting for an answer, failed, cancelled) or is freed; it survives power loss.
     *  A process that dies on the way loses what the run did since its last rest. */
    WF_DURABILITY_EXIT = 2
};

/** Flags of wf_conformance_t. */
enum wf_conformance_flags {
    WF_CONFORM_LARGE = 1 /**< Try documents of 64 MB too. */
};

/** How wf_builder_add_sub_workflow ties a workflow to what is around it. */
enum wf_sub_workflow_flags {
    WF_SUB_DIRECT_OUTPUT = 1,      /**< Its outputs are outputs of the run, not messages from its node. */
    WF_SUB_INTERCEPT_REQUESTS = 2, /**< Its requests become messages from its node, for wf_context_answer; not the host's. */
    WF_SUB_SHARED_STATE = 4        /**< It sees the shared state around it, not one of its own. */
};

/** Which state a key belongs to. */
typedef int32_t wf_scope_t;
enum wf_scope {
    WF_SCOPE_EXECUTOR = 0, /**< Private to the executor. */
    WF_SCOPE_SHARED = 1    /**< Shared by the executors of a run; writes are seen from the next superstep on. */
};

/** What becomes of an executor's outputs. See wf_builder_set_output. */
typedef int32_t wf_output_t;
enum wf_output {
    WF_OUTPUT_DEFAULT = 0,      /**< An output of the workflow, unless another executor is designated FINAL or INTERMEDIATE: then hidden. */
    WF_OUTPUT_FINAL = 1,        /**< An output of the workflow: an "output" event. */
    WF_OUTPUT_INTERMEDIATE = 2, /**< An "intermediate" event. */
    WF_OUTPUT_HIDDEN = 3        /**< No event of its own; it still stands in the data of "executor_completed". */
};

/** How far a run is. */
typedef int32_t wf_run_state_t;
enum wf_run_state {
    WF_RUN_STARTED = 0,     /**< Not driven yet. */
    WF_RUN_IN_PROGRESS = 1, /**< There is more to do: call wf_run_next. */
    WF_RUN_IN_PROGRESS_PENDING_REQUESTS = 2, /**< There is more to do, and requests wait for answers. */
    WF_RUN_IDLE = 3,        /**< Nothing left to deliver: finished; or an executor called wf_context_halt. */
    WF_RUN_IDLE_WITH_PENDING_REQUESTS = 4,   /**< Nothing left to deliver but answers: see wf_run_respond. */
    WF_RUN_FAILED = 5,      /**< Stopped by an error; the last checkpoint is good. */
    WF_RUN_CANCELLED = 6    /**< Stopped by wf_run_cancel; the last checkpoint is good. */
};

/** What an event tells. Ignore kinds that you do not know: new ones may appear. */
typedef int32_t wf_event_kind_t;
enum wf_event_kind {
    WF_EVENT_STARTED = 1,             /**< "started". Data: null. */
    WF_EVENT_STATUS = 2,              /**< "status". Data: the run's state as a string, such as "IDLE". */
    WF_EVENT_FAILED = 3,              /**< "failed". Data: {error_type, message, status, executor_id, superstep}. */
    WF_EVENT_OUTPUT = 4,              /**< "output" of the workflow. Data: what the executor gave to wf_context_output. */
    WF_EVENT_SUPERSTEP_STARTED = 5,   /**< "superstep_started". Data: null. */
    WF_EVENT_SUPERSTEP_COMPLETED = 6, /**< "superstep_completed": it is committed and, with a storage, saved. Data: null. */
    WF_EVENT_EXECUTOR_INVOKED = 7,    /**< "executor_invoked". Data: the message. */
    WF_EVENT_EXECUTOR_COMPLETED = 8,  /**< "executor_completed". Data: [sent..., outputs...], or null if none. */
    WF_EVENT_EXECUTOR_FAILED = 9,     /**< "executor_failed". Data: as for "failed". */
    WF_EVENT_CHECKPOINT = 10,         /**< "checkpoint". Data: {checkpoint_id, previous_checkpoint_id, kind, superstep}. */
    WF_EVENT_WARNING = 11,            /**< "warning". Data: {reason, message, executor_id}; the guide has the reasons. */
    WF_EVENT_REQUEST_INFO = 12,       /**< "request_info": an executor asks. Data: the question. See wf_event_request_id. */
    WF_EVENT_CANCELLED = 13,          /**< "cancelled". Data: {reason}. */
    WF_EVENT_INTERMEDIATE = 14,       /**< "intermediate": an output of an executor with WF_OUTPUT_INTERMEDIATE. Data: as for "output". */
    WF_EVENT_CUSTOM = 15              /**< "custom": of the host's own, see wf_context_emit and wf_event_name. Data: what it gave. */
};
/** The bit of a kind in wf_run_options_t.hidden_events. */
#define WF_EVENT_BIT(kind) ((uint64_t)1 << (kind))

/* ---- Structs that the host fills --------------------------------------------------------------- */

/* Start from the _INIT macro. struct_size says which version of the struct the host was compiled with; zero is
 * the default of every other member; members are only ever added at the end. */

/** Host code of one executor. */
typedef struct wf_executor {
    uint32_t struct_size;
    uint32_t flags;            /**< enum wf_code_flags. */
    wf_executor_fn invoke;     /**< Handles one message. NULL with WF_POLLED. */
    wf_executor_fn save;       /**< Gives the executor's state with wf_context_save. Optional. */
    wf_executor_fn restore;    /**< Takes back what `save` gave. Optional. */
    void *user_data;           /**< Passed to the three. The library never reads it. */
    wf_finalizer_fn finalizer; /**< Releases user_data. Optional. */
} wf_executor_t;
#define WF_EXECUTOR_INIT { (uint32_t)sizeof(wf_executor_t), 0, NULL, NULL, NULL, NULL, NULL }

/** Host code of one edge condition. The name and the version are part of the graph's signature. */
typedef struct wf_condition {
    uint32_t struct_size;
    uint32_t flags;            /**< enum wf_code_flags. */
    const char *name;          /**< By which edges name it. Copied. */
    const char *version;       /**< Change it when the condition changes its mind. Optional. Copied. */
    wf_condition_fn evaluate;
    void *user_data;
    wf_finalizer_fn finalizer;
} wf_condition_t;
#define WF_CONDITION_INIT { (uint32_t)sizeof(wf_condition_t), 0, NULL, NULL, NULL, NULL, NULL }

/** Host code of one selector. The name and the version are part of the graph's signature. */
typedef struct wf_selector {
    uint32_t struct_size;
    uint32_t flags;            /**< enum wf_code_flags. */
    const char *name;          /**< By which edges name it. Copied. */
    const char *version;       /**< Change it when the selector changes its mind. Optional. Copied. */
    wf_selector_fn select;
    void *user_data;
    wf_finalizer_fn finalizer;
} wf_selector_t;
#define WF_SELECTOR_INIT { (uint32_t)sizeof(wf_selector_t), 0, NULL, NULL, NULL, NULL, NULL }

/** An object of the host that travels as a message: see wf_context_send_value. */
typedef struct wf_value {
    uint32_t struct_size;
    uint32_t flags;            /**< enum wf_code_flags: WF_STRICT_RESULT. */
    void *kind;                /**< Who may take the object with wf_context_value: an address that only they know. */
    const char *type;          /**< The type of the message, as wf_context_request_info says; NULL looks at the JSON. Copied. */
    void *object;              /**< Passed to the two. The library never reads it. */
    wf_encode_fn encode;       /**< Gives its JSON. */
    wf_finalizer_fn finalizer; /**< Releases the object. Optional. */
} wf_value_t;
#define WF_VALUE_INIT { (uint32_t)sizeof(wf_value_t), 0, NULL, NULL, NULL, NULL, NULL }

/** When a failed call is tried again. Zero members stand for the values in brackets. */
typedef struct wf_retry {
    uint32_t struct_size;
    uint32_t attempts;   /**< All attempts, the first one included. [3] */
    uint64_t delay_ms;   /**< The pause before the second attempt. [1000] */
    double factor;       /**< By how much each pause is longer than the one before: 1 to 1000. [2] */
    uint64_t longest_ms; /**< No pause is longer. [60000] */
    double jitter;       /**< Up to which part of a pause chance adds or takes away: 0 to 1. [0] */
} wf_retry_t;
#define WF_RETRY_INIT { (uint32_t)sizeof(wf_retry_t), 0, 0, 0.0, 0, 0.0 }

/** Host code of a storage. `latest` may be missing, and so may `remember`, `recall` and `forget`, together: then nothing can be
 * remembered (wf_context_remember). `commit` and `head` may be missing, together: then nothing keeps two writers of one run
 * apart, as WF_E_CONFLICT does elsewhere; with them `save` is not called and may be missing. Any thread that uses the storage may call it, also several at once; no lock of the library is held
 * meanwhile. None may unwind, longjmp or throw through the library. */
typedef struct wf_storage_code {
    uint32_t struct_size;
    uint32_t flags;             /**< enum wf_code_flags: WF_STRICT_RESULT, WF_UNSEALED. */
    wf_storage_save_fn save;    /**< Keeps a document. Not needed with `commit`. */
    wf_storage_find_fn load;    /**< Of a checkpoint id: gives the document with wf_answer_set, or WF_NONE. */
    wf_storage_find_fn list;    /**< Of a workflow, or of all for NULL: gives the ids of its checkpoints with wf_answer_add. */
    wf_storage_find_fn latest;  /**< The same for the latest one only, or WF_NONE. Without it the greatest id is that. */
    wf_storage_find_fn remove;  /**< Of a checkpoint id: deletes it, or WF_NONE. The head of its run stays as long as the run has
                                 *   any checkpoint, and goes with the last one. */
    wf_storage_remember_fn remember; /**< Keeps a memo. */
    wf_storage_recall_fn recall;     /**< Gives it back, or WF_NONE. */
    wf_storage_find_fn forget;  /**< Of a run: deletes its memos, or WF_NONE. */
    void *user_data;            /**< Passed to each. The library never reads it. */
    wf_finalizer_fn finalizer;  /**< Releases user_data. Optional. */
    wf_storage_commit_fn commit; /**< Keeps a document that must follow the head of its run. */
    wf_storage_find_fn head;    /**< Of a run: gives its head with wf_answer_add, or WF_NONE. */
} wf_storage_code_t;
#define WF_STORAGE_CODE_INIT { (uint32_t)sizeof(wf_storage_code_t), 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL }

/** What wf_storage_conform is to look at. */
typedef struct wf_conformance {
    uint32_t struct_size;
    uint32_t flags;          /**< enum wf_conformance_flags. */
    const char *name;        /**< What the report calls the storage; NULL: "storage". Copied. */
    wf_storage_t *storage;   /**< The storage. Borrowed. */
    wf_storage_t *second;    /**< Another handle on the same place: opened or made a second time. NULL if there can be none. Borrowed. */
    wf_start_fn start;       /**< Starts another process that uses the same place; NULL if none can. */
    void *user_data;         /**< Passed to it. Borrowed. */
} wf_conformance_t;
#define WF_CONFORMANCE_INIT { (uint32_t)sizeof(wf_conformance_t), 0, NULL, NULL, NULL, NULL, NULL }

/** How to run. */
typedef struct wf_run_options {
    uint32_t struct_size;
    uint32_t flags;          /**< enum wf_run_flags. */
    const char *run_id;      /**< Names the run; NULL makes an id. Copied. */
    wf_storage_t *storage;   /**< Where its checkpoints go; NULL keeps none. Retained. */
    uint64_t max_supersteps; /**< Since the last input from outside; 0 takes the workflow's limit. */
    uint64_t hidden_events;  /**< WF_EVENT_BIT of each kind that is not wanted; those are not even built. */
    wf_pool_t *pool;         /**< Where messages are handled; NULL: on the thread that drives. Retained. */
    uint64_t lease_ms;       /**< A pending, pooled or polled call that gives no sign of life (wf_context_keep_alive) for so
                              *   long fails with WF_E_TIMEOUT; 0: it may take any time. */
    const char *edits;       /**< A JSON merge patch (RFC 7396) for the checkpoint that wf_run_resume or wf_run_restore takes up: see there. NULL for none. Copied. */
    wf_migrate_fn migrate;   /**< Makes checkpoints of another graph fit; NULL refuses them. */
    void *migrate_data;      /**< Passed to it. Borrowed: must live as long as the run, for wf_run_rewind. */
    uint64_t durability;     /**< enum wf_durability. A storage of the host decides for itself what its checkpoints survive. */
} wf_run_options_t;
#define WF_RUN_OPTIONS_INIT { (uint32_t)sizeof(wf_run_options_t), 0, NULL, NULL, 0, 0, NULL, 0, NULL, NULL, NULL, 0 }

/* ---- Structs that the library fills ------------------------------------------------------------ */

/** One event of a batch: see wf_batch_records. */
typedef struct wf_record {
    uint32_t struct_size;    /**< The bytes from this record to the next. */
    wf_event_kind_t kind;    /**< As wf_event_kind tells. */
    uint64_t sequence;       /**< As wf_event_sequence tells. */
    uint64_t superstep;      /**< As wf_event_superstep tells. */
    const char *executor_id; /**< As wf_event_executor_id tells: NUL-terminated, or NULL; of one executor the same address each time,
                              *   as long as the workflow lives. */
    const char *data;        /**< As wf_event_data tells, where there is such a text already: NUL-terminated JSON. NULL where it is
                              *   made on demand: ask wf_batch_event. */
    size_t data_length;      /**< Its length in bytes, without the NUL. */
} wf_record_t;
#define WF_RECORD_INIT { (uint32_t)sizeof(wf_record_t), 0, 0, 0, NULL, NULL, 0 }

#endif /* WORKFLOW_TYPES_H */
