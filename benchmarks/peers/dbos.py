"""dbos: a workflow is a function, its steps are recorded in a system database, here SQLite in a file. There is no way without."""

import os

from dbos import DBOS, DBOSConfig, SetWorkflowID
from workload_data import payload as made
from workload_data import record

SYNCS = "four times a step: SQLite, rollback journal, synchronous=FULL"
_ALWAYS = "always records into a database"
CANNOT = dict.fromkeys(["loop", "loop_memory", "payload", "many", "start_bare"], _ALWAYS)
CANNOT["fan"] = "always records into a database; its workers would be 64 workflows of a queue"


def launched(storage):
    config: DBOSConfig = {
        "name": "bench",
        "system_database_url": f"sqlite:///{os.path.abspath(storage)}/dbos.sqlite",
        "run_admin_server": False,
        "log_level": "ERROR",
    }
    DBOS(config=config)


last = 0
crashes = False
hops = 0


@DBOS.step()
def count(n: int) -> int:
    if crashes and n == last:
        os._exit(0)
    return n + 1


@DBOS.step()
def one_record(n: int) -> str:
    return record(n)


@DBOS.step()
def carry(data: dict) -> dict:
    return data


@DBOS.workflow()
def counting(steps: int) -> int:
    n = 0
    while n < steps:
        n = count(n)
    return n


@DBOS.workflow()
def growing(steps: int) -> int:
    """The state is the list of the results of its steps."""
    records: list[str] = []
    while len(records) < steps:
        records.append(one_record(len(records)))
    return len(records)


_data: dict = {}


@DBOS.workflow()
def carrying(hops: int) -> int:
    data = _data
    for _ in range(hops):
        data = carry(data)
    return len(data["records"])


def loop(steps, storage):
    launched(storage)
    DBOS.launch()
    return lambda: counting(steps)


def grow(steps, storage):
    launched(storage)
    DBOS.launch()
    return lambda: growing(steps)


def payload(hops, size, storage):
    _data.update(made(size))
    launched(storage)
    DBOS.launch()
    return lambda: carrying(hops)


def crash(steps, storage):
    global last, crashes
    last, crashes = steps, True
    launched(storage)
    DBOS.launch()

    def go():
        with SetWorkflowID("1"):
            return counting(steps + 1)

    return go


def resume(steps, storage):
    """Launching goes on with what was not finished."""

    def go_on():
        launched(storage)
        DBOS.launch()
        return DBOS.retrieve_workflow("1").get_result(polling_interval_sec=0.002)

    return go_on


def start():
    return loop(2, os.environ["BENCH_FOLDER"])
