"""Whole documents: the same one, the same one written otherwise, and a huge one."""

from __future__ import annotations

import json
import random
import re
import sys
from pathlib import Path
from typing import Any, ClassVar

import pytest

from app.engine.document import Document
from codegen.diff import diff

sys.path.insert(0, str(Path(__file__).parent))
from cases import BASE

REPOSITORY = Path(__file__).parents[3]


def huge(operations: int, schemas: int, prefix: str) -> dict[str, Any]:
    """Schemas that refer to each other at random, so that every operation reaches nearly all of them."""
    chance = random.Random(7)  # noqa: S311 - no secret

    def reference() -> dict[str, Any]:
        return {"$ref": f"#/components/schemas/{prefix}{chance.randrange(schemas)}"}

    def member(number: int) -> dict[str, Any]:
        words = f"Member {number}: words about what it means, and about when it is there. " * 3
        shapes: list[dict[str, Any]] = [
            {"type": "array", "items": reference(), "maxItems": 100},
            {"anyOf": [reference(), {"type": "null"}]},
            {"oneOf": [reference() for _ in range(3)]},
            *[{"type": "string", "maxLength": number + 1}] * 5,
        ]
        return {"description": words, **chance.choice(shapes)}

    def json_body() -> dict[str, Any]:
        return {"content": {"application/json": {"schema": reference()}}}

    components = {
        f"{prefix}{number}": {
            "type": "object",
            "required": ["kind"],
            "properties": {"kind": {"const": f"k{number}"}, **{f"m{place}": member(place) for place in range(10)}},
        }
        for number in range(schemas)
    }
    paths = {
        f"/things{number}": {
            "post": {
                "operationId": f"op{number}",
                "requestBody": json_body(),
                "responses": {"200": {"description": "", **json_body()}},
            }
        }
        for number in range(operations)
    }
    info = {"title": "Huge", "version": "1.0.0"}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": components}}


def read(document: dict[str, Any]) -> Document:
    return Document(json.dumps(document).encode())


class TestTheSameDocument:
    @pytest.mark.parametrize("text", [BASE, (REPOSITORY / "openapi.yaml").read_text()], ids=["base.yaml", "openapi.yaml"])
    def test_has_no_changes(self, text):
        assert diff(Document(text.encode()), Document(text.encode())).findings == ()

    def test_has_none_when_all_its_schemas_are_renamed(self):
        text = (REPOSITORY / "openapi.yaml").read_text()
        before, mark, schemas = text.partition("\n  schemas:\n")
        schemas = re.sub(r"^    (?=[A-Z])", "    New", schemas, flags=re.MULTILINE)
        renamed = (before + mark + schemas).replace("'#/components/schemas/", "'#/components/schemas/New")
        assert "schemas/NewUser'" in renamed

        assert diff(Document(text.encode()), Document(renamed.encode())).findings == ()

    def test_has_none_when_it_is_huge_and_renamed_or_one_that_reaches_all(self):
        old, renamed, changed = huge(40, 150, "Old"), huge(40, 150, "New"), huge(40, 150, "Old")
        changed["components"]["schemas"]["Old7"]["properties"]["kind"] = {"const": "another"}

        assert diff(read(old), read(renamed)).findings == ()
        found = diff(read(old), read(changed)).findings
        assert {finding.change.what.split(":")[0] for finding in found} == {"Old7.kind"}
        assert max(len(finding.reaches) for finding in found) > 30


class TestOpenAPI30:
    OLD: ClassVar = {
        "type": "object",
        "properties": {
            "a": {"type": "string", "nullable": True},
            "b": {"type": "number", "minimum": 1, "exclusiveMinimum": True},
        },
    }
    NEW: ClassVar = {
        "type": "object",
        "properties": {"a": {"type": ["string", "null"]}, "b": {"type": "number", "exclusiveMinimum": 1}},
    }

    def document(self, version: str, schema: dict[str, Any]) -> Document:
        body = {"content": {"application/json": {"schema": schema}}}
        operation = {"operationId": "send", "requestBody": body, "responses": {"200": {"description": "", **body}}}
        return read({"openapi": version, "info": {"title": "T", "version": "1.0.0"}, "paths": {"/a": {"post": operation}}})

    def test_the_same_in_3_1_changes_nothing_but_the_version_of_the_language(self):
        findings = diff(self.document("3.0.3", self.OLD), self.document("3.1.0", self.NEW)).findings

        assert [finding.change.what for finding in findings] == ["openapi changed"]

    def test_null_that_is_no_longer_allowed_is_seen(self):
        new = {"type": "object", "properties": {**self.OLD["properties"], "a": {"type": "string"}}}

        findings = diff(self.document("3.0.3", self.OLD), self.document("3.0.3", new)).findings

        assert [str(finding.change.rating) for finding in findings] == ["major", "minor"]
