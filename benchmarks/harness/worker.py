"""Measures one workload of one peer, in a process of its own, and prints one line of JSON.

usage: worker.py PEER[:VARIANT] WORKLOAD [name=value ...]

A peer is a file in benchmarks/peers. Its function of the workload's name gets the values, builds what it needs, and answers
with what is to be timed: a function that does the work and answers with the result, which must be the `expect`ed one.
`repeat` times at most it is done anew, as long as that takes no more than half a second.

Imports as little as it can, because one of the workloads is importing.
"""

import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def load(name):  # type: ignore[no-untyped-def]
    """The module of a peer. Not by the import system: most files have the name of the package that they measure."""
    peer, _, variant = name.partition(":")
    path = os.path.join(os.path.dirname(HERE), "peers", peer + ".py")
    module = type(sys)("peer_" + peer)
    module.__file__ = path
    module.VARIANT = variant
    sys.modules[module.__name__] = module
    with open(path, encoding="utf-8") as file:
        exec(compile(file.read(), path, "exec"), module.__dict__)
    return module


def main() -> None:
    values = dict(word.partition("=")[::2] for word in sys.argv[3:])
    expect, repeat = values.pop("expect", None), int(values.pop("repeat", 1))
    given = {name: int(value) if value.isdigit() else value for name, value in values.items()}
    workload = getattr(load(sys.argv[1]), sys.argv[2])
    samples, processor = [], []
    while len(samples) < repeat and sum(samples) < 0.5:
        todo = workload(**given)
        begin, worked = time.perf_counter(), time.process_time()
        result = todo()
        samples.append(time.perf_counter() - begin)
        processor.append(time.process_time() - worked)
        if expect is not None and str(result) != expect:
            sys.exit(f"{sys.argv[1]} {sys.argv[2]}: the result is {str(result)[:200]}, not {expect}")
    with open("/proc/self/status", encoding="ascii") as status:  # the peak; that of wait4 would count the parent's too
        kilobytes = next(line.split()[1] for line in status if line.startswith("VmHWM"))
    lists = ", ".join(map(repr, samples)), ", ".join(map(repr, processor))
    print('{"samples": [%s], "processor": [%s], "peak_kb": %s}' % (*lists, kilobytes), flush=True)


if __name__ == "__main__":
    main()
