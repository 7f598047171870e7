"""Validates a document against OpenAPI: findings with lines, and the readings that would adopt them."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import jsonschema_rs

from accord.document.adoption.readings import Word
from accord.document.document import Document, DocumentError, Node
from accord.document.findings import Finding
from accord.document.pointer import FILES, Key, Pointer, mappings, value_at
from accord.document.references import METHODS
from accord.openapi.keywords.objects import SCHEMA
from accord.openapi.keywords.suggestions import explained, objects, suggested
from accord.validate.faults import Fault, located
from accord.validate.metaschema import allowed, misshapen
from accord.validate.semantics import meaning

VERSIONS = {"3.0": "3.0", "3.1": "3.1", "3.2": "3.1"}  # the schema for each version: of 3.2, what equals 3.1 is supported

# What OpenAPI 3.2 adds as documentation. Everything else that is new there is rejected by name.
_DOCUMENTATION = {
    "document": {"$self"},
    "tag": {"summary", "parent", "kind"},
    "server": {"name"},
    "response": {"summary"},
    "example": {"dataValue", "serializedValue"},
}


def validity(document: Document) -> list[str]:
    """Every fault as `openapi.yaml:LINE: what is wrong: how to correct it`, by line; empty for valid OpenAPI 3.0 or 3.1."""
    return [str(finding) for finding in invalid(document)]


def invalid(document: Document) -> list[Finding]:
    """The same, with their places and the readings that would adopt them.

    A document of OpenAPI 3.2 is validated as 3.1, so what is new in 3.2 is a fault. If references cannot be resolved, only they
    are reported.
    """
    if "swagger" in document.data and "openapi" not in document.data:
        where = document.where(("swagger",))
        return [Finding(where, "Swagger 2.0 is not read: convert the document to OpenAPI 3, for example with swagger2openapi")]
    if document.version not in VERSIONS:
        where = document.where(("openapi",))
        return [Finding(where, "`openapi` names no known version: write 3.1.1, or 3.0.4 for an older document")]
    if dangling := list(_dangling(document)):
        return dangling
    found: dict[tuple[Pointer, str], Finding] = {}
    # Schemas of OpenAPI 3.0 are not JSON Schema 2020-12, and its own schema describes them.
    of_schemas = misshapen(document) if document.version != "3.0" else ()
    placed = ((_written(document, fault.pointer), fault) for fault in (*_structure(document), *of_schemas))
    faults = [fault._replace(pointer=pointer) for pointer, fault in placed if pointer is not None]
    around = {fault.pointer[:end] for fault in faults for end in range(len(fault.pointer))}
    for fault in faults:
        if fault.kind == "unknown" and fault.pointer in around:
            continue  # the fault is inside it
        if (known := _known(document, fault)) is not None:
            found.setdefault((known.pointer, known.message), _finding(document, known))
    for node, text, own in meaning(document):
        found.setdefault((node.pointer, text), suggested(document, node.pointer, text, own))
    kept = document.adopted.kept
    findings = [finding for finding in found.values() if document.adopted.origin(finding.pointer or ()) not in kept]
    return sorted(findings, key=lambda finding: by_line(document, finding))


def by_line(document: Document, finding: Finding) -> tuple[bool, str, int, str]:
    """The document's own faults first, each file's by line."""
    file, _, line = finding.where.rpartition(":")
    return file != document.name, file, int(line) if line.isdecimal() else 1, finding.text


def _dangling(document: Document) -> Iterator[Finding]:
    """References that cannot be resolved, on which the validators would crash. Those in examples are ignored."""
    for pointer, mapping in mappings(document.data):
        if isinstance(mapping.get("$ref"), str):
            try:
                Node(document, pointer, mapping).resolved()
            except DocumentError as error:
                yield from explained(document, error)


def _structure(document: Document) -> Iterator[Fault]:
    data = _inlined(document, document.whole)
    if document.version == "3.2":
        data = {**data, "openapi": "3.1.1"}
    for error in _validator(VERSIONS[document.version]).iter_errors(data):
        yield from located(error)


@functools.cache
def _validator(version: str) -> jsonschema_rs.Validator:
    """The validator of OpenAPI's own schema. Its file is read without the package, whose import takes a second and 30 MB."""
    file = f"openapi_spec_validator/resources/schemas/v{version}/schema.json"
    schema = json.loads(Path(str(metadata.distribution("openapi-spec-validator").locate_file(file))).read_bytes())
    return jsonschema_rs.validator_cls_for(schema)(_without_regex(schema))


def _without_regex(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A schema without `format: regex`, because the engine supports more of ECMA-262 than the validator."""
    if isinstance(value, list):
        return [_without_regex(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _without_regex(item) for key, item in value.items() if (key, item) != ("format", "regex")}


def _inlined(document: Document, value: Any, key: Key = "", within: frozenset[str] = frozenset()) -> Any:  # noqa: ANN401 - any JSON value
    """The value with references to other files replaced by their targets, so that these are validated; schemas are left.

    A reference back to something that contains it (`within`) is left too. Operations and servers must not be references in
    OpenAPI, so theirs are replaced wherever they lead.
    """
    if isinstance(value, list):
        return [_inlined(document, item, key if key == "servers" else "", within) for item in value]
    if not isinstance(value, dict) or key in ("schema", "schemas", FILES):
        return value
    node = Node(document, (), value)
    replaced = str(node.reference).startswith(f"#/{FILES}/") or key in (*METHODS, "servers")
    if node.reference is not None and replaced and node.reference not in within:
        target = value_at(document.whole, document.at(node.reference, node).pointer)
        return _inlined(document, target, "", within | {node.reference})
    return {key: _inlined(document, item, key, within) for key, item in value.items()}


def _known(document: Document, fault: Fault) -> Fault | None:
    """What is reported of a fault; None for what OpenAPI 3.2 allows."""
    if document.version != "3.2":
        return fault
    kinds, pointer = objects(document), fault.pointer
    if fault.kind == "unknown":
        kind = "example" if pointer[-3:-2] == ("examples",) else kinds.get(pointer[:-1], "")
        if pointer[-1] in _DOCUMENTATION.get(kind, ()):
            return None
        message = f"{pointer[-1]!r} is not supported (OpenAPI 3.2 is taken where it equals 3.1)"
        return fault._replace(kind="unsupported", message=message)
    return None if (fault.kind, fault.name, kinds.get(pointer)) == ("required", "description", "response") else fault


def _finding(document: Document, fault: Fault) -> Finding:
    pointer = fault.pointer
    own: list[tuple[Word, Pointer]] = [("keep", pointer)] if fault.kind == "propertyNames" else []
    if document.version == "3.0" and pointer:
        # What OpenAPI 3.1 allows in a schema may be kept.
        for end in range(len(pointer) - 1, 0, -1):
            if objects(document).get(pointer[:end]) == "schema":
                keyword = str(pointer[end])
                value = Node(document, pointer[:end], value_at(document.whole, pointer[:end])).value.get(keyword)
                if keyword in SCHEMA and allowed(keyword, value):
                    own.append(("keep", pointer))
                break
    return suggested(document, pointer, str(fault), tuple(own), missing=fault.name, mistyped=fault.kind == "type")


def _written(document: Document, pointer: Pointer) -> Pointer | None:
    """The place where a fault is written: the path to it may lead through `$ref`s, and statuses may look like numbers.

    None if it is beside a `$ref`, where OpenAPI 3.0 ignores it; keyword coverage reports that.
    """
    node = document.root
    for part in pointer:
        node = node if part == "$ref" else node.resolved()
        keys: tuple[Key, ...] = (part, str(part))
        if isinstance(node.value, dict):
            key = next((key for key in keys if key in node.value), None)
        else:
            key = part if isinstance(node.value, list) and isinstance(part, int) and part < len(node.value) else None
        if key is None:
            break
        node = node.raw_child(key)
    return node.pointer if document.adopted.origin(node.pointer) in document.lines else node.resolved().pointer
