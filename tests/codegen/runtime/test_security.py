"""Security requirements: 401 and 403."""

from __future__ import annotations

from typing import Any

import pytest

from accord.document.document import DocumentError
from app.core.limits import Decision
from tests.codegen.support.service import ADMIN, READER, WRITER, Recent, Tokens, echo, make_client, make_host

CLIENT = make_client(make_host())
THING: dict[str, Any] = {"json": {"name": "lamp"}}


def guarded(security: str, **schemes: Tokens):
    return answering(security, "", **schemes)


def answering(security: str, error: str, /, **schemes: Tokens):
    return echo(
        f"  /p:\n    get:\n      operationId: get\n      security: {security}\n"
        "      responses: {'200': {description: Yes., content: {application/json: {schema: {}}}}"
        + (f", {error}" if error else "")
        + "}\n",
        head="components: {securitySchemes: {people: {type: http, scheme: bearer}, machines: {type: http, scheme: bearer}}}",
        schemes=schemes,
    )


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


class TestAnOperationThatNeedsAToken:
    def test_takes_one_with_the_scope(self):
        assert CLIENT.post("/v1/things", **THING, headers=WRITER).status_code == 201

    def test_rejects_a_request_without_one(self):
        response = CLIENT.post("/v1/things", **THING)

        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert response.json()["type"] == "/problems/unauthorized"

    def test_rejects_one_without_the_scope(self):
        response = CLIENT.post("/v1/things", **THING, headers=READER)

        assert response.status_code == 403
        assert response.json()["type"] == "/problems/forbidden"
        assert "WWW-Authenticate" not in response.headers

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
    def test_takes_the_name_of_the_scheme_in_any_case(self, scheme):
        response = CLIENT.post("/v1/things", **THING, headers={"Authorization": f"{scheme} writer"})

        assert response.status_code == 201

    def test_takes_several_spaces_between_scheme_and_token(self):
        assert CLIENT.post("/v1/things", **THING, headers={"Authorization": "Bearer   writer"}).status_code == 201

    @pytest.mark.parametrize(
        "authorization",
        [
            *["", " ", "Bearer", "Bearer ", "writer", "Bearerwriter", "Bearer writer x", "Bearer writer,", "Bearer Writer"],
            *["Basic d3JpdGVyOg==", "Token writer", "Bearer Bearer writer", "Bearer\twriter", "Bearer writer, Bearer writer"],
            *['Bearer realm="writer"', "Bearer wr\x80iter", "Bearer \xff", "Negotiate", "Bearer " + "a" * 10_000],
        ],
    )
    def test_rejects_malformed_tokens(self, authorization):
        response = CLIENT.post("/v1/things", **THING, headers=[("Authorization", authorization.encode("latin-1"))])

        assert response.status_code == 401
        assert "writer" not in response.text

    @pytest.mark.parametrize("second", ["Bearer writer", "Bearer x", ""])
    def test_rejects_two_authorizations(self, second):
        headers = [("Authorization", "Bearer writer"), ("authorization", second)]

        assert CLIENT.post("/v1/things", **THING, headers=headers).status_code == 401

    def test_does_not_look_for_a_token_elsewhere(self):
        headers = {"Cookie": "access_token=writer", "X-Token": "writer"}

        assert CLIENT.post("/v1/things?access_token=writer", **THING, headers=headers).status_code == 401

    def test_keeps_its_own_scope(self):
        assert CLIENT.delete("/v1/things/1", headers=ADMIN).status_code == 204
        assert CLIENT.delete("/v1/things/1", headers=WRITER).status_code == 403


class TestAnOperationThatTakesAToken:
    def test_knows_the_principal(self):
        assert CLIENT.get("/v1/me", headers=READER).json() == "reader"

    def test_answers_anonymous_requests_as_well(self):
        assert CLIENT.get("/v1/me").json() is None

    @pytest.mark.parametrize("authorization", ["Bearer nobody", "Basic eDp5", "", "Bearer"])
    def test_rejects_invalid_credentials_all_the_same(self, authorization):
        assert CLIENT.get("/v1/me", headers={"Authorization": authorization}).status_code == 401

    def test_rejects_a_token_without_the_scope(self):
        client = guarded("[{}, {people: [admin]}]", people=Tokens())

        assert client.get("/p", headers=ADMIN).status_code == 200
        assert client.get("/p").status_code == 200
        assert client.get("/p", headers=READER).status_code == 403


class TestAPublicOperation:
    def test_does_not_look_at_credentials(self):
        assert CLIENT.get("/v1/things", headers={"Authorization": "Bearer nobody"}).status_code == 200

    def test_may_be_so_by_an_empty_list_under_a_global_requirement(self):
        paths = "  /p:\n    get: {operationId: g, %s responses: {'204': {description: A.}}}"
        head = "security: [{people: []}]\ncomponents: {securitySchemes: {people: {type: http, scheme: bearer}}}"

        assert echo(paths % "", head=head, schemes={"people": Tokens()}).get("/p").status_code == 401
        assert echo(paths % "security: [],", head=head, schemes={"people": Tokens()}).get("/p").status_code != 401


class TestAlternatives:
    def test_are_tried_one_after_the_other(self):
        client = guarded("[{people: []}, {machines: []}]", people=Tokens("ann"), machines=Tokens("r2d2"))

        assert client.get("/p", headers=bearer("ann")).status_code == 200
        assert client.get("/p", headers=bearer("r2d2")).status_code == 200
        assert client.get("/p", headers=bearer("bob")).status_code == 401

    def test_with_scopes_are_allowed_by_any_and_forbidden_by_none(self):
        client = guarded("[{people: [admin]}, {machines: [ann]}]", people=Tokens("ann", "admin"), machines=Tokens("ann", "x"))

        assert client.get("/p", headers=bearer("admin")).status_code == 200
        assert client.get("/p", headers=bearer("ann")).status_code == 200
        assert client.get("/p", headers=bearer("x")).status_code == 403


class TestSchemesTogether:
    def test_must_all_know_the_token(self):
        client = guarded("[{people: [], machines: []}]", people=Tokens("ann", "both"), machines=Tokens("r2d2", "both"))

        assert client.get("/p", headers=bearer("both")).status_code == 200
        assert client.get("/p", headers=bearer("ann")).status_code == 401
        assert client.get("/p", headers=bearer("r2d2")).status_code == 401

    def test_must_all_allow_it(self):
        both = {"people": Tokens("both", "a"), "machines": Tokens("both", "a")}

        assert guarded("[{people: [a], machines: [a]}]", **both).get("/p", headers=bearer("a")).status_code == 200
        assert guarded("[{people: [both], machines: [a]}]", **both).get("/p", headers=bearer("a")).status_code == 403
        assert guarded("[{people: [a], machines: [both]}]", **both).get("/p", headers=bearer("a")).status_code == 403

    def test_need_every_scope_that_is_listed(self):
        client = guarded("[{people: [a, b]}]", people=Tokens("a"))

        assert client.get("/p", headers=bearer("a")).status_code == 403


SCHEMES = """
components:
  securitySchemes:
    token: {type: http, scheme: Bearer}
    login: {type: http, scheme: basic}
    digest: {type: http, scheme: Digest}
    header: {type: apiKey, in: header, name: X-Key}
    query: {type: apiKey, in: query, name: api key}
    cookie: {type: apiKey, in: cookie, name: session}
    oauth: {type: oauth2, flows: {clientCredentials: {tokenUrl: /token, scopes: {ann: Hers}}}}
    openid: {type: openIdConnect, openIdConnectUrl: /openid}
"""


class Anybody:
    """Takes every credential, as the name of its owner."""

    async def verify(self, credential: str) -> str | None:
        return None if credential == "wrong" else credential

    def allows(self, principal: str, scopes: tuple[str, ...]) -> bool:
        return all(scope == principal for scope in scopes)


class Principals:
    """A limit that remembers for whom it was asked."""

    def __init__(self) -> None:
        self.seen: list[object] = []

    def address(self, _: object) -> Decision:
        return Decision((), 0)

    def account(self, principal: object) -> Decision:
        self.seen.append(principal)
        return Decision((), 0)


def asked(security: str, path: str = "/p", **headers: str):
    """The answer, and the principal who was admitted."""
    limits = Principals()
    client = echo(
        f"  /p:\n    get:\n      operationId: get\n      security: {security}\n"
        "      responses: {'200': {description: Yes., content: {application/json: {schema: {}}}}, '429': {description: No.}}\n",
        head=SCHEMES,
        schemes={name: Anybody() for name in ("token", "login", "digest", "header", "query", "cookie", "oauth", "openid")},
        limits=limits,
    )
    response = client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    return response, limits.seen


class TestEveryKindOfScheme:
    @pytest.mark.parametrize(
        ("name", "path", "headers", "principal"),
        [
            ("token", "/p", {"Authorization": "Bearer ann"}, "ann"),
            ("oauth", "/p", {"Authorization": "bearer ann"}, "ann"),
            ("openid", "/p", {"Authorization": "Bearer ann"}, "ann"),
            ("login", "/p", {"Authorization": "Basic YW5uOnB3"}, "ann:pw"),
            ("login", "/p", {"Authorization": "basic w6Q6OnA="}, "ä::p"),
            ("digest", "/p", {"Authorization": 'Digest username="ann", uri="/p"'}, 'username="ann", uri="/p"'),
            ("header", "/p", {"X_Key": " ann "}, "ann"),
            ("query", "/p?api%20key=an%6E", {}, "ann"),
            ("query", "/p?api+key=a+n", {}, "a n"),
            ("cookie", "/p", {"Cookie": 'x=1; session="ann"; session=eve'}, "ann"),
        ],
    )
    def test_finds_its_credential(self, name, path, headers, principal):
        response, seen = asked(f"[{{{name}: []}}]", path, **headers)

        assert (response.status_code, seen) == (200, [principal])

    @pytest.mark.parametrize(
        ("name", "path", "headers"),
        [
            ("token", "/p", {"Authorization": "Basic YW5uOnB3"}),
            ("login", "/p", {"Authorization": "Bearer ann"}),
            ("login", "/p", {"Authorization": "Basic YW5u"}),  # no colon
            ("login", "/p", {"Authorization": "Basic YW5uOnB3!"}),
            ("login", "/p", {"Authorization": "Basic /zo="}),  # not UTF-8
            ("digest", "/p", {"Authorization": "Digest"}),
            ("header", "/p", {"X_Key": ""}),
            ("header", "/p", {"X_Key": "wrong"}),
            ("query", "/p?api%20key=ann&api%20key=eve", {}),
            ("query", "/p?api%20key=%ff", {}),
            ("query", "/p?apikey=ann", {}),
            ("cookie", "/p", {"Cookie": "xsession=ann; session"}),
        ],
    )
    def test_rejects_what_is_not_a_credential(self, name, path, headers):
        assert asked(f"[{{{name}: []}}]", path, **headers)[0].status_code == 401

    @pytest.mark.parametrize(
        ("security", "challenges"),
        [
            ("[{token: []}, {oauth: []}]", ["Bearer"]),
            ("[{login: []}]", ['Basic realm="Echo", charset="UTF-8"']),
            ("[{digest: []}, {header: []}]", ["Digest", 'ApiKey in="header"']),
        ],
    )
    def test_names_the_scheme_in_its_challenge(self, security, challenges):
        assert asked(security)[0].headers.get_list("WWW-Authenticate") == challenges


class TestSeveralSchemes:
    @pytest.mark.parametrize(
        ("headers", "status", "seen"),
        [
            ({"X_Key": "app", "Authorization": "Bearer ann"}, 200, ["ann"]),
            ({"X_Key": "app"}, 401, []),
            ({"Authorization": "Bearer ann"}, 401, []),
            ({"X_Key": "wrong", "Authorization": "Bearer ann"}, 401, []),
            ({"Cookie": "session=eve"}, 200, ["eve"]),
            ({"X_Key": "app", "Authorization": "Bearer eve", "Cookie": "session=eve"}, 200, ["eve"]),  # the other will do
            ({"X_Key": "app", "Authorization": "Bearer eve"}, 403, ["eve"]),
        ],
    )
    def test_are_needed_together_or_instead_of_each_other(self, headers, status, seen):
        response, principals = asked("[{header: [], oauth: [ann]}, {cookie: []}]", **headers)

        assert (response.status_code, principals) == (status, seen)

    @pytest.mark.parametrize(
        ("headers", "status", "seen"),
        [
            ({}, 200, []),
            ({"X_Key": "app", "Authorization": "Bearer ann"}, 200, ["ann"]),
            ({"Authorization": "Bearer ann"}, 401, []),
            ({"X_Key": "wrong"}, 401, []),
        ],
    )
    def test_may_be_left_out_together_but_not_by_halves(self, headers, status, seen):
        response, principals = asked("[{}, {header: [], oauth: []}]", **headers)

        assert (response.status_code, principals) == (status, seen)


class TestStepUp:
    OPERATION = "[{people: [%s]}]\n      x-accord-step-up: true"

    def asked(self, who: str, scope: str = ""):
        problem = "{content: {application/problem+json: {schema: {type: object}}}, description: No.}"
        complete = problem.replace("type: object", "type: object, required: [type, accepted]")
        return answering(self.OPERATION % scope, f"'401': {complete}, '403': {problem}", people=Recent()).get(
            "/p", headers=bearer(who)
        )

    def test_lets_those_pass_who_proved_recently_who_they_are(self):
        assert self.asked("writer").status_code == 200

    def test_asks_the_others_with_the_problem_and_the_challenge_of_the_service(self):
        response = self.asked("reader")

        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == 'Bearer error="insufficient_user_authentication"'
        assert (response.json()["type"], response.json()["accepted"]) == ("/problems/stale", ["x"])

    def test_comes_after_the_scopes(self):
        assert self.asked("reader", "writer").status_code == 403

    def test_needs_a_scheme_that_can_ask(self):
        with pytest.raises(DocumentError, match=r":\d+: the service's Tokens cannot ask for a recent proof"):
            guarded(self.OPERATION % "", people=Tokens())


def test_a_scheme_that_the_service_lacks_stops_the_start():
    with pytest.raises(DocumentError, match=r":\d+: the service has no security scheme 'people': add it"):
        guarded("[{people: []}]")
