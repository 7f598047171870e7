"""Whether real answers are held against the document: `off`, `log` or `raise`."""

from __future__ import annotations

from typing import Any, Literal
from weakref import WeakKeyDictionary

import jsonschema_rs
import msgspec

from app.engine.description import Operation, Response
from app.engine.document import Document
from app.engine.judge import validator
from app.engine.lexis import scalar, types_of
from app.engine.text import Pointer

Policy = Literal["off", "log", "raise"]


class ContractViolation(Exception):
    """An answer that the document does not allow: a fault of the service, never of the client."""


class _Answer:
    """One documented answer, compiled."""

    def __init__(self, document: Document, response: Response) -> None:
        self.where = response.node.where
        self.bodies = {name: validator(document, media.schema or {}, "response") for name, media in response.content.items()}
        self.required = {header.name.lower() for header in response.headers if header.required}
        self.headers: dict[str, tuple[Any, jsonschema_rs.Draft202012Validator]] = {
            header.name.lower(): (scalar(types_of(header.schema)), validator(document, header.schema, "response"))
            for header in response.headers
        }


# Operations share most of their responses, and tests make an application each: a response of a document is compiled once.
_answers: WeakKeyDictionary[Document, dict[Pointer, _Answer]] = WeakKeyDictionary()


def _answer(document: Document, response: Response) -> _Answer:
    known = _answers.setdefault(document, {})
    if response.node.pointer not in known:
        known[response.node.pointer] = _Answer(document, response)
    return known[response.node.pointer]


class Verifier:
    """Holds the answers of one operation against the document: status, headers, media type, body."""

    def __init__(self, document: Document, operation: Operation) -> None:
        self._id = operation.id
        self._where = operation.node.where
        self._answers = {status: _answer(document, response) for status, response in operation.responses.items()}

    def verify(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes | None) -> None:
        """Raises `ContractViolation` with the first difference. A 500 is never documented and passes."""
        if status == 500:  # noqa: PLR2004
            return
        answer = self._answers.get(status)
        if answer is None:
            raise ContractViolation(f"{self._id} answered {status}, which is not documented ({self._where})")
        sent = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}
        for name in sorted(answer.required - sent.keys()):
            raise ContractViolation(f"{self._id} answered {status} without the header {name} ({answer.where})")
        for name, (read, judge) in answer.headers.items():
            if name in sent and not judge.is_valid(read(sent[name])):
                raise ContractViolation(f"{self._id} answered {status} with {name}: {sent[name]} ({answer.where})")
        self._verify_body(answer, status, sent.get("content-type"), body)

    def _verify_body(self, answer: _Answer, status: int, media: str | None, body: bytes | None) -> None:
        if body is None:
            if answer.bodies:
                raise ContractViolation(f"{self._id} answered {status} without its body ({answer.where})")
            return
        judge = answer.bodies.get(media or "")
        if judge is None:
            raise ContractViolation(f"{self._id} answered {status} with a body of type {media} ({answer.where})")
        for error in judge.iter_errors(msgspec.json.decode(body)):
            place = "/".join(map(str, error.instance_path))
            keyword = error.schema_path[-1] if error.schema_path else "schema"
            raise ContractViolation(
                f"{self._id} answered {status} with a body that fails {keyword} at /{place} ({answer.where})"
            )
