"""The error responses that a document omits, as an OpenAPI Overlay 1.0: those that the runtime returns for invalid requests.

It adds 4xx responses, and a problem to documented ones whose schema the runtime cannot fill. An operation without any response
gets a `default` too: its success responses would otherwise become undocumented.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from accord.document.document import Document
from accord.document.pointer import Pointer
from accord.jsonschema.equality import canonical_json
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
    """The overlay; its `actions` are empty if the document is complete."""
    api = API.of(document)
    missing = [(operation, list(_missing(operation))) for operation in api.operations]
    common, unusable = _common(api), _unusable(api)
    actions: list[dict[str, Any]] = []
    if (common is None and any(statuses for _, statuses in missing)) or unusable:
        actions.append({"target": "$", "update": {"components": {"schemas": {_NAME: _SCHEMA}}}})
    problem = {PROBLEM: {"schema": {"$ref": f"#/components/schemas/{_NAME}"}}}
    content = common or problem
    actions += [{"target": _path(pointer), "update": {"content": problem}} for pointer in unusable]
    for operation, statuses in missing:
        added = {str(status): {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}
        if added and not operation.node.value.get("responses"):
            added["default"] = {"description": "Any other response; the document does not describe it."}
        if added:
            actions.append({"target": _path(operation.node.pointer), "update": {"responses": added}})
    info = {"title": f"Error responses that {document.name} omits", "version": "1.0.0"}
    return {"overlay": "1.0.0", "info": info, "actions": actions}


def completed(document: Document, added: dict[str, Any]) -> Document:
    """The document with the result of `overlay` applied. Lines are those of the original."""
    data = copy.deepcopy(document.written)
    operations = API.of(document).operations
    places = [operation.node for operation in operations]
    places += [response.node for operation in operations for response in operation.responses.values()]
    by_path = {_path(node.pointer): node.pointer for node in places}
    for action in added["actions"]:
        target = data
        for key in by_path.get(action["target"], ()):
            target = target[key]
        _merge(target, action["update"])
    complete = Document(json.dumps(data, ensure_ascii=False).encode(), document.name)
    complete.lines = document.lines
    return complete


def _missing(operation: Operation) -> Iterator[int]:
    """The error statuses that are not documented, not even by a range or `default`."""
    undocumented = not operation.node.value.get("responses")
    return (status for status in _possible(operation) if undocumented or operation.response(status) is None)


def _unusable(api: API) -> list[Pointer]:
    """Documented error responses whose schema the runtime cannot fill, so that it returns problems instead."""
    formats = ErrorFormats(Problems(api.document), api.operations)
    found: dict[Pointer, None] = {}
    for operation in api.operations:
        for status in _possible(operation):
            response = operation.response(status)
            if response is not None and formats.is_unsupported(response, status) and PROBLEM not in response.content:
                found[response.node.pointer] = None
    return list(found)


def _possible(operation: Operation) -> Iterator[int]:
    """The error statuses that the runtime may return for an invalid request."""
    scopes = any(scopes for alternative in operation.security for _, scopes in alternative)
    reasons = {
        400: bool(operation.bodies),
        401: any(operation.security),
        403: scopes,
        406: bool(operation.accepts),
        413: bool(operation.bodies),
        415: bool(operation.bodies),
        422: True,  # every operation rejects unknown query parameters
    }
    yield from (status for status, possible in reasons.items() if possible)


def _common(api: API) -> dict[str, Any] | None:
    """The content of the documented error responses, if all have the same one and the runtime can fill its schema."""
    found: dict[str, Media] = {}
    for operation in api.operations:
        for response in operation.responses.values():
            if response.is_error:
                found |= {canonical_json([name, media.node.value]): media for name, media in response.content.items()}
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
    """A pointer as a JSONPath (RFC 9535)."""
    return "$" + "".join(f"[{key}]" if isinstance(key, int) else f"[{json.dumps(key)}]" for key in pointer)


def _merge(target: Any, update: Any) -> None:  # noqa: ANN401 - JSON objects
    for key, value in update.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        else:
            target[key] = copy.deepcopy(value)
