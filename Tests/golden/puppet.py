"""The workflow of the golden documents, and runs of it.

Its executors do what their messages say: `{"do": [[verb, ...], ...]}`. So a golden document brings along what will happen
when it is resumed, and any script is a test. Values stand in scripts as texts, which hold JSON exactly as it is spelled.
A question has the `do` of those who intercept it, and a `then`: what is done with the answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from ctypes import byref, c_char_p, c_void_p
from pathlib import Path
from typing import Any, Optional

from libworkflow._abi import (
    WF_DONE,
    WF_EVENT_CHECKPOINT,
    WF_EVENT_FAILED,
    WF_EVENT_OUTPUT,
    WF_NONE,
    WF_OK,
    WF_RUN_CHECKPOINTS,
    WF_SCOPE_EXECUTOR,
    WF_SCOPE_SHARED,
    WF_STRICT_RESULT,
    wf_condition_fn,
    wf_condition_t,
    wf_executor_fn,
    wf_executor_t,
    wf_run_options_t,
)
from libworkflow._library import lib, take_error, take_text

HERE = Path(__file__).parent
EXECUTORS = ["start", "left", "right", "join é", "sub/first", "sub/deep/last", "warden", "twin/asks", "shaky"]


def check(status: int, error: c_void_p) -> int:
    """Raises for an error of the library, with its status."""
    if status < 0:
        raise take_error(status, error)
    return status


def call(function: Any, *arguments: Any) -> int:
    """Calls a function of the library whose last parameter is an error."""
    error = c_void_p()
    return check(function(*arguments, byref(error)), error)


def text_of(function: Any, *arguments: Any) -> bytes:
    """Calls a function of the library that gives a text and its length."""
    text = c_void_p()
    call(function, *arguments, byref(text), None)
    return take_text(text)


class Puppet:
    """The workflow, built. What its executors do stands in their messages."""

    def __init__(self) -> None:
        self.failures = 0
        """How many "fail"s are still to fail; the others succeed."""
        self.forgives = False
        """Leaves out what the library refuses; else the executor fails."""
        self.recalled: list[bytes] = []
        """What "remember" found instead of doing it again."""
        self.broken: list[str] = []
        """What went wrong in host code: nothing should."""
        self._saved: dict[str, bytes] = {}
        self._alive: list[Any] = []
        builder, self.handle = c_void_p(), c_void_p()
        definition = (HERE / "workflow.json").read_bytes()
        call(lib.wf_builder_parse, definition, len(definition), byref(builder))
        never = wf_condition_fn(lambda *_: 2)
        condition = wf_condition_t(flags=WF_STRICT_RESULT, name=b"never", version=b"2", evaluate=never)
        self._alive.append(never)
        call(lib.wf_builder_add_condition, builder, byref(condition))
        for id in EXECUTORS:
            call(lib.wf_builder_add_executor, builder, id.encode(), byref(self._executor(id)))
        call(lib.wf_builder_build, builder, byref(self.handle))
        lib.wf_builder_free(builder)

    def _executor(self, id: str) -> wf_executor_t:
        def invoke(data: Any, context: int, input: bytes, length: int) -> int:
            self._play(id, context, json.loads(input))
            return WF_DONE

        def save(data: Any, context: int, input: bytes, length: int) -> int:
            if id in self._saved:
                call(lib.wf_context_save, context, self._saved[id], len(self._saved[id]))
            return WF_DONE

        def restore(data: Any, context: int, input: bytes, length: int) -> int:
            self._saved[id] = input
            return WF_DONE

        def guarded(code: Any) -> Any:
            def run(*arguments: Any) -> int:
                try:
                    return code(*arguments)
                except Failing:
                    return -16
                except Exception as error:  # ctypes would only print it
                    self.broken.append(f"{id}: {error!r}")
                    return -1000

            return wf_executor_fn(run)

        hooks = {"invoke": guarded(invoke), "save": guarded(save), "restore": guarded(restore)}
        self._alive.extend(hooks.values())
        return wf_executor_t(flags=WF_STRICT_RESULT, **hooks)

    def _play(self, id: str, context: int, message: Any) -> None:
        if lib.wf_context_request_id(context) is not None:
            message = {"do": json.loads(lib.wf_context_request_data(context, None)).get("then", [])}
        elif isinstance(message, dict) and message.get("$type") == "libworkflow:sub_workflow_request":
            message = message["value"]["data"]
        for script in message if isinstance(message, list) else [message]:  # a list is that of a fan-in
            for verb, *words in script.get("do", []) if isinstance(script, dict) else []:
                try:
                    self._do(id, context, verb, *words)
                except Exception as error:
                    if not (self.forgives and hasattr(error, "status")):
                        raise

    def _do(self, id: str, context: int, verb: str, *words: Any) -> None:
        word = [None if word is None else word.encode() for word in words if not isinstance(word, dict)]
        if verb == "send":
            text = json.dumps(words[1], ensure_ascii=False).encode()
            call(lib.wf_context_send, context, word[0], text, len(text))
        elif verb == "output":
            call(lib.wf_context_output, context, word[0], len(word[0]))
        elif verb == "ask":
            text = json.dumps(words[1], ensure_ascii=False).encode()
            call(lib.wf_context_request_info, context, word[0], text, len(text), word[1])
        elif verb == "answer":
            call(lib.wf_context_answer, context, word[0], word[1], len(word[1]))
        elif verb in ("set", "share"):
            scope = WF_SCOPE_SHARED if verb == "share" else WF_SCOPE_EXECUTOR
            call(lib.wf_context_set_state, context, scope, word[0], word[1], len(word[1]))
        elif verb in ("append", "append shared"):
            scope = WF_SCOPE_SHARED if verb == "append shared" else WF_SCOPE_EXECUTOR
            call(lib.wf_context_append, context, scope, word[0], word[1], len(word[1]))
        elif verb in ("unset", "unshare"):
            scope = WF_SCOPE_SHARED if verb == "unshare" else WF_SCOPE_EXECUTOR
            call(lib.wf_context_delete_state, context, scope, word[0])
        elif verb == "save":
            self._saved[id] = word[0]
        elif verb == "remember":
            found = c_char_p()
            if call(lib.wf_context_recall, context, word[0], byref(found), None) == WF_NONE:
                call(lib.wf_context_remember, context, word[0], word[1], len(word[1]))
            else:
                self.recalled.append(found.value or b"")
        elif verb == "halt":
            call(lib.wf_context_halt, context)
        elif verb == "fail":
            self.failures -= 1
            if self.failures >= 0:
                raise Failing
        else:
            raise ValueError(verb)

    # One run at a time: what the executors save is kept here.

    def start(self, message: bytes, **options: Any) -> Run:
        self._saved.clear()
        return Run(lib.wf_run_start, self.handle, options, message, len(message))

    def restore(self, document: bytes, **options: Any) -> Run:
        """Checks the document and takes it up; nothing runs before the run is driven."""
        self._saved.clear()
        return Run(lib.wf_run_restore, self.handle, options, document, len(document))

    def resume(self, id: str, **options: Any) -> Run:
        self._saved.clear()
        return Run(lib.wf_run_resume, self.handle, options, id.encode())

    def close(self) -> None:
        lib.wf_workflow_free(self.handle)


class Failing(Exception):
    """The verb "fail"."""


class Run:
    """A run and what it has told."""

    def __init__(self, begin: Any, workflow: c_void_p, options: dict[str, Any], *arguments: Any) -> None:
        self.handle = c_void_p()
        self.outputs: list[bytes] = []
        self.failed: Optional[bytes] = None
        options.setdefault("flags", WF_RUN_CHECKPOINTS)
        call(begin, workflow, byref(wf_run_options_t(**options)), *arguments, byref(self.handle))

    def checkpoints(self) -> Iterator[tuple[str, bytes]]:
        """Drives the run until it rests; kind and document of each checkpoint, as soon as it is made."""
        while True:
            event, error = c_void_p(), c_void_p()
            status = lib.wf_run_next(self.handle, 30_000, byref(event), byref(error))
            if status != WF_OK:
                lib.wf_error_free(error)
                assert status == WF_DONE or self.failed, status
                return
            kind, data = lib.wf_event_kind(event), lib.wf_event_data(event, None)
            lib.wf_event_free(event)
            if kind == WF_EVENT_OUTPUT:
                self.outputs.append(data)
            elif kind == WF_EVENT_FAILED:
                self.failed = data
            elif kind == WF_EVENT_CHECKPOINT:
                yield json.loads(data)["kind"], self.document()

    def to_the_end(self, answer: bytes = b'"yes"') -> list[bytes]:
        """Drives it, answers whatever it asks, and goes on until nothing waits; every document on the way."""
        documents = [document for _, document in self.checkpoints()]
        while self.failed is None and self.respond(answer):
            documents += [document for _, document in self.checkpoints()]
        return documents

    def respond(self, answer: bytes, but: str = "") -> int:
        """Answers what waits, a boolean with true; how many that were."""
        waiting = json.loads(text_of(lib.wf_run_pending_requests, self.handle))
        waiting = [request for request in waiting if request["request_id"] != but]
        for request in waiting:
            text = b"true" if request["response_type"] == "boolean" else answer
            call(lib.wf_run_respond, self.handle, request["request_id"].encode(), text, len(text))
        return len(waiting)

    def input(self, message: bytes) -> None:
        call(lib.wf_run_input, self.handle, message, len(message))

    def document(self) -> bytes:
        return text_of(lib.wf_run_checkpoint, self.handle)

    def close(self) -> None:
        lib.wf_run_free(self.handle)


class Storage:
    """A storage of the library."""

    def __init__(self, url: str) -> None:
        self.handle = c_void_p()
        call(lib.wf_storage_open, url.encode(), byref(self.handle))

    def save(self, document: bytes) -> None:
        call(lib.wf_storage_save, self.handle, document, len(document))

    def load(self, id: str) -> bytes:
        return text_of(lib.wf_storage_load, self.handle, id.encode())

    def export(self, run_id: str) -> bytes:
        return text_of(lib.wf_storage_export, self.handle, run_id.encode())

    def import_run(self, document: bytes) -> None:
        call(lib.wf_storage_import, self.handle, document, len(document))

    def list(self) -> list[dict[str, Any]]:
        return json.loads(text_of(lib.wf_storage_list, self.handle, None))

    def close(self) -> None:
        lib.wf_storage_free(self.handle)
