"""The suite as data: edits of `base.yaml`, and pairs of schemas, with their ratings."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support import yaml

FOLDER = Path(__file__).parent
BASE = (FOLDER / "base.yaml").read_text(encoding="utf-8")

# What the schemas of `schemas.yaml` refer to.
COMPONENTS: dict[str, Any] = {
    "A": {"type": "object", "required": ["a"], "properties": {"t": {"type": "string"}, "a": {"type": "string"}}},
    "B": {"type": "object", "required": ["b"], "properties": {"t": {"type": "string"}, "b": {"type": "integer"}}},
    "Renamed": {"type": "object", "required": ["b"], "properties": {"t": {"type": "string"}, "b": {"type": "integer"}}},
    **{
        name: {"type": "object", "required": ["t"], "properties": {"t": {"const": "c"}, "c": {"type": "string"}}}
        for name in ("Constant", "RenamedConstant")
    },
    **{
        name: {
            "type": "object",
            "properties": {
                "value": {"type": "string", "maxLength": length},
                "children": {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}},
            },
        }
        for name, length in (("Tree", 9), ("SameTree", 9), ("NarrowTree", 8))
    },
}


@dataclass(frozen=True)
class Edit:
    """An edit of the base document; `place` is the side and the line of one of its findings, if the case says so."""

    name: str
    text: str
    rating: str
    same: bool
    place: tuple[bool, int] | None
    extension: bool


@dataclass(frozen=True)
class Change:
    """A schema before and after; the rating where clients send it and where they receive it."""

    name: str
    old: Any
    new: Any
    request: str
    response: str


def edits() -> list[Edit]:
    return [_edit(case) for case in yaml.load((FOLDER / "edits.yaml").read_text(encoding="utf-8"))]


def _edit(case: dict[str, Any]) -> Edit:
    text = BASE
    for old, new in [*case.get("swap", []), *([(case["old"], case["new"])] if "old" in case else [])]:
        assert old in text, f"{case['name']}: not in base.yaml: {old}"
        text = text.replace(old, new) if "swap" in case else text.replace(old, new, 1)
    assert text != BASE, case["name"]
    place = None
    if "line" in case:
        removed = case.get("removed", False)
        lines = [number for number, line in enumerate((BASE if removed else text).splitlines(), 1) if case["line"] in line]
        nth = case.get("nth", 1)
        assert len(lines) >= nth, f"{case['name']}: no line {case['line']!r}"
        place = (removed, lines[nth - 1])
    return Edit(case["name"], text, case["rating"], case.get("same", False), place, case.get("extension", False))


def changes() -> list[Change]:
    """Those of `schemas.yaml`, each forwards and backwards."""
    found = []
    for case in yaml.load((FOLDER / "schemas.yaml").read_text(encoding="utf-8")):
        name, old, new = str(case["name"]), case["old"], case["new"]
        request, response = case.get("back", [case["response"], case["request"]])
        found += [
            Change(name, old, new, case["request"], case["response"]),
            Change(f"{name}, back", new, old, request, response),
        ]
    return found


def document(schemas: dict[str, tuple[str, Any]]) -> str:
    """An OpenAPI document with a path for each schema, where it is sent (`request`) or received (`response`)."""
    paths: dict[str, Any] = {}
    for path, (direction, schema) in schemas.items():
        body = {"content": {"application/json": {"schema": schema}}}
        answer: dict[str, Any] = {"description": "Done."}
        operation = {"post": {"operationId": path.strip("/"), "responses": {"200": answer}}}
        if direction == "request":
            operation["post"]["requestBody"] = {"required": True, **body}
        else:
            answer.update(body)
        paths[path] = operation
    info = {"title": "Schemas", "version": "1.0.0"}
    return json.dumps(
        {"openapi": "3.1.1", "info": info, "servers": [{"url": "/"}], "paths": paths, "components": {"schemas": COMPONENTS}}
    )
