"""Bodies: every kind of media type, which of several is meant, and what they may hold."""

from __future__ import annotations

from accord.runtime import File
from tests.codegen.features.case import BOUNDARY, Case, parts, post_json, send

FORM = "application/x-www-form-urlencoded"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
MERGE = "application/merge-patch+json"
CONTENT = "request body/content"
PERSON = {"name": "Ada", "age": 36}


def _json(text: str | bytes, media: str = "application/json") -> Case:
    return send(CONTENT, "POST", "/v1/bodies/json", text, media)


DEEP = '{"name": ' + "[" * 2000 + "]" * 2000 + "}"
JSON = [
    post_json(CONTENT, "/v1/bodies/json", PERSON).takes(body=PERSON),
    _json('{"name": "A\\u0064a", "age": 36}', "Application/JSON; charset=UTF-8").takes(body=PERSON),
    _json('{"name":"Ada"}', 'application/json;charset="utf-8"').takes(body={"name": "Ada"}),
    _json('{"name":"Ada"}', "application/json; profile=x").takes(body={"name": "Ada"}),
    _json('{"name":"Ada","age":36.0}').takes(body=PERSON),
    _json(f'{{"name":"Ada","age":{10**40}}}').takes(body={"name": "Ada", "age": 10**40}),
    *[
        _json(text).refused(status=400)
        for text in (
            "{",
            '{"name":"Ada",}',
            '{"name":"Ada","name":"Ada"}',
            '{"name":NaN}',
            "{'name':'Ada'}",
            DEEP,
            '{"name":"Ada"} x',
        )
    ],
    *[
        _json(raw).refused(status=400)
        for raw in (b'{"name":"\xff"}', b'\xef\xbb\xbf{"name":"Ada"}', b'{"name":"\\ud800"}', b'{"age":01}')
    ],
    *[
        _json('{"name":"Ada"}', media).refused(status=415, accept="application/json")
        for media in (
            "text/json",
            "application/json; charset=latin-1",
            "application/json;;=",
            "json",
            "application/problem+json",
            "",
        )
    ],
    send(CONTENT, "POST", "/v1/bodies/json", '{"name":"Ada"}').refused(status=415, accept="application/json"),
    send(CONTENT, "POST", "/v1/bodies/json", "{}", "application/json", Content_Encoding="gzip").refused(status=415),
    _json('{"age":"36"}').refused("body/name required", "body/age type"),
    _json('{"name":"Ada","size":1}').refused("body/size additionalProperties"),
    _json("[]").refused("body type"),
    _json("null").refused("body type"),
    send("document/x-accord-body-limit", "POST", "/v1/bodies/json", f'{{"name":"{"a" * 19000}"}}', "application/json").takes(
        body={"name": "a" * 19000}
    ),
    send("document/x-accord-body-limit", "POST", "/v1/bodies/json", f'{{"name":"{"a" * 20000}"}}', "application/json").refused(
        status=413
    ),
]

PATCH = [
    post_json(CONTENT, "/v1/bodies/patch", {"age": None}, MERGE, "PATCH").takes(body={"age": None}),
    post_json(CONTENT, "/v1/bodies/patch", {"age": 1}, "application/vnd.example.patch+json", "PATCH").takes(body={"age": 1}),
    post_json(CONTENT, "/v1/bodies/patch", {"age": 1}, "application/json", "PATCH").refused(status=415),
    post_json(CONTENT, "/v1/bodies/patch", {"age": 1}, "application/vnd.other.patch+json", "PATCH").refused(status=415),
    post_json(CONTENT, "/v1/bodies/patch", {}, MERGE, "PATCH").refused("body minProperties"),
    post_json(CONTENT, "/v1/bodies/patch", {"name": None}, MERGE, "PATCH").refused("body/name type"),
]


def _form(text: str, feature: str = CONTENT) -> Case:
    return send(feature, "POST", "/v1/bodies/form", text, FORM)


FORMS = [
    _form("name=Ada+L&age=36&agreed=true&tags=a&tags=b").takes(
        body={"name": "Ada L", "age": 36, "agreed": True, "tags": ["a", "b"]}
    ),
    _form("name=%C3%84da%26").takes(body={"name": "Äda&"}),
    _form("name=36").takes(body={"name": "36"}),
    _form("").refused("body/name required"),
    _form("name=").refused("body/name minLength"),
    _form("name=a&name=b").refused("body/name repeated"),
    _form("name=a&age=x").refused("body/age type"),
    _form("name=a&agreed=on").refused("body/agreed type"),
    _form("name=a&size=1").refused("body/size additionalProperties"),
    _form("name=%zz").refused(status=400),
    _form("name=%FF").refused(status=400),
    _form("name=a&numbers=1|2", "encoding/style").takes(body={"name": "a", "numbers": [1, 2]}),
    _form("name=a&numbers=1,2", "encoding/style").refused("body/numbers/0 type"),
    _form("name=a&numbers=1%7C2", "encoding/explode").takes(body={"name": "a", "numbers": [1, 2]}),
    _form("name=a&numbers=1&numbers=2", "encoding/explode").refused("body/numbers repeated"),
    _form("name=a&colour[R]=1&colour%5BG%5D=2", "encoding/style").takes(body={"name": "a", "colour": {"R": 1, "G": 2}}),
    _form("name=a&colour[B]=1", "encoding/style").refused("body/colour/B additionalProperties", "body/colour/R required"),
    _form('name=a&where={"R":+1}', "encoding/contentType").takes(body={"name": "a", "where": {"R": 1}}),
    _form('name=a&where={"R":"1"}', "encoding/contentType").refused("body/where/R type"),
    _form("name=a&where=R,1", "encoding/contentType").refused(status=400),
    _form("name=a&path=/a?b", "encoding/allowReserved").takes(body={"name": "a", "path": "/a?b"}),
    _form("name=a&path=a&path=b", "encoding/allowReserved").refused("body/path repeated"),
]

TITLE = ("title", "A")


def _parts(*written: tuple[str | bytes, ...], feature: str = CONTENT) -> Case:
    return send(feature, "POST", "/v1/bodies/multipart", parts(TITLE, *written), MULTIPART)


PNG, SIZE = "Content-Type: image/png", "X-Size: 9"
PDF = "Content-Type: application/pdf"
MULTIPARTS = [
    _parts(("count", "7"), ("meta", '{"R": 1}', "Content-Type: application/json")).takes(
        body={"title": "A", "count": 7, "meta": {"R": 1}}
    ),
    _parts(("meta", '{"R": 1}')).takes(body={"title": "A", "meta": {"R": 1}}),
    _parts(("picture", "abc", "Content-Type: image/webp")).takes(body={"title": "A", "picture": File(b"abc", "image/webp")}),
    _parts(("picture", b"\xff\x00")).takes(body={"title": "A", "picture": File(b"\xff\x00", "application/octet-stream")}),
    _parts(("picture", "123456789")).refused("body/picture maxLength"),
    _parts(("picture", "a"), ("picture", "b")).refused("body/picture repeated"),
    _parts(TITLE).refused("body/title repeated"),
    _parts(("count", "x")).refused("body/count type"),
    _parts(("count", "7", "Content-Type: application/json")).refused("body/count contentType"),
    _parts(("meta", "{")).refused(status=400),
    _parts(("other", "x")).refused("body/other additionalProperties"),
    _parts(("icon", "i", PNG, SIZE), feature="encoding/contentType").takes(
        body={"title": "A", "icon": File(b"i", "image/png", None, {"X-Size": 9})}
    ),
    _parts(("icon", "i", "Content-Type: image/webp", SIZE), feature="encoding/contentType").refused("body/icon contentType"),
    _parts(("icon", "i", SIZE), feature="encoding/contentType").refused("body/icon contentType"),
    _parts(("icon", "i", PNG, SIZE, "X-Note: n"), feature="encoding/headers").takes(
        body={"title": "A", "icon": File(b"i", "image/png", None, {"X-Size": 9, "X-Note": "n"})}
    ),
    _parts(("icon", "i", PNG), feature="encoding/headers").refused("body/icon headers"),
    _parts(("icon", "i", PNG, "X-Size: 100"), feature="encoding/headers").refused("body/icon headers"),
    _parts(("icon", "i", PNG, "X-Size: x"), feature="encoding/headers").refused("body/icon headers"),
    _parts(("pages", "1", PDF), ("pages", "2"), feature="schema/contentMediaType").takes(
        body={"title": "A", "pages": [File(b"1", "application/pdf"), File(b"2", "application/pdf")]}
    ),
    _parts(("pages", "1", PDF), ("pages", "2", PNG), feature="schema/contentMediaType").refused("body/pages/1 contentType"),
    _parts(*[("pages", "1", PDF)] * 3).refused("body/pages maxItems"),
    _parts(("signature", "YWI="), feature="schema/contentEncoding").takes(
        body={"title": "A", "signature": File(b"ab", "application/octet-stream")}
    ),
    _parts(("signature", "YW"), feature="schema/contentEncoding").refused("body/signature contentEncoding"),
    _parts(("old", "YWI="), feature="schema/format").takes(body={"title": "A", "old": File(b"ab", "application/octet-stream")}),
    _parts(("old", "???"), feature="schema/format").refused("body/old contentEncoding"),
    _parts(("numbers", "1,2"), feature="encoding/style").takes(body={"title": "A", "numbers": [1, 2]}),
    _parts(("numbers", "1|2"), feature="encoding/style").refused("body/numbers/0 type"),
    _parts(("numbers", "1"), ("numbers", "2"), feature="encoding/explode").refused("body/numbers repeated"),
    send(CONTENT, "POST", "/v1/bodies/multipart", parts(("count", "1")), MULTIPART).refused("body/title required"),
    send(CONTENT, "POST", "/v1/bodies/multipart", parts(TITLE), "multipart/form-data").refused(status=400),
    send(CONTENT, "POST", "/v1/bodies/multipart", parts(TITLE)[:-4], MULTIPART).refused(status=400),
    send(CONTENT, "POST", "/v1/bodies/multipart", parts(TITLE), f"multipart/mixed; boundary={BOUNDARY}").refused(status=415),
    send(CONTENT, "POST", "/v1/bodies/multipart", "title=A", FORM).refused(status=415),
]


def _plain(path: str, content: str | bytes, media: str, method: str = "POST", feature: str = CONTENT) -> Case:
    return send(feature, method, f"/v1/bodies/{path}", content, media)


PLAIN = [
    _plain("text", "é", "text/plain").takes(body="é"),
    _plain("text", b"\xe9", "text/plain; charset=ISO-8859-1").takes(body="é"),
    _plain("text", b"\xe9", "text/plain").refused(status=400),
    _plain("text", "a", "text/plain; charset=utf-7").refused(status=415),
    _plain("text", "", "text/plain").refused("body minLength"),
    _plain("text", "a" * 11, "text/plain").refused("body maxLength"),
    _plain("text", "a", "text/html").refused(status=415),
    _plain("binary", b"\x00\xff", "application/octet-stream").takes(body=File(b"\x00\xff", "application/octet-stream")),
    _plain("binary", b"\x00\xff\x00\xff\x00", "application/octet-stream").refused("body maxLength"),
    _plain("binary", "a", "application/pdf").refused(status=415, accept="application/octet-stream"),
    _plain("ranges", b"\x89", "image/png").takes(body=File(b"\x89", "image/png")),
    _plain("ranges", "<svg/>", "image/svg+xml").takes(body=File(b"<svg/>", "image/svg+xml")),
    _plain("ranges", "<svg />", "image/svg+xml").refused("body maxLength"),
    _plain("ranges", "é", "text/markdown").takes(body="é"),
    _plain("ranges", "a", "video/mp4").refused(status=415),
    _plain("ranges", "a", "image/*").refused(status=415),
    _plain("ranges", "a", "video/mp4", "PUT").takes(body=File(b"a", "video/mp4")),
    _plain("ranges", "a", "nonsense", "PUT").refused(status=415),
    _plain("several", '{"name": "Ada"}', "application/json").takes(body={"name": "Ada"}),
    _plain("several", "name=Ada&age=36", FORM).takes(body=PERSON),
    _plain("several", '{"a":', "text/plain").takes(body='{"a":'),
    _plain("several", "name=Ada", "application/json").refused(status=400),
    _plain("several", '{"name": "Ada"}', "text/plain").refused("body maxLength"),
    _plain("several", '{"name": "Ada"}', FORM).refused("body/… additionalProperties", "body/name required"),
    _plain("several", "<a/>", "application/xml").refused(status=415, accept=f"application/json, {FORM}, text/plain"),
    send("request body/required", "POST", "/v1/bodies/optional").takes(),
    send("request body/required", "POST", "/v1/bodies/optional", None, "application/json").takes(),
    _plain("optional", "null", "application/json", feature="request body/required").takes(),
    _plain("optional", '{"a": 1}', "application/json", feature="request body/required").takes(body={"a": 1}),
    _plain("optional", '{"a": 1, "b": 2}', "application/json", feature="request body/required").refused("body maxProperties"),
    _plain("optional", "a", "text/plain", feature="request body/required").refused(status=415),
    send("request body/required", "POST", "/v1/bodies/json", None, "application/json").refused(status=400),
    send("request body/required", "POST", "/v1/bodies/json").refused(status=400),
    send("media type/encoding", "POST", "/v1/bodies/form", "name=a&numbers=1|2", FORM).takes(
        body={"name": "a", "numbers": [1, 2]}
    ),
    send("media type/encoding", "POST", "/v1/bodies/form", "name=a&numbers=1+2", FORM).refused("body/numbers/0 type"),
    _plain("text", "a", "text/plain", feature="media type/schema").takes(body="a"),
    _plain("text", "a" * 11, "text/plain", feature="media type/schema").refused("body maxLength"),
]

CASES = [*JSON, *PATCH, *FORMS, *MULTIPARTS, *PLAIN]
