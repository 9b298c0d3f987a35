"""What listings and reports of a storage consist of. For type checkers alone: they are dicts."""

from __future__ import annotations

from typing import Literal, Optional, TypedDict

Status = Literal["idle", "waiting", "working"]
Order = Literal["newest", "oldest"]


class _Problem(TypedDict, total=False):
    problem: str
    """Only there if something is damaged: what."""


class RunEntry(_Problem):
    """A run, as its last readable checkpoint tells."""

    run_id: str
    workflow_name: str
    head: str
    """The id of the last readable checkpoint."""
    superstep: int
    status: Optional[Status]
    """None if the last checkpoint is damaged."""
    timestamp: str
    checkpoints: int


class CheckpointEntry(_Problem, total=False):
    """A checkpoint in a listing. A damaged one has only `checkpoint_id` and `problem`."""

    checkpoint_id: str
    previous_checkpoint_id: Optional[str]
    run_id: str
    workflow_name: str
    graph_signature: str
    kind: str
    superstep: int
    timestamp: str


class CheckpointSummary(CheckpointEntry):
    """What a checkpoint is, without its parts."""

    status: Status
    pending_request_ids: list[str]
    messages: int
    bytes: int


class PruneReport(TypedDict):
    """What pruning did, or would do."""

    deleted: int
    runs_deleted: int
    kept: int
    live_runs_skipped: int
    bytes_before: int
    bytes_after: int


class VerifyReport(TypedDict):
    """What a storage has, and what of it is damaged; see `wf_storage_verify`."""

    checkpoints: int
    good: int
    problems: list[dict[str, Optional[str]]]
    missing_parents: list[str]
    runs: list[dict[str, str]]
    memos: Optional[int]
