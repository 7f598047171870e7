"""The JSON Schema Test Suite, validated as the engine validates: every case that a document can hold, with optional formats.

`suite/` is a pinned copy of its draft2020-12 (https://github.com/json-schema-org/JSON-Schema-Test-Suite, commit 44401e0, with
its MIT licence). A schema is applicable if generation accepts a document that holds it: one that generation refuses (`$id`,
`$dynamicRef`, another dialect, references to other hosts, keywords that nobody enforces) never validates anything. The cases
of `format.json` about strings are not applicable: they say that a format asserts nothing, and the engine asserts formats.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from accord.document.document import Document
from accord.document.strict_json import strict_json
from accord.jsonschema.validator import validator
from accord.validate.openapi import validity
from accord.validate.unsupported.document import unsupported

SUITE = Path(__file__).parent / "suite" / "draft2020-12"
FILES = sorted(SUITE.rglob("*.json"), key=str)
SCHEMA = ("components", "schemas", "S")
LEAST = 2004  # applicable cases


class Group(NamedTuple):
    """A schema and its cases."""

    name: str
    document: Document
    cases: list[dict[str, Any]]


def groups(file: Path) -> Iterator[Group]:
    for group in json.loads(file.read_text(encoding="utf-8")):
        written = {
            "openapi": "3.1.1",
            "info": {"title": "Suite", "version": "1.0.0"},
            "paths": {},
            "components": {"schemas": {"S": moved(group["schema"])}},
        }
        document = Document(json.dumps(written).encode())
        if not validity(document) and not unsupported(document):
            annotations = file == SUITE / "format.json"
            cases = [case for case in group["tests"] if not (annotations and isinstance(case["data"], str))]
            yield Group(group["description"], document, cases)


def moved(schema: Any) -> Any:
    """The schema with its references led to where it stands in the document."""
    if isinstance(schema, list):
        return [moved(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: item if key in ("const", "enum") else moved(item) for key, item in schema.items()}
    reference = found.get("$ref")
    if isinstance(reference, str) and (reference == "#" or reference.startswith("#/")):
        found["$ref"] = f"#/{'/'.join(SCHEMA)}{reference[1:]}"
    return found


def verdicts(group: Group) -> Iterator[tuple[str, bool, bool]]:
    """What each case is about, whether it is valid, and what the engine says of its bytes."""
    schema = group.document.root
    for key in SCHEMA:
        schema = schema.raw_child(key)
    compiled = validator(schema, "request")
    for case in group.cases:
        yield (
            f"{group.name}: {case['description']}",
            case["valid"],
            compiled.is_valid(strict_json(json.dumps(case["data"]).encode())),
        )


class TestTheSuite:
    def test_agrees_in_all_applicable_cases(self, capsys):
        total = sum(len(group["tests"]) for file in FILES for group in json.loads(file.read_text(encoding="utf-8")))
        found = [
            (f"{file.relative_to(SUITE)}: {name}", expected, said)
            for file in FILES
            for group in groups(file)
            for name, expected, said in verdicts(group)
        ]

        with capsys.disabled():
            print(f"\nJSON Schema Test Suite, draft2020-12: {len(found)} of {total} cases are applicable")  # noqa: T201
        assert [name for name, expected, said in found if said != expected] == []
        assert len(found) >= LEAST
