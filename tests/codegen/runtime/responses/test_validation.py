"""Response validation: every difference from the document is found, and handled by the policy."""

from __future__ import annotations

from typing import Any

import pytest

from accord.runtime.responses.types import Answer, Body
from accord.runtime.responses.validation import Policy
from tests.codegen.support.service import Observer, answering, raw_call

DOCUMENTED = """
        '200':
          description: Y
          headers:
            X-Count: {required: true, schema: {type: integer}}
            X-List: {schema: {type: array, items: {enum: [a, b]}}}
            Content-Type: {required: true, schema: {const: a/b}}  # which OpenAPI ignores
          content:
            application/json: {schema: {type: object, required: [id], properties: {id: {type: integer}}}}
            application/json;version=2: {schema: {type: integer}}
            text/csv: {schema: {type: string, pattern: '^id'}}
            image/*: {schema: {type: string, format: binary, minLength: 2, maxLength: 4}}
            application/x-any: {}
        '204': {description: Nothing.}
        5XX: {description: Out., content: {application/json: {schema: {type: string}}}}
        default: {description: Else., headers: {X-Why: {required: true, schema: {type: string}}}}"""


class OK(Body[Any]):
    status = 200


Sent = tuple[int, list[tuple[bytes, bytes]], bytes | None]


def good() -> Sent:
    return 200, [(b"x-count", b"1"), (b"content-type", b"application/json")], b'{"id":1}'


def of(media: bytes, body: bytes) -> Sent:
    return 200, [(b"x-count", b"1"), (b"content-type", media)], body


HONEST: dict[str, Sent] = {
    "json": good(),
    "json with a charset": of(b"application/json;charset=utf-8", b'{"id":1}'),
    "another version": of(b"application/json;version=2", b"7"),
    "text": of(b"text/csv; charset=utf-8", b"id\n"),
    "text in latin-1": of(b"text/csv; charset=iso-8859-1", b"id\xfc"),
    "bytes of a range": of(b"image/png", b"\xff\x00"),
    "bytes without a schema": of(b"application/x-any", b""),
    "a list": (200, [*good()[1], (b"x-list", b"a, b"), (b"x-list", b"a")], b'{"id":1}'),
    "no body": (204, [], None),
    "a status of a range": (503, [(b"content-type", b"application/json")], b'"out"'),
    "any other status": (302, [(b"x-why", b"because")], None),
}

# What is done to an answer, and what is said of it.
MUTANTS: dict[str, tuple[Sent, str]] = {
    "a status of another response": ((204, *good()[1:]), "returned 204 with a body of type application/json"),
    "a status of default": ((201, *good()[1:]), "returned 201 without the header x-why"),
    "a status of a range": ((500, *good()[1:]), "returned 500 with a body that fails type at /"),
    "no header": ((200, good()[1][1:], good()[2]), "returned 200 without the header x-count"),
    "a wrong header": ((200, [(b"x-count", b"one"), good()[1][1]], good()[2]), "returned 200 with x-count: one"),
    "a header twice": ((200, [(b"x-count", b"1"), *good()[1]], good()[2]), "returned 200 with x-count: 1, 1"),
    "a wrong item of a list": ((200, [*good()[1], (b"x-list", b"a,c")], good()[2]), "returned 200 with x-list: a,c"),
    "no media type": ((200, good()[1][:1], good()[2]), "returned 200 with a body of type None"),
    "another media type": (of(b"application/xml", b"<a/>"), "returned 200 with a body of type application/xml"),
    "another version": (of(b"application/json;version=3", b"7"), "returned 200 with a body that fails type at /"),
    "a range": (of(b"audio/ogg", b"ab"), "returned 200 with a body of type audio/ogg"),
    "no body": ((200, good()[1], None), "returned 200 without its body"),
    "a body where none is": (
        (302, [(b"x-why", b"because"), good()[1][1]], b"{}"),
        "returned 302 with a body of type application/json",
    ),
    "a wrong member": (of(b"application/json", b'{"id":"a"}'), "returned 200 with a body that fails type at /id"),
    "no member": (of(b"application/json", b"{}"), "returned 200 with a body that fails required at /"),
    "another version's body": (of(b"application/json;version=2", b'{"id":1}'), "returned 200 with a body that fails type at /"),
    "no JSON": (of(b"application/json", b"{"), "returned 200 with a body that fails syntax at /"),
    "a wrong text": (of(b"text/csv", b"name"), "returned 200 with a body that fails pattern at /"),
    "a text of no charset": (of(b"text/csv;charset=x-unheard", b"id"), "returned 200 with a body that fails syntax at /"),
    "a text that is no UTF-8": (of(b"text/csv", b"id\xff"), "returned 200 with a body that fails syntax at /"),
    "few bytes": (of(b"image/png", b"a"), "returned 200 with a body that fails minLength at /"),
    "many bytes": (of(b"image/png", b"abcde"), "returned 200 with a body that fails maxLength at /"),
}


def asked(sent: Sent, policy: str, observer: Observer, documented: str = DOCUMENTED) -> int:
    """The status that a client sees of an answer that leaves the operation so."""
    engine = answering(documented, lambda **_: OK(1), observer=observer, responses=policy)
    return ask(engine, sent)


def ask(engine: Any, sent: Sent) -> int:
    (operation,) = engine.operations
    status, headers, body = sent
    kind = type("Sent", (Answer,), {"status": status})

    async def handler(_: object, **__: Any) -> Answer:
        return kind()

    operation.handler, operation.encoder.encode = handler, lambda *_: (status, [*headers], body)
    answer = raw_call(engine.serve, "GET", "/p")
    return answer.status


class TestRaise:
    @pytest.mark.parametrize("name", HONEST)
    def test_lets_an_honest_answer_through(self, name):
        observer = Observer()

        assert asked(HONEST[name], "raise", observer) == HONEST[name][0]
        assert observer.errors == []

    @pytest.mark.parametrize("name", MUTANTS)
    def test_finds_the_difference(self, name):
        sent, text = MUTANTS[name]
        observer = Observer()

        assert asked(sent, "raise", observer) == 500
        (error,) = observer.errors
        assert str(error).startswith(f"ask {text}")
        assert str(error).endswith(")")

    def test_finds_a_status_that_is_not_documented(self):
        observer = Observer()

        assert asked((201, [], None), "raise", observer, "{'200': {description: Y}}") == 500
        assert str(observer.errors[0]).startswith("ask returned 201, which is not documented (openapi.yaml:")

    def test_sends_a_rejection_that_is_not_documented_and_reports_it(self):
        observer = Observer()
        engine = answering("{'200': {description: Y}}", OK(1), observer=observer)

        answer = raw_call(engine.serve, "GET", "/p?unknown=1")

        assert answer.status == 422
        assert str(observer.errors[0]).startswith("ask returned 422, which is not documented (openapi.yaml:")

    def test_without_an_observer_faults_are_logged(self, caplog):
        engine = answering(DOCUMENTED, ZeroDivisionError("of mine"))

        answer = raw_call(engine.serve, "GET", "/p")

        [record] = caplog.records
        assert (record.name, answer.status) == ("accord", 500)
        assert answer.headers["x-request-id"] in record.getMessage()
        assert "ZeroDivisionError: of mine" in caplog.text

    def test_lets_a_fault_be_a_500(self):
        observer = Observer()

        assert asked((500, [], b"{}"), "raise", observer, "{'200': {description: Y}}") == 500
        assert observer.errors == []


class TestLog:
    @pytest.mark.parametrize("name", MUTANTS)
    def test_reports_and_changes_nothing(self, name):
        observer = Observer()

        assert asked(MUTANTS[name][0], "log", observer) == MUTANTS[name][0][0]
        assert len(observer.errors) == 1


class TestSample:
    @pytest.mark.parametrize("share", ["1", "0.5", ".25", "0.1"])
    def test_looks_at_the_first_answer_and_at_a_share_of_all(self, share):
        observer = Observer()
        engine = answering(DOCUMENTED, lambda **_: OK(1), observer=observer, responses=f"sample({share})")

        assert ask(engine, (204, *good()[1:])) == 204
        assert len(observer.errors) == 1
        for _ in range(1000):
            assert ask(engine, (204, *good()[1:])) == 204

        assert abs(len(observer.errors) - 1 - 1000 * float(share)) <= 95  # six deviations of a half

    def test_no_rhythm_of_faults_escapes(self):
        observer = Observer()
        engine = answering(DOCUMENTED, lambda **_: OK(1), observer=observer, responses="sample(0.5)")

        for _ in range(100):
            ask(engine, good())
            ask(engine, (204, *good()[1:]))

        assert len(observer.errors) > 0


class TestOff:
    def test_does_not_look(self):
        observer = Observer()

        assert asked((201, [], b"?"), "off", observer) == 201
        assert observer.errors == []
        assert asked((201, [], b"?"), "sample(0.0)", observer) == 201


class TestAPolicy:
    @pytest.mark.parametrize("text", ["", "on", "sample", "sample(2)", "sample(1.01)", "Raise", "log "])
    def test_that_is_unknown_stops_the_start(self, text):
        with pytest.raises(ValueError, match="the response policy must be off, log, sample"):
            answering(DOCUMENTED, None, responses=text)

    def test_of_every_answer_is_like_log(self):
        assert Policy.of("sample(1)") == Policy.of("sample(1.0)") == Policy.of("log")
