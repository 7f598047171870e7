"""S49-S52, S59, S60: requests that are not what they seem."""

from __future__ import annotations

import json

import pytest

from tests.security.client import code, head
from tests.support.builders import PASSWORD, new_post

pytestmark = pytest.mark.slow

JSON = "application/json"
SECRET = "so-secret-a-phrase-7"


BODIES = {
    "deep": b"[" * 100_000,
    "deep objects": b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
    "many members": b"{" + b",".join(b'"%d":1' % number for number in range(24_000)) + b"}",
    "duplicate members": b'{"title":"a","title":"b","content":"c"}',
    "duplicate by escapes": b'{"title":"a","\\u0074itle":"b","content":"c"}',
    "NaN": b'{"title":NaN,"content":"c"}',
    "Infinity": b'{"title":-Infinity,"content":"c"}',
    "digits": b'{"title":' + b"9" * 100_000 + b',"content":"c"}',
    "exponent": b'{"title":1e999999999,"content":"c"}',
    "byte order mark": b'\xef\xbb\xbf{"title":"a","content":"c"}',
    "UTF-16": '{"title":"a","content":"c"}'.encode("utf-16"),
    "UTF-7": b'{"title":"+ADw-","content":+}',
    "invalid UTF-8": b'{"title":"\xff","content":"c"}',
    "overlong": b'{"title":"\xc0\xaf","content":"c"}',
    "truncated": b'{"title":"a","content"',
    "trailing": b'{"title":"a","content":"c"} {}',
    "comment": b'{"title":"a",/**/"content":"c"}',
    "comma": b'{"title":"a","content":"c",}',
    "quotes": b"{'title':'a','content':'c'}",
    "empty": b"",
    "blank": b" \n ",
    "array": b"[]",
    "null": b"null",
    "text": b'"a"',
    "prototype": b'{"__proto__":{"role":"admin"},"title":"a","content":"c"}',
}


@pytest.mark.parametrize("path", ["/posts", "/sessions"])
def test_s49_json_that_is_not_an_object_of_the_schema_is_refused(service, user, path):
    """Deep, huge, ambiguous, truncated and otherwise encoded JSON is 400, 413 or 422; never 500, and nothing is stored."""
    for name, body in BODIES.items():
        response = service.post(path, content=body, headers={**user.headers, "Content-Type": JSON})
        assert response.status_code in {400, 413, 422}, (name, response.status_code)
        assert response.headers["Content-Type"] == "application/problem+json", name
    million = b"{" + b",".join(b'"%d":1' % number for number in range(1_000_000)) + b"}"
    assert code(service.post(path, content=million, headers={**user.headers, "Content-Type": JSON})) == (
        413,
        "content-too-large",
    )

    assert service.get(f"/users/{user.id}/posts").json()["total"] == 0


def test_s50_a_body_over_the_limit_is_refused_before_it_is_read(service, user):
    """A body that is too large is 413 by its length alone, and in chunks as soon as the limit is passed."""
    lines = (f"Authorization: Bearer {user.tokens['access_token']}", f"Content-Type: {JSON}")
    announced = service.raw(head("POST", "/api/v1/posts", *lines, "Content-Length: 100000000000"))
    chunk = b"%x\r\n%b\r\n" % (65_536, b" " * 65_536)
    chunked = service.raw(head("POST", "/api/v1/posts", *lines, "Transfer-Encoding: chunked"), *[chunk] * 6)
    one = service.raw(head("POST", "/api/v1/posts", *lines, "Transfer-Encoding: chunked"), b"7fffffff\r\n", b" " * 300_000)

    assert [answer.status for answer in (announced, chunked, one)] == [413] * 3


def test_s51_only_json_is_read_as_json(service, user):
    """A wrong, missing or repeated content type, such as that of a form, is 415 (no request of a simple form is accepted)."""
    body = json.dumps(new_post()).encode()
    wrong = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "json"]
    for kind in [*wrong, "application/jsonp", "application/json, text/plain", "application/json; charset=utf-16", "*/*", ""]:
        response = service.post("/posts", content=body, headers={**user.headers, "Content-Type": kind})
        assert response.status_code == 415, kind
        assert response.headers["Accept"] == JSON
    missing = service.post("/posts", content=body, headers=user.headers)
    twice = [*user.headers.items(), ("Content-Type", JSON), ("Content-Type", "text/plain")]
    assert missing.status_code == 415
    assert service.send("POST", "/posts", content=body, headers=twice).status_code in {400, 415}
    assert service.send("POST", "/sessions", data={"identifier": user.username, "password": PASSWORD}).status_code == 415


def test_s52_heads_are_bounded(service):
    """A header of a megabyte, ten thousand headers and a URL of 100 kB are 4xx, and the service goes on."""
    large = service.raw(head("GET", "/health", "X-Large: " + "a" * 1_000_000))
    many = service.raw(head("GET", "/health", *(f"X-{number}: 1" for number in range(10_000))))
    long = service.raw(head("GET", "/health?" + "a" * 100_000))

    assert {answer.status for answer in (large, many)} <= {400, 431}
    assert long.status in {400, 414, 431}
    assert service.get("//health").status_code == 200


def test_s59_no_problem_and_no_log_repeats_a_secret(service, user):
    """Passwords, tokens, codes and keys that are refused are repeated neither in the response nor in the log."""
    headers = user.headers
    answers = [
        service.post("/users", service.new(email="x", password=SECRET)),
        service.post("/users", service.new(password=SECRET * 20)),
        service.try_to_sign_in("ab", SECRET),
        service.try_to_sign_in(user.username, SECRET),
        service.try_to_sign_in(user.username, PASSWORD, totp_code=SECRET),
        service.refresh(SECRET),
        service.get("/users/me", headers={"Authorization": f"Bearer {SECRET}"}),
        service.get("/users/me", headers={"X-API-Key": SECRET}),
        service.post("/password-reset-confirmations", {"token": SECRET, "password": SECRET}),
        service.put("/users/me/password", {"current_password": SECRET, "new_password": SECRET * 20}, headers=headers),
        service.post("/users/me/totp-confirmations", {"code": SECRET}, headers=headers),
        service.post("/sessions", content=f'{{"password": "{SECRET}"'.encode(), headers={"Content-Type": JSON}),
    ]

    for answer in answers:
        assert 400 <= answer.status_code < 500
        assert SECRET not in answer.text
        assert SECRET not in str(answer.headers)
    assert SECRET not in service.log


def test_s60_no_value_splits_a_header_or_a_line_of_the_log(service, user):
    """CR, LF and other characters in values that reach a header or the log cannot add one; a hostile request id is replaced."""
    hostile = '0\t"forged": \u00e9'
    response = service.get("//health", headers=[("X-Request-Id", hostile.encode("latin-1"))])
    assert hostile not in response.headers["X-Request-Id"]
    assert len(response.headers["X-Request-Id"]) == 36
    for lines in (("X-Request-Id: a\r\nX-Evil: 1",), ("X-Request-Id: a\nX-Evil: 1",), ("X-Request-Id: a\rX-Evil: 1",)):
        answer = service.raw(head("GET", "/health", *lines))
        assert "x-evil" not in answer.headers
    for path in ("/users/%0d%0aX-Evil:1", "/users?q=%0d%0aX-Evil:1", "/%0d%0aX-Evil:1"):
        answer = service.get(path, headers={**user.headers, "User-Agent": "a\tforged"})
        assert "X-Evil" not in answer.headers
    created = service.post("/posts", new_post(title="a\r\nX-Evil: 1"), headers=user.headers)
    assert created.headers["Location"] == f"/api/v1/posts/{created.json()['id']}"
    assert "X-Evil" not in created.headers
    for line in service.log.splitlines():
        if line.startswith("{"):
            json.loads(line)  # one line is one event
        assert not line.startswith("X-Evil")
