"""HTTP connections: pipelined requests, and what closes them."""

from __future__ import annotations

import re

import msgspec

from tests.codegen.server.wire import BODY, HOST, POST, THING


class TestAConnection:
    def test_serves_one_request_after_another(self, connection):
        for _ in range(3):
            assert connection.send(THING + b"\r\n").answer().body == b'{"id":7,"name":"lamp"}'

    def test_answers_pipelined_requests_in_their_order(self, connection):
        paths = [40, 20, 1000, 10]

        connection.send(b"".join(b"GET /v1/things/%d HTTP/1.1\r\n%b\r\n" % (number, HOST) for number in paths))

        assert [msgspec.json.decode(connection.answer().body)["id"] for _ in paths] == paths

    def test_answers_pipelined_bodies(self, connection):
        connection.send((POST + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY) * 3)

        assert [connection.answer().status for _ in range(3)] == [201] * 3

    def test_takes_a_head_byte_by_byte(self, connection):
        for byte in THING + b"\r\n":
            connection.send(bytes([byte]))

        assert connection.answer().status == 200

    def test_is_closed_when_the_client_asks(self, connection):
        answer = connection.send(THING + b"Connection: close\r\n\r\n").answer()

        assert answer.headers["connection"] == "close"
        assert connection.is_closed()

    def test_of_http_1_0_needs_no_host_and_is_closed(self, connection):
        assert connection.send(b"GET /v1/things/7 HTTP/1.0\r\n\r\n").answer().status == 200
        assert connection.is_closed()

    def test_sends_no_body_to_head(self, connection):
        answer = connection.send(THING.replace(b"GET", b"HEAD") + b"\r\n").answer(head_only=True)

        assert answer.headers["content-length"] == "22"
        assert connection.send(THING + b"\r\n").answer().status == 200

    def test_sends_no_body_with_204(self, connection):
        answer = connection.send(b"OPTIONS /v1/things HTTP/1.1\r\n" + HOST + b"\r\n").answer()

        assert answer.status == 204
        assert "content-length" not in answer.headers
        assert "transfer-encoding" not in answer.headers
        assert connection.send(THING + b"\r\n").answer().status == 200

    def test_takes_an_absolute_target(self, connection):
        assert connection.send(THING.replace(b"/v1", b"http://shelf/v1") + b"\r\n").answer().status == 200

    def test_goes_on_where_an_upgrade_is_not_taken(self, connection):
        answer = connection.send(THING + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n").answer()

        assert answer.status == 200

    def test_skips_an_empty_line_before_a_request(self, connection):
        assert connection.send(b"\r\n" + THING + b"\r\n").answer().status == 200
        assert connection.send(b"\r\n" + THING + b"\r\n").answer().status == 200


class TestARequestId:
    def test_of_a_rejection_is_a_uuid(self, connection):
        answer = connection.send(b"junk\r\n\r\n").answer()

        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", answer.headers["x-request-id"])
