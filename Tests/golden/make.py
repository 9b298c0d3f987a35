"""usage: make.py FOLDER

Makes golden documents in FOLDER. This is how those of version 1 were made, once: they stay as they are for ever, whatever
this program would make today. Another version of the format, or another member, gets files of its own beside them.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bindings/python"))

from puppet import Puppet, Storage  # noqa: E402


def do(*script: list) -> dict:
    return {"do": list(script)}


# Questions: "do" is for those who intercept them, "then" for the one who asks.
SHAKY = {"then": [["fail"], ["set", "asked", "true"], ["output", '"shaky got its answer"']]}
HOST = {"then": [["fail"], ["output", '"twin got its answer"']], "ask": "⚠"}
FIRST = do(["answer", "inner/1", '{"granted": 1.0e2}'], ["unset", "tmp"], ["unshare", "gone"], ["set", "seen", "[1]"])
FIRST["then"] = [["set", "granted", "true"], ["output", '{"do": [["output", "\\"warden heard of it\\""]]}']]
LAST = do(["answer", "inner/2", "null"], ["output", '"warden answered the second"'])
LAST["then"] = [["output", '{"do": [["output", "\\"and of the second\\""]]}']]
SCRIPT = do(
    ["share", "größe", "1.50e0"],
    ["share", "e\u0301", "true"],
    ["share", "é", r'[9223372036854775807, -0.0, 1E-7, "\u00e9\ud83d\ude00 \/ \n \u0000 \"☃\""]'],
    ["share", "gone", "1"],
    ["set", "k", '{"deep": [[], {}]}'],
    ["save", '{"n": 1.0E+2}'],
    ["ask", "open", {"then": [["output", '"start got its answer"']]}, None],
    ["remember", "receipt", '{"paid": 1.10, "to": "ä"}'],
    ["send", "left", do(["send", None, do(["output", '"one"'], ["set", "one", "1"], ["send", "left", do(["output", '"late"'])])])],
    ["send", "left", do(["send", None, do(["output", '"two"'])])],
    ["send", "right", do(["send", "join é", do(["share", "joined", "[true]"])], ["send", "shaky", do(["output", '"both"'])])],
    ["send", "warden", do(["set", "tmp", "1"], ["save", "7"])],
    ["send", "sub", do(
        ["share", "inside", "-1"], ["set", "own", '"first"'], ["ask", "inner/1", FIRST, None],
        ["send", None, do(["ask", "inner/2", LAST, "null|string"], ["set", "own", '"last"'])])],
    ["send", "twin", do(["ask", "host/☃", HOST, "boolean"])],
    ["send", "shaky", do(["ask", "shaky/1", SHAKY, "string"])],
)  # fmt: skip
# JSON as somebody might write it: it stays as it is.
INPUT = b'{ "note" : "\\u00fc \\/ \xe2\x98\x83",\t"n": 1.50e0 , ' + json.dumps(SCRIPT).encode()[1:]

HALT = json.dumps(
    do(["send", "shaky", do(["fail"], ["output", "1"])], ["send", "left", do(["halt"], ["send", None, do(["output", "2"])])])
).encode()

APPENDED = json.dumps(
    do(
        ["share", "log", "[ 0 ]"],
        ["send", "shaky", do(["fail"], ["append shared", "log", "3"])],
        ["send", "left", do(["append shared", "log", '{"n": 1.50e0}'], ["append", "mine", "[]"], ["append shared", "new", r'"\u00e9"'],
                            ["append shared", "log", "2"])],
    )
).encode()  # fmt: skip

FORK = {"state": {"größe": 9, "gone": None, "": 0, "new": [None]}}
UNKNOWN = r'{"x-ünknown": [1.50e0,  null, {"\u00e4": "\/"}], "later": 12345678901234567890e-3, "metadata": {"by": "hand"}}'


def main(folder: Path) -> None:
    puppet = Puppet()

    def write(name: str, document: bytes) -> None:
        (folder / f"checkpoint-v1-{name}.json").write_bytes(document)

    storage = Storage(f"directory:{folder / 'directory'}")
    run = puppet.start(INPUT, storage=storage.handle, run_id="golden 1 é".encode())
    found: dict[str, bytes] = {}
    for kind, document in run.checkpoints():
        if kind == "superstep" and b'"superstep": 2' in document:
            puppet.failures = 2
            run.respond(b'"yes"', but="open")
        found[kind] = document
        if kind == "partial":
            break
    run.close()
    (folder / "export-v1.json").write_bytes(storage.export("golden 1 é"))
    for kind, document in found.items():
        write(kind, document)
    puppet.failures = 0
    run = puppet.restore(found["superstep"], run_id=b"golden 2", edits=json.dumps(FORK).encode())
    write("fork", next(run.checkpoints())[1])
    run.close()
    run = puppet.restore(found["partial"], run_id=b"golden 3", edits=UNKNOWN.encode())
    write("everything", next(run.checkpoints())[1])
    run.close()
    for name, script, run_id in [("halt", HALT, b"golden 4"), ("appended", APPENDED, b"golden 5")]:
        run = puppet.start(script, run_id=run_id)
        puppet.failures = 1
        write(name, next(document for kind, document in run.checkpoints() if kind == "partial"))
        run.close()
    assert puppet.broken == [], puppet.broken


if __name__ == "__main__":
    main(Path(sys.argv[1]))
