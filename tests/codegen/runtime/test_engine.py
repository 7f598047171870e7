"""The fixed order of checks: of two faults in a request, the earlier one is reported."""

import itertools
from typing import Any

import pytest

from tests.codegen.support.operations import CreateThing, GoneAway, handlers
from tests.codegen.support.service import WRITER, Answer, Limits, make_client, make_engine, make_host, raw_call

# In the order of the checks: the name of a fault, what the answer's type ends in, its status.
ORDER = {
    "address limit": ("too-many-requests", 429),
    "path": ("not-found", 404),
    "method": ("method-not-allowed", 405),
    "credentials": ("unauthorized", 401),
    "account limit": ("too-many-requests", 429),
    "scope": ("forbidden", 403),
    "accept": ("not-acceptable", 406),
    "size": ("content-too-large", 413),
    "media type": ("unsupported-media-type", 415),
    "syntax": ("bad-request", 400),
    "schema": ("unprocessable-content", 422),
    "rule": ("gone-away", 409),
}
SAID_OF = {"address limit": "address", "account limit": "account"}


async def refusing(call: object, copies: int | None, body: object) -> CreateThing.Created:  # noqa: ARG001 - as documented
    raise GoneAway("The shelf is gone.")


async def ask(*faults: str) -> tuple[Any, ...]:
    return faults


def answer_to(faults: set[str]) -> Answer:
    """The answer to a good request with these faults in it."""
    found = handlers(create_thing=refusing) if "rule" in faults else handlers()
    limits = Limits(address_wait=7 * ("address limit" in faults), account_wait=9 * ("account limit" in faults))
    body = b"{" if "syntax" in faults else b'{"name": "lamp"}'
    headers = {
        b"accept": b"text/html" if "accept" in faults else b"application/json",
        b"content-type": b"text/plain" if "media type" in faults else b"application/json",
        b"content-length": b"9999999" if "size" in faults else b"%d" % len(body),
    }
    if "credentials" not in faults:
        headers[b"authorization"] = b"Bearer reader" if "scope" in faults else b"Bearer writer"
    return raw_call(
        make_engine(found, limits=limits).serve,
        "PUT" if "method" in faults else "POST",
        ("/v1/nothing" if "path" in faults else "/v1/things") + ("?copies=0" if "schema" in faults else ""),
        headers.items(),
        [body],
    )


class TestTheGate:
    def test_lets_a_good_request_through(self):
        assert answer_to(set()).status == 201

    @pytest.mark.parametrize("fault", ORDER)
    def test_answers_each_fault_alone(self, fault):
        answer = answer_to({fault})

        assert (answer.json()["code"], answer.status) == ORDER[fault]

    @pytest.mark.parametrize(("earlier", "later"), list(itertools.combinations(ORDER, 2)))
    def test_answers_the_earlier_of_two_faults(self, earlier, later):
        answer = answer_to({earlier, later})

        assert (answer.json()["code"], answer.status) == ORDER[earlier]
        if earlier in SAID_OF:
            assert answer.headers["ratelimit"] == SAID_OF[earlier]

    def test_answers_the_first_of_all_faults(self):
        faults = set(ORDER)
        for fault, (code, status) in ORDER.items():
            answer = answer_to(faults)

            assert (answer.json()["code"], answer.status) == (code, status)
            faults.remove(fault)

    def test_does_not_read_the_body_before_the_body_is_due(self):
        for fault in list(ORDER)[: list(ORDER).index("syntax")]:
            assert answer_to({fault}).reads == 0, fault

    def test_has_the_header_retry_after(self):
        assert answer_to({"address limit"}).headers["retry-after"] == "7"
        assert answer_to({"account limit"}).headers["retry-after"] == "9"

    def test_has_no_limit_for_operations_that_do_not_document_one(self):
        client = make_client(make_host(limits=Limits(address_wait=7, account_wait=9)))

        answers = [client.get("/v1/things"), client.head("/v1/things"), client.get("/v1/me", headers=WRITER)]

        assert [answer.status_code for answer in answers] == [200, 200, 200]
        assert client.post("/v1/things").status_code == 429

    def test_has_the_limit_of_the_account_once_it_is_known(self):
        assert answer_to(set()).headers["ratelimit"] == "account"
        assert answer_to({"credentials"}).headers["ratelimit"] == "address"
