"""Media types of request bodies: matching Content-Type by name and parameters."""

from __future__ import annotations

import pytest

from accord.document.document import DocumentError
from accord.openapi.media_type import chosen
from tests.codegen.support.bodies import post, service

ONE = "application/vnd.t+json; type=one"
TYPED = service(
    f"{{'{ONE}': {{schema: {{required: [one]}}}}, 'application/vnd.t+json; type=two': {{schema: {{required: [two]}}}}}}"
)
ALONE = service(f"{{'{ONE}': {{}}}}")


class TestParametersOfAMediaType:
    @pytest.mark.parametrize(
        ("content_type", "missing"),
        [(ONE, "/one"), ('application/vnd.t+json;TYPE="two"', "/two"), ("application/vnd.t+json; type=One; q=1", "/one")],
    )
    def test_distinguish_media_types_of_one_name(self, content_type, missing):
        answer = post(TYPED, content_type, b"{}")

        assert [fault["pointer"] for fault in answer.json()["errors"]] == [missing]

    @pytest.mark.parametrize("content_type", ["application/vnd.t+json; type=two", "application/vnd.t+json", "application/json"])
    def test_that_are_documented_must_be_sent(self, content_type):
        answer = post(ALONE, content_type, b"{}")

        assert (answer.status, answer.headers["accept"]) == (415, ONE)

    @pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "application/json; v=1"])
    def test_without_meaning_in_json_may_be_left_out(self, content_type):
        assert post(service("{'application/json; charset=utf-8': {}}"), content_type, b"{}").status == 200

    def test_may_name_the_charset_of_texts_that_name_none(self):
        client = service("{text/plain; charset=iso-8859-1: {schema: {type: string}}}")

        assert post(client, "text/plain", "é".encode("latin-1")).json() == {"body": "é"}
        assert post(client, "text/plain; charset=utf-8", "é".encode()).status == 415

    @pytest.mark.parametrize(
        "other", ["application/json; charset=utf-8", "Application/JSON", "application/json;charset=latin-1"]
    )
    def test_without_meaning_do_not_make_another_media_type(self, other):
        with pytest.raises(DocumentError, match=r"openapi.yaml:\d+: '.*' and 'application/json' are one media type"):
            service(f"{{application/json: {{}}, '{other}': {{}}}}")

    @pytest.mark.parametrize(
        ("names", "sent", "found"),
        [
            (["a/b", "a/b; x=1"], "a/b; x=1", "a/b; x=1"),
            (["a/b", "a/b; x=1"], "a/b; x=2", "a/b"),
            (["a/*; x=1", "a/b"], "a/b; x=1", "a/b"),
            (["a/b; x=1", "a/b; y=2; x=1"], "a/b; x=1; y=2", "a/b; y=2; x=1"),
            (['a/b; x="1;2"', "a/*"], 'a/b; x="1;2"', 'a/b; x="1;2"'),
            (['a/b; x="1;2"', "a/*"], "a/b; x=1", "a/*"),
            (["multipart/mixed; boundary=a"], "multipart/mixed; boundary=b", "multipart/mixed; boundary=a"),
        ],
    )
    def test_the_most_specific_name_that_covers_a_media_type_is_chosen(self, names, sent, found):
        assert chosen(names, sent) == found
        assert chosen(reversed(names), sent) == found


def kept(content: str, *, required: bool = False):
    xml = "#/paths/~1p/post/requestBody/content/application~1xml"
    return service(f"{{{content}}}", required=required, adopted=[f"{xml}/schema=keep"])


class TestAMediaTypeThatIsKeptThoughNobodyReadsIt:
    XML = "application/xml: {schema: {type: object}}"

    def test_is_rejected_as_if_it_were_not_documented(self):
        client = kept(f"application/json: {{schema: {{type: object}}}}, {self.XML}")

        answer = post(client, "application/xml", b"<a/>")

        assert (answer.status, answer.headers["accept"]) == (415, "application/json")
        assert post(client, "application/json", b"{}").status == 200

    @pytest.mark.parametrize(
        "schema", ["{allOf: [{type: object}]}", "{anyOf: [{type: object}, {type: array}]}", "{type: [object, 'null']}"]
    )
    def test_is_known_by_the_types_of_its_schema(self, schema):
        assert (
            post(kept(f"application/json: {{}}, application/xml: {{schema: {schema}}}"), "application/xml", b"<a/>").status
            == 415
        )

    @pytest.mark.parametrize("schema", ["{type: [string, 'null']}", "{anyOf: [{type: object}, {type: string}]}"])
    def test_is_none_if_its_schema_admits_a_text(self, schema):
        client = service(f"{{application/xml: {{schema: {schema}}}}}")

        assert post(client, "application/xml", b"<a/>").status == 200

    def test_leaves_no_media_type_if_it_is_the_only_one(self):
        client = kept(self.XML)

        answer = post(client, "application/xml", b"<a/>")

        assert (answer.status, answer.json()["detail"]) == (415, "The media type of the body is not supported.")
        assert "accept" not in answer.headers
        assert client.post("/p").status_code == 200

    def test_does_not_excuse_a_body_that_is_required(self):
        client = kept(self.XML, required=True)

        assert client.post("/p").status_code == 400
        assert post(client, "application/xml", b"<a/>").status == 415
