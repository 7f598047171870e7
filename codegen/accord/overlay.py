"""The rejections that a document omits, as an overlay (OpenAPI Overlay 1.0): what the engine answers and nobody documented.

Only 4xx responses are added, a problem where a documented one has a format that nobody can fill, and a `default` where an
operation documents no responses at all: or its successes, of which it says nothing, would be undocumented from then on.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from accord.document.document import Document
from accord.document.pointer import Pointer
from accord.jsonschema.sampling import NoValue, Sampler
from accord.openapi.api import API
from accord.openapi.media_type import Media
from accord.openapi.operation import Operation
from accord.problems.error_formats import ErrorFormats
from accord.problems.problem import Problems

PROBLEM = "application/problem+json"
_NAME = "AddedProblem"
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "An error (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}


def overlay(document: Document) -> dict[str, Any]:
    """The overlay; its `actions` are empty if the document omits nothing."""
    description = API.of(document)
    missing = [(operation, list(_missing(operation))) for operation in description.operations]
    common, unwritten = _common(description), _unwritten(description)
    actions: list[dict[str, Any]] = []
    if (common is None and any(statuses for _, statuses in missing)) or unwritten:
        actions.append({"target": "$", "update": {"components": {"schemas": {_NAME: _SCHEMA}}}})
    problem = {PROBLEM: {"schema": {"$ref": f"#/components/schemas/{_NAME}"}}}
    content = common or problem
    actions += [{"target": _path(pointer), "update": {"content": problem}} for pointer in unwritten]
    for operation, statuses in missing:
        added = {str(status): {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}
        if added and not operation.node.value.get("responses"):
            added["default"] = {"description": "Anything else: the document says nothing of it."}
        if added:
            actions.append({"target": _path(operation.node.pointer), "update": {"responses": added}})
    info = {"title": f"Rejections that {document.name} omits", "version": "1.0.0"}
    return {"overlay": "1.0.0", "info": info, "actions": actions}


def completed(document: Document, found: dict[str, Any]) -> Document:
    """The document with an overlay of `overlay` applied, as JSON; what it held before keeps its lines."""
    data = copy.deepcopy(document.written)
    operations = API.of(document).operations
    places = [operation.node for operation in operations]
    places += [response.node for operation in operations for response in operation.responses.values()]
    by_path = {_path(node.pointer): node.pointer for node in places}
    for action in found["actions"]:
        target = data
        for key in by_path.get(action["target"], ()):
            target = target[key]
        _merge(target, action["update"])
    made = Document(json.dumps(data, ensure_ascii=False).encode(), document.name)
    made.lines = document.lines
    return made


def _missing(operation: Operation) -> Iterator[int]:
    """The rejections of the gate that neither a status nor a range nor the default documents."""
    silent = not operation.node.value.get("responses")
    return (status for status in _answered(operation) if silent or operation.response(status) is None)


def _unwritten(description: API) -> list[Pointer]:
    """Documented rejections whose format nobody can fill, so that problems are answered instead."""
    formats = ErrorFormats(description.document, Problems(description.document), description.operations)
    found: dict[Pointer, None] = {}
    for operation in description.operations:
        for status in _answered(operation):
            response = operation.response(status)
            if response is not None and formats.is_unsupported(response, status) and PROBLEM not in response.content:
                found[response.node.pointer] = None
    return list(found)


def _answered(operation: Operation) -> Iterator[int]:
    """The rejections of the gate."""
    scopes = any(scopes for alternative in operation.security for _, scopes in alternative)
    reasons = {
        400: bool(operation.bodies),
        401: any(operation.security),
        403: scopes,
        406: bool(operation.accepts),
        413: bool(operation.bodies),
        415: bool(operation.bodies),
        422: True,  # at least an unknown name in the query
    }
    yield from (status for status, answered in reasons.items() if answered)


def _common(description: API) -> dict[str, Any] | None:
    """The content of the errors that the document has, if they all have the same, and it can be written."""
    found: dict[str, Media] = {}
    for operation in description.operations:
        for response in operation.responses.values():
            if response.is_error:
                found |= {
                    json.dumps([name, media.node.value], sort_keys=True): media for name, media in response.content.items()
                }
    if len(found) != 1:
        return None
    [media] = found.values()
    if media.schema is not None:
        try:
            Sampler("response").value(media.schema)
        except NoValue:
            return None
    return {media.name: {key: value for key, value in media.node.value.items() if key == "schema"}}


def _path(pointer: Pointer) -> str:
    """The place as a JSONPath (RFC 9535)."""
    return "$" + "".join(f"[{key}]" if isinstance(key, int) else f"[{json.dumps(key)}]" for key in pointer)


def _merge(target: Any, update: Any) -> None:  # noqa: ANN401 - JSON objects
    for key, value in update.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        else:
            target[key] = copy.deepcopy(value)
