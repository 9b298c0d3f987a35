"""Prototypes of the C ABI for ctypes."""

from __future__ import annotations

import ctypes

WF_OK = 0
WF_TIMEOUT = 1
WF_DONE = 2
WF_PENDING = 3
WF_NONE = 4
WF_E_INVALID = -1
WF_E_MISUSE = -2
WF_E_NOMEM = -3
WF_E_NOTFOUND = -4
WF_E_EXISTS = -5
WF_E_CONFLICT = -6
WF_E_BUSY = -7
WF_E_REENTRANT = -8
WF_E_CANCELLED = -9
WF_E_CLOSED = -10
WF_E_JSON = -11
WF_E_GRAPH = -12
WF_E_CHECKPOINT = -13
WF_E_MISMATCH = -14
WF_E_STORAGE = -15
WF_E_EXECUTOR = -16
WF_E_LIMIT = -17
WF_E_UNSUPPORTED = -18
WF_E_FORKED = -19
WF_E_INTERNAL = -99
WF_E_HOST = -1000
WF_SAVE_ALWAYS = 1
WF_STRICT_RESULT = 2
WF_RUN_CHECKPOINTS = 1
WF_SCOPE_EXECUTOR = 0
WF_SCOPE_SHARED = 1
WF_RUN_STARTED = 0
WF_RUN_IN_PROGRESS = 1
WF_RUN_IDLE = 3
WF_RUN_FAILED = 5
WF_EVENT_STARTED = 1
WF_EVENT_STATUS = 2
WF_EVENT_FAILED = 3
WF_EVENT_OUTPUT = 4
WF_EVENT_SUPERSTEP_STARTED = 5
WF_EVENT_SUPERSTEP_COMPLETED = 6
WF_EVENT_EXECUTOR_INVOKED = 7
WF_EVENT_EXECUTOR_COMPLETED = 8
WF_EVENT_EXECUTOR_FAILED = 9
WF_EVENT_CHECKPOINT = 10
WF_EVENT_WARNING = 11
WF_ABI_VERSION = 0

wf_finalizer_fn = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
wf_executor_fn = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t)
wf_condition_fn = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t)


class wf_executor_t(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("invoke", wf_executor_fn),
        ("save", wf_executor_fn),
        ("restore", wf_executor_fn),
        ("user_data", ctypes.c_void_p),
        ("finalizer", wf_finalizer_fn),
    ]


class wf_condition_t(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("name", ctypes.c_char_p),
        ("version", ctypes.c_char_p),
        ("evaluate", wf_condition_fn),
        ("user_data", ctypes.c_void_p),
        ("finalizer", wf_finalizer_fn),
    ]


class wf_run_options_t(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("run_id", ctypes.c_char_p),
        ("storage", ctypes.c_void_p),
        ("max_supersteps", ctypes.c_uint64),
        ("hidden_events", ctypes.c_uint64),
    ]


def declare(library: ctypes.CDLL) -> None:
    """Sets the types of every function."""
    library.wf_version.argtypes = []
    library.wf_version.restype = ctypes.c_char_p
    library.wf_version_number.argtypes = []
    library.wf_version_number.restype = ctypes.c_uint32
    library.wf_abi_version.argtypes = []
    library.wf_abi_version.restype = ctypes.c_uint32
    library.wf_build_info.argtypes = []
    library.wf_build_info.restype = ctypes.c_char_p
    library.wf_status_name.argtypes = [ctypes.c_int32]
    library.wf_status_name.restype = ctypes.c_char_p
    library.wf_status_text.argtypes = [ctypes.c_int32]
    library.wf_status_text.restype = ctypes.c_char_p
    library.wf_free.argtypes = [ctypes.c_void_p]
    library.wf_free.restype = None
    library.wf_error_status.argtypes = [ctypes.c_void_p]
    library.wf_error_status.restype = ctypes.c_int32
    library.wf_error_message.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t)]
    library.wf_error_message.restype = ctypes.c_char_p
    library.wf_error_details.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t)]
    library.wf_error_details.restype = ctypes.c_char_p
    library.wf_error_free.argtypes = [ctypes.c_void_p]
    library.wf_error_free.restype = None
    library.wf_builder_new.argtypes = [ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_void_p)]
    library.wf_builder_new.restype = ctypes.c_int32
    library.wf_builder_parse.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_void_p)]
    library.wf_builder_parse.restype = ctypes.c_int32
    library.wf_builder_add_executor.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(wf_executor_t), ctypes.POINTER(ctypes.c_void_p)]
    library.wf_builder_add_executor.restype = ctypes.c_int32
    library.wf_builder_add_condition.argtypes = [ctypes.c_void_p, ctypes.POINTER(wf_condition_t), ctypes.POINTER(ctypes.c_void_p)]
    library.wf_builder_add_condition.restype = ctypes.c_int32
    library.wf_builder_add_edge.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p)]
    library.wf_builder_add_edge.restype = ctypes.c_int32
    library.wf_builder_add_chain.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_char_p), ctypes.c_size_t, ctypes.POINTER(ctypes.c_void_p)]
    library.wf_builder_add_chain.restype = ctypes.c_int32
    library.wf_builder_add_fan_out_edges.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_char_p), ctypes.c_size_t, ctypes.POINTER(ctypes.c_void_p)]
    library.wf_builder_add_fan_out_edges.restype = ctypes.c_int32
    library.wf_builder_add_fan_in_edges.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_char_p), ctypes.c_size_t, ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p)]
    library.wf_builder_add_fan_in_edges.restype = ctypes.c_int32
    library.wf_builder_set_start.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p)]
    library.wf_builder_set_start.restype = ctypes.c_int32
    library.wf_builder_set_max_supersteps.argtypes = [ctypes.c_void_p, ctypes.c_uint64, ctypes.POINTER(ctypes.c_void_p)]
    library.wf_builder_set_max_supersteps.restype = ctypes.c_int32
    library.wf_builder_build.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_void_p)]
    library.wf_builder_build.restype = ctypes.c_int32
    library.wf_builder_free.argtypes = [ctypes.c_void_p]
    library.wf_builder_free.restype = None
    library.wf_workflow_name.argtypes = [ctypes.c_void_p]
    library.wf_workflow_name.restype = ctypes.c_char_p
    library.wf_workflow_signature.argtypes = [ctypes.c_void_p]
    library.wf_workflow_signature.restype = ctypes.c_char_p
    library.wf_workflow_definition.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_size_t), ctypes.POINTER(ctypes.c_void_p)]
    library.wf_workflow_definition.restype = ctypes.c_int32
    library.wf_workflow_free.argtypes = [ctypes.c_void_p]
    library.wf_workflow_free.restype = None
    library.wf_storage_open.argtypes = [ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_void_p)]
    library.wf_storage_open.restype = ctypes.c_int32
    library.wf_storage_load.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_size_t), ctypes.POINTER(ctypes.c_void_p)]
    library.wf_storage_load.restype = ctypes.c_int32
    library.wf_storage_save.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(ctypes.c_void_p)]
    library.wf_storage_save.restype = ctypes.c_int32
    library.wf_storage_list.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_size_t), ctypes.POINTER(ctypes.c_void_p)]
    library.wf_storage_list.restype = ctypes.c_int32
    library.wf_storage_latest.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_void_p)]
    library.wf_storage_latest.restype = ctypes.c_int32
    library.wf_storage_delete.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p)]
    library.wf_storage_delete.restype = ctypes.c_int32
    library.wf_storage_free.argtypes = [ctypes.c_void_p]
    library.wf_storage_free.restype = None
    library.wf_run_start.argtypes = [ctypes.c_void_p, ctypes.POINTER(wf_run_options_t), ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_void_p)]
    library.wf_run_start.restype = ctypes.c_int32
    library.wf_run_resume.argtypes = [ctypes.c_void_p, ctypes.POINTER(wf_run_options_t), ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_void_p)]
    library.wf_run_resume.restype = ctypes.c_int32
    library.wf_run_restore.argtypes = [ctypes.c_void_p, ctypes.POINTER(wf_run_options_t), ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_void_p)]
    library.wf_run_restore.restype = ctypes.c_int32
    library.wf_run_next.argtypes = [ctypes.c_void_p, ctypes.c_int64, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_void_p)]
    library.wf_run_next.restype = ctypes.c_int32
    library.wf_run_state.argtypes = [ctypes.c_void_p]
    library.wf_run_state.restype = ctypes.c_int32
    library.wf_run_superstep.argtypes = [ctypes.c_void_p]
    library.wf_run_superstep.restype = ctypes.c_uint64
    library.wf_run_id.argtypes = [ctypes.c_void_p]
    library.wf_run_id.restype = ctypes.c_char_p
    library.wf_run_checkpoint.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_size_t), ctypes.POINTER(ctypes.c_void_p)]
    library.wf_run_checkpoint.restype = ctypes.c_int32
    library.wf_run_free.argtypes = [ctypes.c_void_p]
    library.wf_run_free.restype = None
    library.wf_event_kind.argtypes = [ctypes.c_void_p]
    library.wf_event_kind.restype = ctypes.c_int32
    library.wf_event_kind_name.argtypes = [ctypes.c_int32]
    library.wf_event_kind_name.restype = ctypes.c_char_p
    library.wf_event_sequence.argtypes = [ctypes.c_void_p]
    library.wf_event_sequence.restype = ctypes.c_uint64
    library.wf_event_superstep.argtypes = [ctypes.c_void_p]
    library.wf_event_superstep.restype = ctypes.c_uint64
    library.wf_event_executor_id.argtypes = [ctypes.c_void_p]
    library.wf_event_executor_id.restype = ctypes.c_char_p
    library.wf_event_data.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t)]
    library.wf_event_data.restype = ctypes.c_char_p
    library.wf_event_json.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t)]
    library.wf_event_json.restype = ctypes.c_char_p
    library.wf_event_free.argtypes = [ctypes.c_void_p]
    library.wf_event_free.restype = None
    library.wf_context_run_id.argtypes = [ctypes.c_void_p]
    library.wf_context_run_id.restype = ctypes.c_char_p
    library.wf_context_executor_id.argtypes = [ctypes.c_void_p]
    library.wf_context_executor_id.restype = ctypes.c_char_p
    library.wf_context_superstep.argtypes = [ctypes.c_void_p]
    library.wf_context_superstep.restype = ctypes.c_uint64
    library.wf_context_input.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t)]
    library.wf_context_input.restype = ctypes.c_char_p
    library.wf_context_sources.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t)]
    library.wf_context_sources.restype = ctypes.c_char_p
    library.wf_context_send.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(ctypes.c_void_p)]
    library.wf_context_send.restype = ctypes.c_int32
    library.wf_context_output.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(ctypes.c_void_p)]
    library.wf_context_output.restype = ctypes.c_int32
    library.wf_context_get_state.argtypes = [ctypes.c_void_p, ctypes.c_int32, ctypes.c_char_p, ctypes.POINTER(ctypes.c_char_p), ctypes.POINTER(ctypes.c_size_t), ctypes.POINTER(ctypes.c_void_p)]
    library.wf_context_get_state.restype = ctypes.c_int32
    library.wf_context_set_state.argtypes = [ctypes.c_void_p, ctypes.c_int32, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(ctypes.c_void_p)]
    library.wf_context_set_state.restype = ctypes.c_int32
    library.wf_context_delete_state.argtypes = [ctypes.c_void_p, ctypes.c_int32, ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p)]
    library.wf_context_delete_state.restype = ctypes.c_int32
    library.wf_context_save.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(ctypes.c_void_p)]
    library.wf_context_save.restype = ctypes.c_int32
    library.wf_context_fail.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t]
    library.wf_context_fail.restype = ctypes.c_int32
    library.wf_context_finish.argtypes = [ctypes.c_void_p, ctypes.c_int32, ctypes.POINTER(ctypes.c_void_p)]
    library.wf_context_finish.restype = ctypes.c_int32
