"""Checks again what Schemathesis reports as wrong.

`python -m tests.bench.toolkit.public_documents.second_opinion SERVED EVENTS`

Schemathesis has its own idea of a schema: it takes a `discriminator` for a rule, and what it has changed for wrong, which
may still be right. Where all that it says is about a body, the independent validator of
`accord.fidelity.reference_validator` decides; a form is
judged by what can be seen on the wire, where an object for a text is a text. It also writes control characters into the headers
of parts.

Prints what is left as JSON.
"""
# ruff: noqa: T201 - its output is what it is for

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from accord.document.deep_stack import on_deep_stack
from accord.document.document import Document, Node
from accord.fidelity.reference_validator import CYCLES, ReferenceValidator
from accord.jsonschema.read_write_only import Direction
from accord.jsonschema.schema import value_schema
from accord.jsonschema.types import types_of
from accord.openapi.api import API
from accord.openapi.media_type import Media, content_type, essence
from accord.openapi.operation import Operation

ACCEPTED, REFUSED, DISCRIMINATOR = "ST201", "ST202", "ST111"  # wrong, and accepted; right, and refused; with an unknown tag


def main(served: Path, events: Path) -> None:
    """`failures`, a line for each kind; `misjudged`, how many operations are blamed in vain."""
    document = Document.load(served, ())
    operations = {f"{one.method.upper()} {one.path}": one for one in API.of(document).operations}
    judges = Judges(document)
    standing: dict[tuple[str, int], set[str]] = {}
    cleared: set[str] = set()
    for label, case, sent, failures in _failing(events):
        for failure in failures:
            if (operation := operations.get(label)) is not None and judges.clear(failure["code"], case, sent, operation):
                cleared.add(label)
            else:
                standing.setdefault((failure["title"], sent["response"]["status_code"]), set()).add(label)
    kinds = standing.items()
    told = [f"{title} ({status}): {len(found)} operations, as {min(found)}" for (title, status), found in kinds]
    print(json.dumps({"failures": told, "misjudged": len(cleared - set().union(*standing.values()))}))


def _failing(events: Path) -> Iterator[tuple[str, Any, Any, list[Any]]]:
    """Of every case with failures: the operation, the case, what was sent and answered, and the failures."""
    with events.open() as lines:
        for line in lines:
            if '"failure_info"' not in line or not (finished := json.loads(line).get("ScenarioFinished")):
                continue
            recorder = finished["recorder"]
            for name, checks in recorder["checks"].items():
                found = [check["failure_info"]["failure"] for check in checks if check.get("failure_info")]
                if found and (sent := recorder["interactions"].get(name)):
                    yield recorder["label"], recorder["cases"][name]["value"], sent, found


class Judges:
    """The independent validator, asked about what was sent and answered."""

    def __init__(self, document: Document) -> None:
        self._references: dict[Direction, ReferenceValidator] = {
            one: ReferenceValidator(document, one) for one in ("request", "response")
        }

    def clear(self, code: str, case: Any, sent: Any, operation: Operation) -> bool:
        """Whether the engine was right."""
        components = (case.get("meta") or {}).get("components", {})
        wrong = {name for name, component in components.items() if component["mode"] == "negative"}
        status = sent["response"]["status_code"]
        if code == DISCRIMINATOR and (response := operation.response(status)) is not None:
            return (
                self._accepts(response.content, sent["response"]["headers"], sent["response"].get("content"), "response")
                is True
            )
        if code == ACCEPTED and wrong == {"body"}:
            return self._accepts(operation.bodies, sent["request"]["headers"], sent["request"].get("body"), "request") is True
        if code == REFUSED and status == HTTPStatus.UNPROCESSABLE_ENTITY:
            return self._accepts(operation.bodies, sent["request"]["headers"], sent["request"].get("body"), "request") is False
        return code == REFUSED and status == HTTPStatus.BAD_REQUEST and _has_malformed_part(sent["request"])

    def _accepts(self, content: dict[str, Media], headers: Any, body: Any, direction: Direction) -> bool | None:
        """What it says of a body; None where nobody can say, and where JSON Schema leaves it open."""
        kind = content_type(next((values[0] for name, values in headers.items() if name.lower() == "content-type"), ""))
        media = content.get(kind.essence) if kind is not None else None
        if media is None or media.schema is None:
            return None
        CYCLES.clear()
        try:
            value = _value(media, media.schema, kind.parameters if kind is not None else {}, _decoded(body))
            accepted: bool = self._references[direction].of(media.schema).is_valid(value)
        except (KeyError, TypeError, ValueError):
            return None
        return None if CYCLES else accepted


def _value(media: Media, schema: Node, parameters: Mapping[str, str], raw: bytes) -> Any:
    """What is written, as plainly as it can be read: on the wire, the members of forms are texts.

    Raises:
        ValueError: there is no value.
    """
    if media.kind == "json":
        return json.loads(raw)
    found: dict[str, list[str]] = {}
    if essence(media.name) == "application/x-www-form-urlencoded":
        found = parse_qs(raw.decode(), keep_blank_values=True)
    elif media.name.startswith("multipart/"):
        for part in raw.split(b"--" + parameters["boundary"].encode())[1:-1]:
            head, _, content = part.partition(b"\r\n\r\n")
            name = re.search(rb'[; ]name="([^"]*)"', head)
            found.setdefault(name[1].decode() if name else "", []).append(content[:-2].decode("latin-1"))
    else:
        raise ValueError(media.name)
    return {name: _member(value_schema(schema, name), texts) for name, texts in found.items()}


def _member(schema: Node, texts: list[str]) -> Any:
    types = types_of(schema)
    if len(texts) > 1 or types == {"array"}:
        return [_member(value_schema(schema, 0), [text]) for text in texts]
    try:
        return texts[0] if "string" in types else json.loads(texts[0])
    except ValueError:
        return texts[0]


def _has_malformed_part(request: Any) -> bool:
    """Control characters in the header of a part, which nobody may write (RFC 5322, 4)."""
    sent = next((values[0] for name, values in request["headers"].items() if name.lower() == "content-type"), "")
    parts = _decoded(request.get("body")).split(b"\r\n--") if sent.startswith("multipart/") else []
    return any(re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", part.partition(b"\r\n\r\n")[0]) for part in parts)


def _decoded(body: Any) -> bytes:
    return base64.b64decode(body["$base64"]) if body else b""


if __name__ == "__main__":
    on_deep_stack(lambda: main(Path(sys.argv[1]), Path(sys.argv[2])))
