"""The schemas, and the golden documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
GOLDEN = sorted(HERE.glob("checkpoint-v1-*.json"))


EXPORT_V1 = HERE / "export-v1.json"


def schema(name: str) -> dict[str, Any]:
    schema = json.loads((ROOT / "docs" / f"{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return schema


SCHEMAS = {name: schema(name) for name in ("checkpoint", "memo", "export")}
REGISTRY = Registry().with_resources((schema["$id"], DRAFT202012.create_resource(schema)) for schema in SCHEMAS.values())
CHECKPOINT, MEMO, EXPORT = (Draft202012Validator(schema, registry=REGISTRY) for schema in SCHEMAS.values())


def check(document: Any) -> None:
    """Fails with every place where a document is not what the schema of its format says."""
    document = json.loads(document) if isinstance(document, (bytes, str)) else document
    schema = {"libworkflow.checkpoint": CHECKPOINT, "libworkflow.memo": MEMO, "libworkflow.run": EXPORT}[document["format"]]
    problems = [f"{error.json_path}: {error.message[:300]}" for error in schema.iter_errors(document)]
    assert problems == []


def check_folder(folder: Path) -> int:
    """Checks every file below a folder of `directory:`; how many that were."""
    files = sorted(folder.rglob("*.json"))
    for file in files:
        check(file.read_bytes())
    return len(files)


def check_databases(folder: Path) -> int:
    """Checks every checkpoint in the databases of a folder; how many that were."""
    from libworkflow import open_storage
    from libworkflow._fork import load_text

    count = 0
    for file in folder.glob("*.db"):
        storage = open_storage(f"sqlite:{file}")
        for checkpoint_id in storage._ids(None):
            check(load_text(storage, checkpoint_id))
            count += 1
    return count
