"""Content negotiation."""

import sys

import pytest

from accord.errors import RequestRejected
from accord.runtime.responses.negotiation import Negotiation
from tests.codegen.support.service import ADMIN, make_client, make_host

CLIENT = make_client(make_host())
ACCEPTED = [
    *("", "*/*", "application/*", "application/json", "APPLICATION/Json", "text/html, */*", "text/html,application/json;q=0.1"),
    *("application/json;version=1", "application/json; q=1.0", "text/*, application/*;q=0.001", "*/*;q=0, application/json"),
    *(
        "application/json;q=0.5, */*;q=0",
        "application/*;q=0, application/json;q=0.2",
        " application/json ",
        "application/json;Q=0.3",
    ),
    *("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", ",application/json", 'text/plain;a="x", */*'),
]
REFUSED = [
    *(
        "text/html",
        "application/xml",
        "text/*",
        "application/json;q=0",
        "*/*;q=0",
        "application/problem+json",
        "application/jsonx",
    ),
    *(
        "application/json;q=0, */*",
        "application/*;q=0, */*",
        "application/json;q=0.0",
        "application/json;q=x",
        "application/json;q=nan",
    ),
    *("application/json;q=-1", "json", "garbage", "*", "*/json", ";q=1"),
]


class TestAccept:
    @pytest.mark.parametrize("accept", ACCEPTED)
    def test_that_admits_the_documented_type_is_answered(self, accept):
        response = CLIENT.get("/v1/things/7", headers={"Accept": accept})

        assert response.status_code == 200
        assert response.headers["Content-Type"] == "application/json"

    @pytest.mark.parametrize("accept", REFUSED)
    def test_that_does_not_is_rejected_with_the_available_types(self, accept):
        response = CLIENT.get("/v1/things/7", headers={"Accept": accept})

        assert response.status_code == 406
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.json()["detail"] == "Available media types: application/json."

    def test_that_is_absent_admits_everything(self):
        del (client := make_client(make_host())).headers["Accept"]

        assert client.get("/v1/things/7").status_code == 200

    def test_in_several_lines_is_one_list(self):
        headers = [("Accept", "text/html"), ("Accept", "application/json")]

        assert CLIENT.get("/v1/things/7", headers=headers).status_code == 200

    def test_of_an_operation_without_content_is_ignored(self):
        response = CLIENT.delete("/v1/things/7", headers={**ADMIN, "Accept": "text/html"})

        assert response.status_code == 204


class TestTheChoice:
    @pytest.mark.parametrize(
        ("documented", "accept", "chosen"),
        [
            # the weight decides
            ("a/json, a/csv", "a/json;q=0.5, a/csv;q=0.6", "a/csv"),
            ("a/json, a/csv", "a/json;q=0.500, a/csv;q=0.5", "a/json"),
            ("a/json, a/csv", "a/json;q=0, */*", "a/csv"),
            ("a/json, b/csv", "a/*;q=0.9, b/*", "b/csv"),
            # among equals the one that is named most closely, then the one documented first
            ("a/json, b/csv", "*/*, b/*", "b/csv"),
            ("a/json, b/csv, b/xml", "*/*, b/*, b/xml", "b/xml"),
            ("a/json, b/csv", "*/*", "a/json"),
            ("a/json, b/csv", "b/csv, a/json", "a/json"),
            ("a/json, b/csv", "", "a/json"),
            # the most specific range decides the weight of one media type
            ("a/json, b/csv", "*/*;q=0.9, a/json;q=0.1, a/*;q=0.95", "b/csv"),
            # parameters
            ("a/json;version=1, a/json;version=2", "a/json;version=2", "a/json;version=2"),
            ("a/json;version=1, a/json;version=2", "a/json", "a/json;version=1"),
            ("a/json;version=1, a/json;version=2", 'A/JSON ; Version="2" ;q=0.2', "a/json;version=2"),
            ("a/json;version=1, a/json;version=2", "a/json;version=1;q=0.2, a/json;version=2;q=0.3", "a/json;version=2"),
            ("a/json;version=1, a/json;version=2", "a/json;q=0.2, a/json;version=2", "a/json;version=2"),
            ("a/json;version=1, a/json;version=2", "a/json;version=3", None),
            ("a/json;version=1, a/json;version=2", "a/json;version=3, */*;q=0.1", "a/json;version=1"),
            ("text/plain;charset=utf-8", "text/plain;charset=UTF-8", "text/plain;charset=utf-8"),
            ("text/plain;charset=utf-8", "text/plain;charset=latin-1", None),
            ("text/plain", "text/plain;charset=latin-1", "text/plain"),
            # documented ranges
            ("a/json, image/*", "image/png", "image/*"),
            ("a/json, image/*", "image/png;q=0.2, a/json;q=0.1", "image/*"),
            ("image/*", "image/*;q=0, image/png", "image/*"),
            ("image/*", "image/*;q=0", None),
            ("image/*", "text/*, */json, image", None),
            ("*/*", "text/html", "*/*"),
            ("*/*", "text/*", "*/*"),
            ("a/json, */*", "a/json, text/html", "a/json"),
        ],
    )
    def test_follows_weight_then_closeness_then_the_document(self, documented, accept, chosen):
        negotiation = Negotiation(documented.split(", "))

        if chosen is None:
            with pytest.raises(RequestRejected, match="406"):
                negotiation.choose(accept.encode())
        else:
            assert negotiation.choose(accept.encode()) == chosen

    def test_is_the_first_without_accept(self):
        assert Negotiation(["a/json", "b/csv"]).choose(None) == "a/json"
        assert Negotiation(["a/json", "b/csv"]).choose(b"*/*") == "a/json"

    def test_is_handed_on_only_where_there_is_one(self):
        assert [Negotiation(names).has_choice for names in ([], ["a/b"], ["a/b", "a/c"])] == [False, False, True]


class TestSeveralTypes:
    def test_are_compared_without_caching_a_long_text(self):
        negotiation, accept = Negotiation(["application/json"]), b"application/json, " + b"x" * 30_000
        held = sys.getrefcount(accept)

        negotiation.choose(accept)

        assert sys.getrefcount(accept) == held

    def test_are_acceptable_if_one_is(self):
        negotiation = Negotiation(["application/json", "text/csv"])

        negotiation.choose(b"text/csv")
        negotiation.choose(b"application/json")
        with pytest.raises(RequestRejected, match="406"):
            negotiation.choose(b"text/html")

    def test_are_chosen_the_same_every_time(self):
        negotiation = Negotiation(["application/json"])

        for _ in range(3):
            negotiation.choose(b"application/*")
            with pytest.raises(RequestRejected):
                negotiation.choose(b"text/html")
