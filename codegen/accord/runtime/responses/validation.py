"""Whether real answers are held against the document: `off`, `log`, `sample(p)` or `raise`."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import jsonschema_rs
import msgspec

from accord.document.document import Document
from accord.document.pointer import Pointer
from accord.jsonschema.validator import validator
from accord.openapi.media_type import Media, chosen, kind_of, labels
from accord.openapi.operation import Operation
from accord.openapi.response import Response
from accord.runtime.responses.headers import reader

_SAMPLE = re.compile(r"sample\((0?\.[0-9]+|0|1(?:\.0+)?)\)")


class ContractViolation(Exception):
    """An answer that the document does not allow: a fault of the service, never of the client."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Which share of the answers is looked at, and whether a violation is answered as 500 or only reported."""

    share: float
    strict: bool

    @classmethod
    def of(cls, text: str) -> Policy:
        """`off`, `log` (every answer), `sample(0.01)` (one of a hundred) or `raise`.

        Raises:
            ValueError: something else.
        """
        if (sample := _SAMPLE.fullmatch(text)) is not None:
            return cls(float(sample[1]), strict=False)
        if text not in ("off", "log", "raise"):
            raise ValueError(f"the policy of responses is off, log, sample(p) with p from 0 to 1, or raise, not {text!r}")
        return cls(0.0 if text == "off" else 1.0, strict=text == "raise")


class _Media:
    """One documented media type, compiled. Bytes are held against the bounds of their number, which JSON has no word for."""

    def __init__(self, document: Document, media: Media) -> None:
        judged = media.schema is not None and (media.is_range or media.kind in ("json", "text"))
        self._judge = validator(document, media.schema, "response") if judged and media.schema is not None else None
        schema = media.schema.resolved().value if media.schema is not None else {}
        bounds = schema if isinstance(schema, dict) else {}
        self._least, self._most = bounds.get("minLength", 0), bounds.get("maxLength")

    def fault(self, body: bytes, media_type: str) -> tuple[str, str] | None:
        """The keyword that refuses a body and the place where; None if it is valid."""
        kind = kind_of(media_type)
        if kind in ("json", "text"):
            try:
                charset = labels(media_type).get("charset", "utf-8")
                value = msgspec.json.decode(body) if kind == "json" else body.decode(charset)
            except (ValueError, LookupError):
                return "syntax", ""
            return self._judged(value)
        if len(body) < self._least:
            return "minLength", ""
        return ("maxLength", "") if self._most is not None and len(body) > self._most else None

    def _judged(self, value: Any) -> tuple[str, str] | None:  # noqa: ANN401 - any JSON value
        if self._judge is None or self._judge.is_valid(value):
            return None
        error = next(iter(self._judge.iter_errors(value)))
        place = "/".join(map(str, error.instance_path))
        return str(error.schema_path[-1]) if error.schema_path else "schema", place


class _Answer:
    """One documented answer, compiled."""

    def __init__(self, document: Document, response: Response) -> None:
        self.where = response.node.where
        self.bodies = {name: _Media(document, media) for name, media in response.content.items()}
        self.required = [header.name.lower().encode() for header in response.headers if header.required]
        self.headers: dict[bytes, tuple[Callable[[list[str]], Any], jsonschema_rs.Draft202012Validator]] = {
            header.name.lower().encode(): (reader(header), validator(document, header.schema, "response"))
            for header in response.headers
        }

    def body(self, media_type: str) -> _Media | None:
        """What is documented for a media type."""
        if (exact := self.bodies.get(media_type)) is not None:
            return exact
        name = chosen(self.bodies, media_type)
        return self.bodies[name] if name is not None else None


# Operations share most of their responses, and tests make an application each: a response of a document is compiled once.
_answers: WeakKeyDictionary[Document, dict[Pointer, _Answer]] = WeakKeyDictionary()


def _answer(document: Document, response: Response) -> _Answer:
    known = _answers.setdefault(document, {})
    if response.node.pointer not in known:
        known[response.node.pointer] = _Answer(document, response)
    return known[response.node.pointer]


class Verifier:
    """Holds the answers of one operation against the document: status, headers, media type, body."""

    def __init__(self, document: Document, operation: Operation, policy: Policy) -> None:
        self._document, self._operation, self._share = document, operation, policy.share
        self._id, self._where = operation.id, operation.node.where
        self._seen = False
        self._answers: dict[int, _Answer | None] = {
            status: _answer(document, response) for status, response in operation.responses.items() if isinstance(status, int)
        }

    def due(self) -> bool:
        """Whether to look at this answer: at the first after a start, then by chance, so that no rhythm of faults escapes."""
        if not self._seen:
            self._seen = True
            return True
        return self._share == 1 or random.random() < self._share  # noqa: S311 - nobody gains by guessing

    def _documented(self, status: int) -> _Answer | None:
        """What is documented for a status, also under its range or `default`."""
        if status not in self._answers:
            response = self._operation.response(status)
            self._answers[status] = _answer(self._document, response) if response is not None else None
        return self._answers[status]

    def violation(self, status: int, headers: list[tuple[bytes, bytes]], body: object) -> ContractViolation | None:
        """The first difference between an answer and the document."""
        try:
            self.verify(status, headers, body)
        except ContractViolation as violation:
            return violation
        return None

    def verify(self, status: int, headers: list[tuple[bytes, bytes]], body: object) -> None:
        """Hold an answer against the document. Of a body that is sent in parts, only the media type is judged.

        Raises:
            ContractViolation: the first difference. A 500 that is not documented is none.
        """
        answer = self._documented(status)
        if answer is None:
            if status == 500:  # noqa: PLR2004 - an unexpected fault
                return
            raise ContractViolation(f"{self._id} answered {status}, which is not documented ({self._where})")
        sent: dict[bytes, list[str]] = {}
        for name, value in headers:
            sent.setdefault(name.lower(), []).append(value.decode("latin-1"))
        for name in answer.required:
            if name not in sent:
                raise ContractViolation(f"{self._id} answered {status} without the header {name.decode()} ({answer.where})")
        for name, (read, judge) in answer.headers.items():
            if (lines := sent.get(name)) is not None and not judge.is_valid(read(lines)):
                what = f"{self._id} answered {status} with {name.decode()}: {', '.join(lines)}"
                raise ContractViolation(f"{what} ({answer.where})")
        self._verify_body(answer, status, sent.get(b"content-type"), body)

    def _verify_body(self, answer: _Answer, status: int, media: list[str] | None, body: object) -> None:
        if body is None:
            if answer.bodies:
                raise ContractViolation(f"{self._id} answered {status} without its body ({answer.where})")
            return
        documented = answer.body(media[0]) if media else None
        if documented is None or media is None:
            sent = media[0] if media else None
            raise ContractViolation(f"{self._id} answered {status} with a body of type {sent} ({answer.where})")
        if isinstance(body, bytes) and (fault := documented.fault(body, media[0])) is not None:
            keyword, place = fault
            what = f"{self._id} answered {status} with a body that fails {keyword} at /{place}"
            raise ContractViolation(f"{what} ({answer.where})")
