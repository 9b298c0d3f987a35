"""The word count of the demo: the same in both languages, right about awkward texts, clear when it cannot go on."""

import json
import os
import re
from collections import Counter

import pytest

TEXTS = {
    "prose": b"To be, or not to be: that is the question.\nWhether 'tis nobler in the mind to suffer\n" * 3,
    "empty": b"",
    "no word": b" \n123 \xff\x00",
    "one word": b"word",
    "huge word": b"a" * 70_000 + b" b",
    "binary": bytes(range(256)) * 8,
    "other alphabets": "naïve Ångström, Ελλάδα, Straße".encode(),
}


def words_in(text: bytes) -> Counter:
    return Counter(word.decode() for word in re.findall(rb"[a-z]+", text.lower()))


def counts_in(path) -> Counter:
    return Counter({word: int(count) for count, word in (line.split() for line in path.read_text().splitlines())})


def checkpoints_in(storage) -> list[dict]:
    return [json.loads(path.read_text()) for path in sorted(storage.glob("*.json"))]


@pytest.fixture
def storage(tmp_path):
    return tmp_path / "checkpoints"


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "prose.txt"
    path.write_bytes(TEXTS["prose"])
    return path


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("chunk_bytes", [7, 512])
def test_counts_awkward_texts(wordcount, storage, tmp_path, name, chunk_bytes):
    text = tmp_path / "text"
    text.write_bytes(TEXTS[name])
    wordcount("start", text, "--storage", storage, "--counts", tmp_path / "counts", "--chunk-bytes", chunk_bytes)
    assert counts_in(tmp_path / "counts") == words_in(TEXTS[name])


def test_counts_a_folder_file_by_file(wordcount, storage, tmp_path):
    """Words do not run on from one file into the next, and links are left out."""
    folder = tmp_path / "folder"
    (folder / "below").mkdir(parents=True)
    for name, text in TEXTS.items():
        (folder / "below" / name).write_bytes(text)
    (folder / "a file").write_bytes(b"half a wo")
    (folder / "link").symlink_to("a file")
    (folder / "circle").symlink_to(folder)
    wordcount("start", folder, "--storage", storage, "--counts", tmp_path / "counts")
    assert counts_in(tmp_path / "counts") == sum(map(words_in, [*TEXTS.values(), b"half a wo"]), Counter())


def test_both_languages_write_the_same_checkpoints(in_c, in_python, text, tmp_path):
    """Signature, messages, state: everything but the ids, the times, the signature of the language, and the definition: the
    Python package says there which types its executors accept."""
    changing = {"checkpoint_id", "previous_checkpoint_id", "run_id", "timestamp", "checksum", "graph"}
    documents = []
    for number, wordcount in enumerate((in_c, in_python)):
        storage = tmp_path / f"checkpoints-{number}"
        wordcount("start", text, "--storage", storage, "--chunk-bytes", 40)
        documents.append([{key: value for key, value in each.items() if key not in changing} for each in checkpoints_in(storage)])
        for document in documents[-1]:
            assert document["state"].pop("language", None) in (None, ("C", "Python")[number])
    assert len(documents[0]) > 5
    assert documents[0] == documents[1]


def test_the_other_language_goes_on_from_every_checkpoint(wordcount, other, text, storage, tmp_path):
    wordcount("start", text, "--storage", storage, "--chunk-bytes", 60)
    for checkpoint in checkpoints_in(storage):
        counts = tmp_path / "counts"
        counts.unlink(missing_ok=True)
        tail = checkpoint["checkpoint_id"][-12:]
        other("resume", "--storage", storage, "--checkpoint", tail, "--counts", counts)
        assert counts_in(counts) == words_in(TEXTS["prose"])


def test_finished_run_shows_its_result_again(other, wordcount, text, storage):
    result = wordcount("start", text, "--storage", storage, "--top", 3).stdout
    again = other("resume", "--storage", storage, "--top", 3).stdout
    assert again == "The run had finished before.\n" + result[result.index(f"{sum(words_in(TEXTS['prose']).values())} words") :]


def test_lineage_is_the_same_in_both_languages(in_c, in_python, text, storage):
    in_c("start", text, "--storage", storage, "--chunk-bytes", 60)
    lines = in_c("lineage", "--storage", storage).stdout.splitlines()
    assert lines == in_python("lineage", "--storage", storage).stdout.splitlines()
    title, entry, first, *_, last = [line.split() for line in lines]
    assert title == ["superstep", "kind", "checkpoint", "parent", "written", "by"]
    assert entry[:2] == ["0", "entry"] and entry[3:] == ["-", "-"]
    assert first[:2] == ["1", "superstep"] and first[3:] == [entry[2], "C"]
    assert last[-1] == "C"


# ---- When it cannot go on ------------------------------------------------------------------------


def test_damaged_checkpoint_is_named_and_hides_no_other(wordcount, text, storage):
    wordcount("start", text, "--storage", storage, "--chunk-bytes", 60)
    path = sorted(storage.glob("*.json"))[2]
    path.write_bytes(path.read_bytes().replace(b'"words":', b'"wards":'))
    shown = wordcount("lineage", "--storage", storage)
    lines = (shown.stdout + shown.stderr).splitlines()
    assert len(lines) == 1 + len(list(storage.glob("*.json")))
    assert sum("damaged" in line and str(path) in line for line in lines) == 1
    problem = wordcount("resume", "--storage", storage, "--checkpoint", path.stem, status=1).stderr
    assert "damaged" in problem and str(path) in problem


def test_changed_text_is_noticed(wordcount, text, storage):
    wordcount("start", text, "--storage", storage, "--chunk-bytes", 60)
    early = checkpoints_in(storage)[2]["checkpoint_id"]
    text.write_bytes(TEXTS["prose"].replace(b"nobler", b"better"))
    problem = wordcount("resume", "--storage", storage, "--checkpoint", early, status=1).stderr
    assert f"{text} has changed since the run began; put it back as it was and resume" in problem


def test_run_goes_on_when_the_text_is_back(wordcount, other, text, storage, tmp_path):
    wordcount("start", text, "--storage", storage, "--chunk-bytes", 60)
    early = checkpoints_in(storage)[2]["checkpoint_id"]
    text.rename(tmp_path / "away")
    assert f"cannot read {text}: No such file or directory" in wordcount(
        "resume", "--storage", storage, "--checkpoint", early, status=1
    ).stderr
    (tmp_path / "away").rename(text)
    other("resume", "--storage", storage, "--checkpoint", early, "--counts", tmp_path / "counts")
    assert counts_in(tmp_path / "counts") == words_in(TEXTS["prose"])


def test_refuses_to_start_twice_in_one_folder(wordcount, other, text, storage):
    wordcount("start", text, "--storage", storage)
    assert "holds a run already: resume it" in other("start", text, "--storage", storage, status=1).stderr


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["start", "/no/such/text"], 1, "cannot read /no/such/text: No such file or directory"),
        (["start", "EMPTY"], 1, "there is no file in"),
        (["resume"], 1, "there is nothing to resume in"),
        (["start"], 2, "PATH"),
        (["start", "EMPTY", "--chunk-bytes", "0"], 2, "chunk-bytes"),
        (["dance"], 2, "dance"),
    ],
)
def test_says_what_is_wrong(wordcount, storage, tmp_path, words, status, sentence):
    (tmp_path / "EMPTY").mkdir()
    words = [str(tmp_path / "EMPTY") if word == "EMPTY" else word for word in words]
    problem = wordcount(*words, "--storage", storage, status=status).stderr
    assert sentence in problem and "Traceback" not in problem


def test_file_name_that_no_checkpoint_can_hold(wordcount, storage, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    file = folder / os.fsdecode(b"na\xefve")
    file.write_bytes(b"latin")
    for text in (file, folder):
        problem = wordcount("start", text, "--storage", storage, status=1).stderr
        assert "is not UTF-8, so a checkpoint cannot hold it" in problem and "Traceback" not in problem


def test_unknown_checkpoint(wordcount, text, storage):
    wordcount("start", text, "--storage", storage)
    assert "no checkpoint ends in xyz" in wordcount("resume", "--storage", storage, "--checkpoint", "xyz", status=1).stderr


def test_help(wordcount):
    assert "resume" in wordcount("--help").stdout
