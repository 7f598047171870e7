"""Encoding of responses: bodies, headers and 304."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from accord.openapi.values.encoded import Encoded
from tests.codegen.support.answers import getting, listing
from tests.codegen.support.operations import (
    GetThing,
    ListThings,
    NotFound,
    ThingCreate,
    ThingListRow,
    ThingRow,
)
from tests.codegen.support.service import ADMIN, Observer, make_client, make_host, raw_call

CLIENT = make_client(make_host())
ROW = ThingRow(1, "lamp")


class TestABody:
    def test_of_rows_is_compact_json(self):
        response = CLIENT.get("/v1/things?tags=a")

        assert response.content == b'{"things":[{"id":1,"name":"a"}]}'
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["Content-Length"] == str(len(response.content))

    def test_may_be_a_model(self):
        client = listing(ListThings.OK({"things": []}, x_total=0))  # type: ignore[arg-type] # wrong on purpose
        model = listing(ListThings.OK(ThingCreate(name="a"), x_total=0), responses="off")  # type: ignore[arg-type] # wrong on purpose

        assert client.get("/v1/things").json() == {"things": []}
        assert model.get("/v1/things").json() == {"name": "a", "size": 1, "email": None}

    def test_that_is_encoded_already_is_sent_as_it_is(self):
        encoded: Encoded[Any] = Encoded(b'{"things": [] }', '"tag"')
        response = listing(ListThings.OK(encoded, x_total=0)).get("/v1/things")

        assert response.content == encoded.body
        assert response.headers["Content-Type"] == "application/json"

    def test_that_is_encoded_already_is_held_against_the_document_too(self):
        assert listing(ListThings.OK(Encoded(b'{"things":7}', '"tag"'), x_total=0)).get("/v1/things").status_code == 500

    def test_encodes_to_the_same_bytes_before_and_in_the_answer(self):
        encoded = Encoded.of([ROW, ThingCreate(name="a")])

        assert encoded.body == b'[{"id":1,"name":"lamp"},{"name":"a","size":1,"email":null}]'
        assert encoded.etag == Encoded.of([ROW, ThingCreate(name="a")]).etag

    def test_that_has_no_json_form_is_a_fault(self):
        observer = Observer()
        response = listing(ListThings.OK(object(), x_total=0), observer=observer).get("/v1/things")  # type: ignore[arg-type] # wrong on purpose

        assert response.status_code == 500
        assert [str(error) for error in observer.errors] == ["object in a body cannot be encoded as JSON"]

    @pytest.mark.parametrize("answer", [None, {"a": 1}, "text", 204])
    def test_alone_is_no_answer(self, answer):
        assert listing(answer).get("/v1/things").status_code == 500

    def test_that_is_absent_is_announced_as_empty(self):
        response = CLIENT.get("/v1/things/latest")

        assert response.status_code == 202
        assert response.headers["Content-Length"] == "0"

    def test_that_cannot_be_is_not_announced(self):
        for response in (CLIENT.delete("/v1/things/1", headers=ADMIN), CLIENT.options("/v1/things")):
            assert response.status_code == 204
            assert "Content-Length" not in response.headers


class TestHeaders:
    def test_are_written_as_json_writes_them(self):
        client = listing(ListThings.OK(ThingListRow([]), x_total=7, link="</v1/things>", x_exact=True))

        headers = client.get("/v1/things").headers

        assert (headers["X-Total"], headers["Link"], headers["X-Exact"]) == ("7", "</v1/things>", "true")

    def test_that_are_instants_are_written_as_rfc_3339_has_them(self):
        instant = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
        client = listing(ListThings.OK(ThingListRow([]), x_total=7, link=instant))  # type: ignore[arg-type] # wrong on purpose

        assert client.get("/v1/things").headers["Link"] == "2024-01-02T03:04:05Z"

    def test_that_are_none_are_not_sent(self):
        headers = CLIENT.get("/v1/things").headers

        assert "Link" not in headers
        assert "X-Exact" not in headers

    def test_that_the_document_pins_are_sent_without_a_handler(self):
        assert CLIENT.get("/v1/things").headers["Cache-Control"] == "public, max-age=60"

    def test_of_the_service_go_with_every_answer_that_has_not_its_own(self):
        service = ((b"cache-control", b"no-store"), (b"x-service", b"shelf"))
        client = make_client(make_host(headers=service))

        assert client.get("/v1/things").headers["Cache-Control"] == "public, max-age=60"
        for path in ("/v1/things/1", "/v1/nothing", "/v1/things/x"):
            assert client.get(path).headers["Cache-Control"] == "no-store"
            assert client.get(path).headers["X-Service"] == "shelf"

    @pytest.mark.parametrize("text", ["a\r\nSet-Cookie: b=c", "a\nb", "a\0b", "a\rb", "\x7f", "€"])
    def test_that_no_header_can_hold_are_a_fault_and_not_sent(self, text):
        response = listing(ListThings.OK(ThingListRow([]), x_total=7, link=text)).get("/v1/things")

        assert response.status_code == 500
        assert response.json()["type"] == "/problems/internal-server-error"
        assert "Set-Cookie" not in response.headers
        assert "Link" not in response.headers

    def test_that_are_not_ascii_are_latin_1(self):
        client = listing(ListThings.OK(ThingListRow([]), x_total=7, link="\u00e9"))

        answer = raw_call(client.app, "GET", "/v1/things")

        assert answer.headers["link"] == "\u00e9"

    def test_name_the_request_once(self):
        ids = [CLIENT.get(path).headers["X-Request-ID"] for path in ("/v1/things", "/v1/things", "/v1/nothing", "/v1/things/x")]

        assert len(set(ids)) == 4


class TestRevalidation:
    @pytest.mark.parametrize(
        "sent", ['"one"', 'W/"one"', "*", " * ", '"two", "one"', '"two",W/"one"', 'W/"two" , "one"', '"a,b", "one"', '"one",']
    )
    def test_of_a_known_tag_is_not_modified(self, sent):
        response = CLIENT.get("/v1/things/1", headers={"If-None-Match": sent})

        assert response.status_code == 304
        assert response.content == b""
        assert response.headers["ETag"] == '"one"'
        assert response.headers["Vary"] == "Accept"
        assert "Content-Type" not in response.headers
        assert "Content-Length" not in response.headers

    def test_in_several_lines_is_one_list(self):
        headers = [("If-None-Match", '"two"'), ("If-None-Match", '"one"')]

        assert CLIENT.get("/v1/things/1", headers=headers).status_code == 304

    @pytest.mark.parametrize(
        "sent", ['"two"', "one", "", '"ONE"', '"one', 'one"', 'w/"two"', '"two", "three"', '"**"', "**", "W/*"]
    )
    def test_of_any_other_text_is_answered(self, sent):
        response = CLIENT.get("/v1/things/1", headers={"If-None-Match": sent})

        assert response.status_code == 200
        assert response.json() == {"id": 1, "name": "lamp"}

    @pytest.mark.parametrize("sent", ['W/"one"', '"one"'])
    def test_of_a_weak_tag_compares_weakly(self, sent):
        client = getting(GetThing.OK(ROW, etag='W/"one"'))

        assert client.get("/v1/things/1", headers={"If-None-Match": sent}).status_code == 304

    def test_has_the_headers_that_caches_need(self):
        client = getting(GetThing.OK(ROW, etag='"one"', cache_control="max-age=5"))

        assert client.get("/v1/things/1", headers={"If-None-Match": "*"}).headers["Cache-Control"] == "max-age=5"

    def test_comes_after_the_handler_raised(self):
        client = getting(NotFound("No thing 1."))

        assert client.get("/v1/things/1", headers={"If-None-Match": "*"}).status_code == 404
