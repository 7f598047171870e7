"""Every feature of the feature documents: valid requests reach the handler typed, all others are rejected."""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from accord.document.document import Document
from accord.openapi.api import API
from accord.runtime import Empty, Engine, Operation, Service
from tests.codegen.features.case import Case, get
from tests.codegen.features.cases import CASES
from tests.codegen.support.service import Answer, Observer, Recent, raw_call

HERE = Path(__file__).parent
LEGACY = "features30.yaml"


class Done(Empty):
    status = 204


class Running:
    """The engine of one document whose handlers remember what they received, and answer what the case says."""

    def __init__(self, name: str) -> None:
        described = API.of(Document.load(HERE / name))
        self.received: list[dict[str, Any]] = []
        self.answer: Any = None
        self.observer = Observer()

        async def handler(call: object, **arguments: Any) -> Any:
            self.received.append({**({"principal": call} if call is not None else {}), **arguments})
            if self.answer is None:
                return Done()
            return self.answer(**arguments) if callable(self.answer) else self.answer

        self.engine = Engine(
            described,
            {operation.id: Operation(handler) for operation in described.operations},
            Service(
                schemes={name: Recent("reader", "writer", "reader:secret") for name in _schemes(described.document)},
                call=lambda exchange: exchange.principal,
                observer=self.observer,
                responses="raise",
            ),
        )

    def run(self, case: Case) -> Answer:
        """What is answered to the request of a case."""
        self.received.clear()
        self.observer.errors.clear()
        self.answer = case.answer
        headers = [(k.lower().encode(), v.encode("utf-8")) for k, v in (*case.sent.items(), *case.repeated)]
        body = case.body or b""
        if case.body is not None:
            headers.append((b"content-length", b"%d" % len(body)))
        url = quote(case.url, safe="/%?=&,;:+$!*'()@~.[]|-_{}\"")
        return raw_call(self.engine.serve, case.method, url, headers, [body])


def _schemes(document: Document) -> dict[str, Any]:
    found: dict[str, Any] = document.data.get("components", {}).get("securitySchemes", {})
    return found


@functools.cache
def service(name: str) -> Running:
    return Running(name)


def exact(value: Any) -> Any:
    """A value with the types of all its parts, because 1, 1.0 and True are equal."""
    if isinstance(value, dict):
        return {name: exact(item) for name, item in value.items()}
    if isinstance(value, list):
        return [exact(item) for item in value]
    return type(value).__name__, value


@pytest.mark.parametrize(("document", "case"), CASES, ids=[case.name for _, case in CASES])
def test_a_request(document: str, case: Case):
    running = service(document)

    answer = running.run(case)

    assert answer.status == case.status, answer.body
    if case.violation:
        assert case.violation in " ".join(map(str, running.observer.errors))
        return
    assert running.observer.errors == []
    if case.status == 422 and case.faults:
        found = [f"{fault['in']}{fault['pointer']} {fault['code']}" for fault in answer.json()["errors"]]
        assert sorted(found) == sorted(case.faults)
    if case.arguments is not None:
        [received] = running.received
        assert exact({k: v for k, v in received.items() if v is not None}) == exact(case.arguments)
    elif not case.accepted and case.answer is None:
        assert running.received == []
    for name, value in case.headers.items():
        assert answer.headers.get(name.lower()) == value
    if case.answered is not None:
        assert answer.body == case.answered


def test_head_is_get_without_a_body():
    """Of every case."""
    for document, case in CASES:
        if case.method == "GET":
            running = service(document)

            get, head = running.run(case), running.run(replace(case, method="HEAD"))

            assert (head.status, head.body) == (get.status, b""), case.name
            assert {**head.headers, "x-request-id": ""} == {**get.headers, "x-request-id": ""}, case.name


def test_options_lists_the_methods_only():
    """Of the path of every case, whatever else is wrong with the request."""
    for document, case in CASES:
        running = service(document)
        status = running.run(case).status

        options = running.run(replace(case, method="OPTIONS", answer=None))

        assert options.status == (404 if status == 404 and case.answer is None else 204), case.name
        documented = running.received != []  # by an operation of its own
        if status not in (404, 405) and not documented:
            assert case.method in options.headers["allow"].split(", "), case.name


def test_a_rejection_has_the_format_that_its_response_declares():
    running = service("features.yaml")

    answer = running.run(get("response/x-accord-error-template", "/v1/answers/declared?page=x&size=1"))

    assert answer.json() == {
        "failure": {
            "nr": 422,
            "slug": "unprocessable_content",
            "what": "Unprocessable content: The request does not satisfy the contract.",
            "call": answer.headers["x-request-id"],
        },
        "wrong": [
            {"where": "query.size", "rule": "unknown", "hint": "is not a known parameter"},
            {"where": "query.page", "rule": "type", "hint": "must be an integer"},
        ],
    }
