"""S80-S86: what every response says to a browser, and what a connection may not do."""

from __future__ import annotations

import json
import re

import pytest

from tests.contract.contract import OPERATIONS
from tests.contract.wire import NOBODY
from tests.security.client import ORIGIN, code, fresh_address, head

pytestmark = pytest.mark.slow

OTHER_ORIGINS = [
    *("https://other.example", "null", "http://app.example", "https://app.example:8443", "https://app.example.evil.example"),
    *("https://evil-app.example", "https://sub.app.example", "https://APP.example/", "*", "https://app.example evil", ""),
]


def allowed(response) -> dict[str, str]:
    """The headers of CORS."""
    return {name: value for name, value in response.headers.items() if name.startswith("access-control")}


def preflight(service, origin, method="PATCH"):
    """Ask as a browser does before it sends a token."""
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization"}
    return service.send("OPTIONS", "/users/2", headers={"Origin": origin, **asked})


def test_s80_only_the_listed_origin_may_read_responses(service):
    """No other origin, `null` or look-alike gets a CORS header, nobody gets credentials, and refusals have them as well."""
    for origin in OTHER_ORIGINS:
        for response in (service.get("/posts", headers={"Origin": origin}), preflight(service, origin)):
            assert not allowed(response), origin
            assert "Origin" in response.headers["Vary"]
    address = fresh_address()
    headers = {"Origin": ORIGIN}
    for _ in range(service.most("ADDRESS_LIMIT")):
        service.get("/posts", address=address)
    answers = [
        service.get("/posts", headers=headers),
        service.get("/users/me", headers=headers),
        service.get("/posts", headers=headers, address=address),
        service.get("/nowhere", headers=headers),
        preflight(service, ORIGIN),
    ]
    for answer in answers:
        assert allowed(answer)["access-control-allow-origin"] == ORIGIN
        assert "access-control-allow-credentials" not in answer.headers
        assert "Origin" in answer.headers["Vary"]
    assert [answer.status_code for answer in answers][:2] == [200, 401]


def test_s81_every_response_has_the_headers_that_protect_browsers(service, user):
    """nosniff, no-store, a policy without scripts and HSTS are on every response, refusals too; no server version is."""
    answers = [
        *(service.get(path, headers=user.headers) for path in ("/users/me", "/posts", "/nowhere", "/posts?page=0")),
        *(service.get("/users/me"), service.get("//health"), service.post("/posts", [])),
        *(service.get(f"//{page}") for page in ("docs", "redoc", "openapi.json", "openapi.yaml", "reset-password")),
    ]
    for answer in answers:
        headers = answer.headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Strict-Transport-Security"].startswith("max-age=63072000")
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe-eval" not in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "no-referrer"
        assert not {"server", "x-powered-by", "via"} & {name.lower() for name in headers}
        assert "no-store" in headers["Cache-Control"] or "/users" not in str(answer.url)


def test_s82_methods_that_a_path_does_not_have_are_405_with_the_complete_list(service):
    """TRACE, CONNECT and unknown methods are refused, 405 lists all methods of the path, and HEAD is GET without a body."""
    paths: dict[str, set[str]] = {}
    for operation in OPERATIONS:
        paths.setdefault(re.sub(r"\{\w+\}", NOBODY, operation.path), set()).add(operation.method)
    for path, methods in paths.items():
        other = next(method for method in ("PUT", "DELETE", "PATCH", "POST", "GET") if method not in methods)
        answer = service.send(other, f"/{path}")
        reads = {"HEAD"} if "GET" in methods else set()
        assert answer.status_code in {404, 405}, path
        if answer.status_code == 405:
            assert set(answer.headers["Allow"].split(", ")) >= {*methods, *reads, "OPTIONS"}, path
    for method in ("TRACE", "TRACK", "BREW", "PROPFIND"):
        assert service.raw(head(method, "/api/v1/posts")).status in {405, 501}, method
    assert service.raw(head("CONNECT", "127.0.0.1:22")).status in {400, 405, 501}
    for path in ("/posts", "/users/me"):
        get, only_head = service.get(path), service.send("HEAD", path)
        assert (only_head.status_code, only_head.content) == (get.status_code, b"")
        assert only_head.headers["Content-Length"] == get.headers["Content-Length"]


def test_s83_another_host_is_refused(service):
    """A Host that is not allowed, is malformed, or differs from the target is 400."""
    for host in (
        "evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "a b",
        "",
        "127.0.0.1:x",
        "evil:127.0.0.1",
    ):
        assert service.raw(head("GET", "/health", host=host)).status == 400, host
    assert service.raw(head("GET", "http://evil.example/health")).status == 400
    assert service.raw(head("GET", "/health", "Host: evil.example")).status == 400
    assert service.raw(b"GET /health HTTP/1.1\r\n\r\n").status == 400
    assert service.raw(head("GET", "/health", host=f"127.0.0.1:{service.server.port}")).status == 200


def test_s84_a_request_with_two_lengths_is_refused_and_nothing_after_it_is_read(service):
    """Conflicting Content-Length and Transfer-Encoding are 400 and end the connection (request smuggling)."""
    smuggled = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    json_type = "Content-Type: application/json"
    for lines in (
        ("Content-Length: 6", "Transfer-Encoding: chunked"),
        ("Content-Length: 6", "Content-Length: 7"),
        ("Content-Length: 6, 7",),
        ("Content-Length: +6",),
        ("Content-Length: 0x6",),
        ("Content-Length: -1",),
        ("Transfer-Encoding: xchunked",),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
        ("Transfer-Encoding : chunked",),
        ("Transfer-Encoding: gzip, chunked",),
    ):
        answer = service.raw(head("POST", "/api/v1/sessions", json_type, *lines), b"0\r\n\r\n", smuggled)
        assert answer.status == 400, lines
        assert answer.headers["connection"] == "close", lines


def test_s85_an_unexpected_fault_tells_nothing_but_the_id_of_the_request(service, user):
    """The body of a 500 is generic: no trace, SQL, path or value; and it has the id of the request."""
    service.database.execute("UPDATE users SET username = ? WHERE id = ?", ("not a valid name", user.id))

    answer = service.get("/users/me", headers={**user.headers, "Origin": ORIGIN})

    assert code(answer) == (500, "internal-server-error")
    problem = answer.json()
    assert problem["instance"] == f"urn:uuid:{answer.headers['X-Request-ID']}"
    assert not re.search(r"Traceback|File |SELECT|\.py|valid name|username", json.dumps(problem))
    assert allowed(answer)["access-control-allow-origin"] == ORIGIN
    service.database.execute("UPDATE users SET username = ? WHERE id = ?", (user.username, user.id))


def test_s86_pages_are_served_as_configured_and_nothing_of_a_debugger(service, production):
    """Without DOCS and CONSOLE there are no pages. Production has no `/metrics`, no debug mode and no local origins."""
    for page in ("docs", "redoc", "problems", "console"):
        assert service.get(f"//{page}").status_code == 200
        assert production.get(f"//{page}").status_code == 404
    for page in ("metrics", "debug", "_debug", "admin", "server-status", "docs/oauth2-redirect"):
        assert code(production.get(f"//{page}")) == (404, "not-found")
    assert not allowed(production.get("/posts", headers={"Origin": "http://localhost:3000"}))
    assert production.get("//openapi.json").status_code == 200
