"""Diffs of whole documents: identical, equivalent but written differently, and huge."""

from __future__ import annotations

import json
import random
import re
from typing import Any, ClassVar

import pytest

from accord.diff import diff
from accord.document.document import Document
from tests.codegen.diff.cases import BASE
from tests.support.paths import OPENAPI


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
    @pytest.mark.parametrize("text", [BASE, OPENAPI.read_text()], ids=["base.yaml", "openapi.yaml"])
    def test_has_no_changes(self, text):
        assert diff(Document(text.encode()), Document(text.encode())).findings == ()

    def test_has_none_when_all_its_schemas_are_renamed(self):
        text = OPENAPI.read_text()
        before, mark, schemas = text.partition("\n  schemas:\n")
        schemas = re.sub(r"^    (?=[A-Z])", "    New", schemas, flags=re.MULTILINE)
        renamed = (before + mark + schemas).replace("'#/components/schemas/", "'#/components/schemas/New")
        assert "schemas/NewUser'" in renamed

        assert diff(Document(text.encode()), Document(renamed.encode())).findings == ()

    @pytest.mark.slow
    def test_has_none_when_it_is_huge_and_renamed_or_one_that_reaches_all(self):
        old, renamed, changed = huge(40, 150, "Old"), huge(40, 150, "New"), huge(40, 150, "Old")
        changed["components"]["schemas"]["Old7"]["properties"]["kind"] = {"const": "another"}

        assert diff(read(old), read(renamed)).findings == ()
        found = diff(read(old), read(changed)).findings
        assert {finding.change.what.split(":")[0] for finding in found} == {"Old7.kind"}
        assert max(len(finding.operations) for finding in found) > 30


class TestOpenAPI30:
    OLD: ClassVar[dict[str, Any]] = {
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

        assert [str(finding.change.bump) for finding in findings] == ["major", "minor"]


class TestStatuses:
    """Responses beside each other: ranges, and `default`, which covers only errors if a success is listed."""

    ITEM: ClassVar = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
    ERROR: ClassVar = {"type": "object", "required": ["code"], "properties": {"code": {"type": "integer"}}}

    def document(self, statuses: str) -> Document:
        responses = {
            status: {
                "description": "An answer.",
                "content": {"application/json": {"schema": self.ITEM if status[0] in "23" else self.ERROR}},
            }
            for status in statuses.split()
        }
        paths = {"/a": {"get": {"operationId": "a", "responses": responses}}}
        return Document(json.dumps({"openapi": "3.1.1", "info": {"title": "A", "version": "1.0.0"}, "paths": paths}).encode())

    @pytest.mark.parametrize(
        ("old", "new", "rating", "expected"),
        [
            ("201 default", "200 default", "major", ["response 201 removed", "response 200 added"]),
            ("200 default", "200 4XX 5XX", "minor", ["response default removed"]),
            ("200 default", "200 404 default", "patch", []),
            ("200 404 default", "200 default", "patch", []),
            ("2XX", "200 204", "minor", ["response 2XX narrowed to 200, 204"]),
            ("200", "2XX", "major", ["response 2XX added"]),
            ("200 4XX", "200 400", "minor", ["response 4XX narrowed to 400"]),
            ("200", "200 default", "minor", ["response default added"]),
            ("200", "200 302", "major", ["response 302 added"]),
        ],
    )
    def test_are_rated(self, old, new, rating, expected):
        found = diff(self.document(old), self.document(new))

        assert sorted(finding.change.what for finding in found.findings) == sorted(expected)
        assert str(found.bump) == rating


class TestEncodings:
    def document(self, content_type: str) -> Document:
        media = {"schema": {"type": "object"}, "encoding": {"picture": {"contentType": content_type}}}
        operation = {"requestBody": {"content": {"multipart/form-data": media}}, "responses": {"200": {"description": "Yes."}}}
        document = {"openapi": "3.1.1", "info": {"title": "A", "version": "1.0.0"}, "paths": {"/a": {"post": operation}}}
        return Document(json.dumps(document).encode())

    @pytest.mark.parametrize(
        ("old", "new", "rating"),
        [
            ("image/png", "image/jpeg, image/png", "minor"),
            ("image/jpeg, image/png", "image/png", "major"),
            ("image/png", "image/gif", "major"),
        ],
    )
    def test_more_content_types_of_a_part_do_not_break_clients_that_send_it(self, old, new, rating):
        assert str(diff(self.document(old), self.document(new)).bump) == rating


class TestSecurity:
    def document(self, scheme: dict[str, Any], security: list[dict[str, Any]]) -> Document:
        paths = {"/a": {"get": {"operationId": "a", "security": security, "responses": {"200": {"description": "Yes."}}}}}
        document = {"openapi": "3.1.1", "info": {"title": "A", "version": "1.0.0"}, "paths": paths}
        return Document(json.dumps({**document, "components": {"securitySchemes": {"k": scheme}}}).encode())

    KEY: ClassVar = {"type": "apiKey", "in": "header", "name": "X-Key"}

    @pytest.mark.parametrize(
        ("scheme", "security", "rating", "expected"),
        [
            ({**KEY, "name": "x-key"}, [{"k": []}], "patch", []),
            (
                {**KEY, "name": "X-Other"},
                [{"k": []}],
                "major",
                [
                    "security: k (apiKey header x-key) is no longer sufficient, requires k (apiKey header x-other)",
                    "security: k (apiKey header x-other) is now sufficient",
                ],
            ),
            (KEY, [], "minor", ["security: no longer requires credentials"]),
        ],
    )
    def test_reports_what_differs(self, scheme, security, rating, expected):
        found = diff(self.document(self.KEY, [{"k": []}]), self.document(scheme, security))

        assert [finding.change.what for finding in found.findings] == expected
        assert str(found.bump) == rating

    def test_reports_new_requirements(self):
        found = diff(self.document(self.KEY, []), self.document(self.KEY, [{"k": []}]))

        assert [finding.change.what for finding in found.findings] == ["security: now requires k (apiKey header x-key)"]
        assert str(found.bump) == "major"


def one_operation(kind: str, operation: dict[str, Any], version: str = "3.1.1") -> Document:
    """A document with one path, webhook or callback."""
    info = {"title": "One", "version": "1.0.0"}
    if kind == "callback":
        outer = {"operationId": "subscribe", "responses": {"204": {"description": "Yes."}}}
        outer["callbacks"] = {"onEvent": {"{$request.query.url}": {"post": operation}}}
        return read({"openapi": version, "info": info, "paths": {"/a": {"post": outer}}})
    place = "paths" if kind == "path" else "webhooks"
    return read({"openapi": version, "info": info, place: {"/a": {"post": operation}}})


def changes(old: Document, new: Document) -> list[tuple[str, str]]:
    return [(str(finding.change.bump), finding.change.what) for finding in diff(old, new).findings]


class TestReplies:
    """Clients send the reply to a webhook or callback: a new requirement breaks them, a removed one does not."""

    BODY: ClassVar = {"content": {"application/json": {"schema": {"type": "string"}}}}
    REQUIRED: ClassVar = {"headers": {"X-A": {"required": True, "schema": {"type": "string"}}}}
    OPTIONAL: ClassVar = {"headers": {"X-A": {"schema": {"type": "string"}}}}
    LINK: ClassVar = {"links": {"next": {"operationId": "w"}}}

    def reply(self, kind: str, response: dict[str, Any]) -> Document:
        return one_operation(kind, {"operationId": "w", "responses": {"200": {"description": "Taken.", **response}}})

    @pytest.mark.parametrize("kind", ["webhook", "callback"])
    @pytest.mark.parametrize(
        ("old", "new", "found"),
        [
            ({}, BODY, [("major", "response 200: media type application/json added")]),
            (BODY, {}, [("minor", "response 200: media type application/json removed")]),
            ({}, REQUIRED, [("major", "response 200: header X-A added")]),
            (REQUIRED, {}, [("minor", "response 200: header X-A removed")]),
            ({}, OPTIONAL, [("minor", "response 200: header X-A added")]),
            (OPTIONAL, REQUIRED, [("major", "response 200: header X-A is now always sent")]),
            (LINK, {}, [("minor", "response 200: link next removed")]),
        ],
    )
    def test_are_rated_for_clients_that_send_them(self, kind, old, new, found):
        assert changes(self.reply(kind, old), self.reply(kind, new)) == found

    def test_of_an_operation_are_rated_for_clients_that_read_them(self):
        assert changes(self.reply("path", self.BODY), self.reply("path", {}))[0][0] == "major"
        assert changes(self.reply("path", {}), self.reply("path", self.REQUIRED))[0][0] == "minor"


class TestMediaTypes:
    def body(self, *names: str) -> Document:
        content = {name: {"schema": {"type": "string"}} for name in names}
        return one_operation("path", {"requestBody": {"content": content}, "responses": {"200": {"description": "Yes."}}})

    @pytest.mark.parametrize(
        ("old", "new", "found"),
        [
            ("application/json", "application/json; charset=utf-8", []),
            ('application/x+json; v="1"', "application/x+json;v=1", []),
            (
                "application/x+json; v=1",
                "application/x+json; v=2",
                [
                    ("major", "request body: media type application/x+json; v=1 removed"),
                    ("minor", "request body: media type application/x+json; v=2 added"),
                ],
            ),
            ("text/plain; charset=utf-8", "text/plain", [("minor", "request body: media type text/plain added")]),
            ("text/csv; header=present", "text/*", [("minor", "request body: media type text/* added")]),
        ],
    )
    def test_are_compared_as_they_are_matched(self, old, new, found):
        assert changes(self.body(old), self.body(new)) == found


class TestAnnotations:
    def body(self, member: dict[str, Any], media: str = "application/json", version: str = "3.1.1") -> Document:
        content = {media: {"schema": {"type": "object", "properties": {"p": {"type": "string", **member}}}}}
        operation = {"requestBody": {"content": content}, "responses": {"200": {"description": "Yes."}}}
        return one_operation("path", operation, version)

    @pytest.mark.parametrize(
        ("old", "new", "what"),
        [
            ({}, {"contentEncoding": "base64"}, 'p: contentEncoding none -> "base64"'),
            ({}, {"contentMediaType": "text/csv"}, 'p: contentMediaType none -> "text/csv"'),
            ({}, {"format": "own"}, 'p: format none -> "own"'),
            ({"format": "own"}, {"format": "other"}, 'p: format "own" -> "other"'),
        ],
    )
    def test_that_validate_nothing_are_no_more_than_a_patch(self, old, new, what):
        assert changes(self.body(old), self.body(new)) == [("patch", what)]

    def test_base64_is_written_otherwise_in_3_0(self):
        old, new = self.body({"format": "byte"}, version="3.0.3"), self.body({"contentEncoding": "base64"})

        assert changes(old, new) == [("patch", "openapi changed")]

    def test_of_parts_of_a_multipart_body_are_asked_for(self):
        old, new = self.body({}, "multipart/form-data"), self.body({"contentEncoding": "base64"}, "multipart/form-data")

        ratings = {text: rating for rating, text in changes(old, new)}
        assert ratings["request body: multipart/form-data: contentEncoding of part 'p' none -> \"base64\""] == "major"

    def test_a_discriminator_is_announced(self):
        def document(discriminator: dict[str, Any]) -> Document:
            tagged = [{"type": "object", "required": ["t"], "properties": {"t": {"const": name}}} for name in ("a", "b")]
            content = {"application/json": {"schema": {"oneOf": tagged, **discriminator}}}
            operation = {"requestBody": {"content": content}, "responses": {"200": {"description": "Yes."}}}
            return one_operation("path", operation)

        found = changes(document({}), document({"discriminator": {"propertyName": "t"}}))
        assert found == [("minor", "discriminator added")]


class TestNamesOfTypes:
    def test_are_those_of_the_document(self):
        def document(*names: str) -> Document:
            content = {"application/json": {"schema": {"oneOf": [{"type": name} for name in names]}}}
            operation = {"requestBody": {"content": content}, "responses": {"200": {"description": "Yes."}}}
            return one_operation("path", operation)

        assert changes(document("string", "integer"), document("string", "integer", "number")) == [
            ("major", "alternatives integer and number now overlap: a value that matches both no longer matches oneOf"),
            ("minor", "alternative number added"),
        ]
