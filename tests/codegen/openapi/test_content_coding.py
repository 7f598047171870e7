"""Content codings of request bodies (RFC 9110, 8.4.1): read where the document describes `Content-Encoding`."""

from __future__ import annotations

import gzip
import zlib

import pytest

from accord.document.document import DocumentError
from tests.codegen.support.service import echo

HEADER = "{name: Content-Encoding, in: header, schema: {type: string}}"
BODY = b'{"a": 1}'


def zipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def service(header: str = HEADER, head: str = ""):
    answers = "{'200': {description: Yes., content: {application/json: {}}}}"
    body = "{required: true, content: {application/json: {}}}"
    operation = f"{{operationId: post, parameters: [{header}], requestBody: {body}, responses: {answers}}}"
    return echo(f"  /p: {{post: {operation}}}\n", head=head)


def post(client, content: bytes, coding: str):
    return client.post("/p", content=content, headers={"Content-Type": "application/json", "Content-Encoding": coding})


class TestAContentCoding:
    @pytest.mark.parametrize(
        ("coding", "content"),
        [
            *[("gzip", zipped(BODY)), ("GZip", zipped(BODY)), ("x-gzip", zipped(BODY))],
            *[
                ("deflate", zlib.compress(BODY)),
                ("identity", BODY),
                ("gzip", zipped(BODY[:3]) + zipped(BODY[3:])),
            ],
        ],
    )
    def test_that_is_described_is_undone(self, coding, content):
        assert post(service(), content, coding).json() == {"body": {"a": 1}, "content_encoding": coding}

    def test_may_be_left_out(self):
        response = service().post("/p", content=BODY, headers={"Content-Type": "application/json"})

        assert response.json() == {"body": {"a": 1}, "content_encoding": None}

    @pytest.mark.parametrize(
        ("coding", "content"),
        [
            *[("gzip", BODY), ("gzip", zipped(BODY)[:-1]), ("gzip", zipped(BODY) + b"x")],
            *[("gzip", zlib.compress(BODY)), ("deflate", zipped(BODY)), ("deflate", zlib.compress(BODY) + b"x")],
            *[
                ("gzip", zipped(BODY[:4])),
                ("gzip", zipped(b"") * 20 + zipped(BODY)),
                ("gzip", zipped(b"")),
            ],
        ],
    )
    def test_that_is_malformed_is_a_bad_request(self, coding, content):
        assert post(service(), content, coding).status_code == 400

    @pytest.mark.parametrize("size", [1 << 10, 1 << 24])
    def test_does_not_hide_the_size_of_a_body(self, size):
        client = service(head="x-accord-body-limit: 1000")

        assert post(client, zipped(b" " * (1000 - len(BODY)) + BODY), "gzip").status_code == 200
        assert post(client, zipped(b" " * size + BODY), "gzip").status_code == 413
        assert post(client, zlib.compress(b" " * size + BODY), "deflate").status_code == 413

    @pytest.mark.parametrize("coding", ["br", "gzip, gzip", "", "compress"])
    def test_that_is_unknown_is_rejected_with_those_that_are(self, coding):
        response = post(service(), BODY, coding)

        assert (response.status_code, response.headers["Accept-Encoding"]) == (415, "gzip, x-gzip, deflate")

    @pytest.mark.parametrize("coding", ["gzip", "br"])
    def test_that_is_not_described_is_rejected(self, coding):
        response = post(service("{name: X-Other, in: header, schema: {}}"), zipped(BODY), coding)

        assert (response.status_code, response.headers["Accept-Encoding"]) == (415, "identity")

    def test_that_the_schema_does_not_list_is_rejected(self):
        client = service("{name: content-encoding, in: header, schema: {enum: [gzip, identity]}}")

        assert post(client, zipped(BODY), "gzip").status_code == 200
        assert post(client, zlib.compress(BODY), "deflate").headers["Accept-Encoding"] == "gzip"

    def test_that_is_not_supported_stops_the_start(self):
        with pytest.raises(
            DocumentError, match=r"openapi.yaml:\d+: parameter 'Content-Encoding': the content coding 'br' is not"
        ):
            service("{name: Content-Encoding, in: header, schema: {enum: [gzip, br]}}")
