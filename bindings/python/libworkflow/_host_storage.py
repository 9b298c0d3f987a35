"""Storages written in Python: any object that has the methods of `CheckpointStorage`, async or not.

The library asks a storage from inside its own calls, on the thread that drives the run, and needs the answer there
and then; the event loop of that thread cannot run meanwhile. So coroutines of storages run on an event loop of their
own, one for all storages of the process, in a thread that starts with the first of them; context variables go along.
What is bound to an event loop, such as a connection or an asyncio.Lock, must therefore be made inside the methods of
the storage, not by the program around it. Methods that are not async run on the calling thread.

An object that also has these three keeps what `wf_context_remember` records, as JSON:

    remember(run_id: str, key: str, memo: bytes) -> bool     False if there is one for that run and key: it stays
    recall(run_id: str, key: str) -> Optional[bytes]
    forget(run_id: str) -> bool                              all of a run; False if there was none

One that also has these two keeps two writers of a run apart. `commit` does what `save` does, which is then not called,
in one step with a look at the head of the run: if that is not `expected_head` (None: if the run has one), or if there
is a checkpoint of that id, it changes nothing and gives False. `new_head` is the head from then on, until the last
checkpoint of the run is deleted: then the head goes too:

    commit(checkpoint: WorkflowCheckpoint, expected_head: Optional[str], new_head: str) -> bool
    get_head(run_id: str) -> Optional[str]
"""

from __future__ import annotations

import asyncio
import atexit
import inspect
import itertools
import os
import threading
import weakref
from collections.abc import Awaitable
from ctypes import byref, c_void_p
from typing import Any, Callable, Optional

from . import _abi
from ._checkpoint import WorkflowCheckpoint
from ._error_texts import message_of
from ._library import lib, raise_for, take_error
from ._trampolines import current

_FAILED = 0  # under WF_STRICT_RESULT


class _Raised(threading.local):
    """What a storage raised in the call of the library that this thread made last."""

    error: Optional[BaseException] = None


_raised = _Raised()


# ---- The event loop of the storages


class _Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="libworkflow storages", daemon=True)
        self._thread.start()
        atexit.register(self._stop)

    def wait_for(self, awaitable: Awaitable[Any]) -> Any:
        """The result of `awaitable`; the calling thread waits.

        Raises:
            BaseException: what it raised.
        """

        async def outcome() -> tuple[Any, Optional[BaseException]]:
            try:
                return await awaitable, None
            except BaseException as error:  # SystemExit would end the loop
                return None, error

        if threading.current_thread() is self._thread:
            if inspect.iscoroutine(awaitable):
                awaitable.close()
            raise RuntimeError("a run inside an async method of a storage cannot have an async storage of its own")
        result, error = asyncio.run_coroutine_threadsafe(outcome(), self._loop).result()
        if error is not None:
            raise error
        return result

    def _stop(self) -> None:
        if self.process == os.getpid():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(1)
            if not self._thread.is_alive():
                self._loop.close()


_lock = threading.Lock()
_loop: Optional[_Loop] = None


def _wait_for(awaitable: Awaitable[Any]) -> Any:
    global _loop
    with _lock:
        if _loop is None or _loop.process != os.getpid():  # a forked child has no threads
            _loop = _Loop()
        loop = _loop
    return loop.wait_for(awaitable)


# ---- The storage as the library sees it


class HostStorage:
    """The library's storage behind one object. It lives as long as the object, which each run keeps."""

    def __init__(self, storage: Any) -> None:
        missing = [name for name in ("save", "load") if not callable(getattr(storage, name, None))]
        if missing:
            raise TypeError(f"{storage!r} is not a storage: it has no method {missing[0]!r}; see CheckpointStorage")
        fences = [callable(getattr(storage, name, None)) for name in _FENCE_METHODS]
        if any(fences) and not all(fences):
            raise TypeError(f"{storage!r} has only one of the methods 'commit' and 'get_head'; see CheckpointStorage")
        number = next(_numbers)
        self._key, self._type = id(storage), type(storage).__qualname__
        try:
            self._storage: Callable[[], Any] = weakref.ref(storage, lambda _: self._drop(number))
        except TypeError:  # it cannot be watched, and stays for good
            self._storage = lambda: storage
        handle, error = c_void_p(), c_void_p()
        keeps_memos = all(callable(getattr(storage, name, None)) for name in _MEMO_METHODS)
        status = lib.wf_storage_new(byref(_code(number, keeps_memos, all(fences))), byref(handle), byref(error))
        if status:
            raise_for(status, error)
        self.handle = handle.value or 0
        _by_number[number] = self

    def _drop(self, number: int, free: Any = lib.wf_storage_free) -> None:
        _by_number.pop(number, None)
        _by_object.pop(self._key, None)
        free(self.handle)

    def ask(self, method: str, *arguments: Any, **named: Any) -> Any:
        """Calls a method of the object.

        Raises:
            BaseException: what the method raised.
        """
        function = getattr(self._storage(), method, None)
        if function is None:
            raise TypeError(f"{self._type} has no method {method!r}; see CheckpointStorage")
        answer = function(*arguments, **named)
        return _wait_for(answer) if inspect.isawaitable(answer) else answer

    # The questions of the library. Each gives what is to be answered.

    def save(self, document: bytes) -> None:
        self.ask("save", WorkflowCheckpoint.from_json(document))

    def commit(self, document: bytes, expected_head: Optional[str], new_head: str) -> bool:
        kept = self.ask("commit", WorkflowCheckpoint.from_json(document), expected_head, new_head)
        if not isinstance(kept, bool):
            raise TypeError(f"commit must give True or False, not {kept!r}")
        return kept

    def head(self, run_id: str) -> Optional[str]:
        head = self.ask("get_head", run_id)
        if head is not None and not isinstance(head, str):
            raise TypeError(f"get_head must give a checkpoint id or None, not {head!r}")
        return head

    def load(self, checkpoint_id: str) -> Optional[bytes]:
        checkpoint = self.ask("load", checkpoint_id)
        if checkpoint is None:
            return None
        if not isinstance(checkpoint, WorkflowCheckpoint):
            raise TypeError(f"load must give a WorkflowCheckpoint, not {checkpoint!r}")
        return checkpoint.to_json()

    def ids(self, workflow_name: Optional[str]) -> list[str]:
        return list(self.ask("list_checkpoint_ids", workflow_name=workflow_name))

    def latest(self, workflow_name: Optional[str]) -> Optional[str]:
        checkpoint = self.ask("get_latest", workflow_name=workflow_name)
        return None if checkpoint is None else checkpoint.checkpoint_id

    def remove(self, checkpoint_id: str) -> bool:
        return bool(self.ask("delete", checkpoint_id))

    def remember(self, run_id: str, key: str, memo: bytes) -> bool:
        return self.ask("remember", run_id, key, memo) is not False

    def recall(self, run_id: str, key: str) -> Optional[bytes]:
        memo = self.ask("recall", run_id, key)
        return memo.encode() if isinstance(memo, str) else memo

    def forget(self, run_id: str) -> bool:
        return bool(self.ask("forget", run_id))


_MEMO_METHODS = ("remember", "recall", "forget")
_FENCE_METHODS = ("commit", "get_head")

_numbers = itertools.count(1)
_by_number: dict[int, HostStorage] = {}
_by_object: dict[int, HostStorage] = {}


def host_storage(storage: Any) -> HostStorage:
    """The library's storage behind an object; the same one each time.

    Raises:
        TypeError: the object cannot be a storage.
    """
    with _lock:
        found = _by_object.get(id(storage))
        if found is None:
            found = _by_object[id(storage)] = HostStorage(storage)
    return found


def failure_of(status: int, error: c_void_p) -> BaseException:
    """As `take_error`, with what a storage raised as the cause; Ctrl-C and the like are themselves."""
    failure = take_error(status, error)
    raised, _raised.error = _raised.error, None
    if status == _abi.WF_E_STORAGE and raised is not None:
        if not isinstance(raised, Exception):
            return raised
        failure.__cause__ = raised
    return failure


# ---- Called by the library


def _answer(handle: int, question: Callable[[HostStorage], int], number: int) -> int:
    _raised.error = None
    try:
        return question(_by_number[number])
    except BaseException as error:
        _raised.error = error
        run = current()
        if run is not None and isinstance(error, (KeyboardInterrupt, SystemExit)):
            run.interrupt(error)
        message = f"{type(error).__name__}: {message_of(error)}".encode("utf-8", "backslashreplace")
        lib.wf_answer_fail(handle, message, len(message))
        return _FAILED


@_abi.wf_storage_save_fn
def _save(number: int, checkpoint_id: bytes, workflow: bytes, document: bytes, length: int, handle: int) -> int:
    def question(storage: HostStorage) -> int:
        storage.save(document)
        return int(_abi.WF_DONE)

    return _answer(handle, question, number)


@_abi.wf_storage_commit_fn
def _commit(
    number: int,
    run_id: bytes,
    expected: Optional[bytes],
    new: bytes,
    checkpoint_id: bytes,
    workflow: bytes,
    document: bytes,
    length: int,
    handle: int,
) -> int:  # fmt: skip
    def question(storage: HostStorage) -> int:
        kept = storage.commit(document, None if expected is None else expected.decode(), new.decode())
        return int(_abi.WF_DONE if kept else _abi.WF_E_CONFLICT)

    return _answer(handle, question, number)


@_abi.wf_storage_find_fn
def _head(number: int, run_id: bytes, handle: int) -> int:
    def question(storage: HostStorage) -> int:
        head = storage.head(run_id.decode())
        if head is None:
            return int(_abi.WF_NONE)
        lib.wf_answer_add(handle, head.encode(), None)
        return int(_abi.WF_DONE)

    return _answer(handle, question, number)


@_abi.wf_storage_find_fn
def _load(number: int, checkpoint_id: bytes, handle: int) -> int:
    def question(storage: HostStorage) -> int:
        document = storage.load(checkpoint_id.decode())
        if document is None:
            return int(_abi.WF_NONE)
        lib.wf_answer_set(handle, document, len(document), None)
        return int(_abi.WF_DONE)

    return _answer(handle, question, number)


@_abi.wf_storage_find_fn
def _list(number: int, workflow: Optional[bytes], handle: int) -> int:
    def question(storage: HostStorage) -> int:
        for checkpoint_id in storage.ids(None if workflow is None else workflow.decode()):
            lib.wf_answer_add(handle, checkpoint_id.encode(), None)
        return int(_abi.WF_DONE)

    return _answer(handle, question, number)


@_abi.wf_storage_find_fn
def _latest(number: int, workflow: Optional[bytes], handle: int) -> int:
    def question(storage: HostStorage) -> int:
        checkpoint_id = storage.latest(None if workflow is None else workflow.decode())
        if checkpoint_id is None:
            return int(_abi.WF_NONE)
        lib.wf_answer_add(handle, checkpoint_id.encode(), None)
        return int(_abi.WF_DONE)

    return _answer(handle, question, number)


@_abi.wf_storage_find_fn
def _remove(number: int, checkpoint_id: bytes, handle: int) -> int:
    def question(storage: HostStorage) -> int:
        return int(_abi.WF_DONE if storage.remove(checkpoint_id.decode()) else _abi.WF_NONE)

    return _answer(handle, question, number)


@_abi.wf_storage_remember_fn
def _remember(number: int, run_id: bytes, key: bytes, memo: bytes, length: int, handle: int) -> int:
    def question(storage: HostStorage) -> int:
        return int(_abi.WF_DONE if storage.remember(run_id.decode(), key.decode(), memo) else _abi.WF_E_EXISTS)

    return _answer(handle, question, number)


@_abi.wf_storage_recall_fn
def _recall(number: int, run_id: bytes, key: bytes, handle: int) -> int:
    def question(storage: HostStorage) -> int:
        memo = storage.recall(run_id.decode(), key.decode())
        if memo is None:
            return int(_abi.WF_NONE)
        lib.wf_answer_set(handle, memo, len(memo), None)
        return int(_abi.WF_DONE)

    return _answer(handle, question, number)


@_abi.wf_storage_find_fn
def _forget(number: int, run_id: bytes, handle: int) -> int:
    def question(storage: HostStorage) -> int:
        return int(_abi.WF_DONE if storage.forget(run_id.decode()) else _abi.WF_NONE)

    return _answer(handle, question, number)


def _code(number: int, keeps_memos: bool, has_fence: bool) -> _abi.wf_storage_code_t:
    memos = {"remember": _remember, "recall": _recall, "forget": _forget} if keeps_memos else {}
    fence = {"commit": _commit, "head": _head} if has_fence else {}
    return _abi.wf_storage_code_t(
        flags=_abi.WF_STRICT_RESULT | _abi.WF_UNSEALED,  # a checkpoint that was an object is spelled anew
        save=_save,
        load=_load,
        list=_list,
        latest=_latest,
        remove=_remove,
        user_data=number,
        **memos,
        **fence,
    )
