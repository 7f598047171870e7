"""Multipart bodies: the type of each part, and malformed bodies."""

import base64

import pytest

from accord.jsonschema.content_encoding import CODINGS
from tests.codegen.support.bodies import BOUNDARY, faults, multipart, part, post, post_parts, raw_part, service
from tests.codegen.support.service import Answer


def form(properties, encoding="{}", extra="additionalProperties: false", media="multipart/form-data"):
    return service(f"{{{media}: {{schema: {{type: object, properties: {properties}, {extra}}}, encoding: {encoding}}}}}")


def file(content: bytes, media_type="application/octet-stream", filename=None, headers=None):
    """A file as the echo service writes it."""
    encoded = base64.b64encode(content).decode()
    return {"content": encoded, "media_type": media_type, "filename": filename, "headers": headers or {}}


def value(answer: Answer):
    assert answer.status == 200, answer.body
    return answer.json()["body"]["a"]


STRING, NUMBER, LIST = (
    form("{a: {type: string}}"),
    form("{a: {type: integer}}"),
    form("{a: {type: array, items: {type: integer}}}"),
)
OBJECT = form("{a: {type: object, properties: {x: {type: integer}}, required: [x]}}")
OBJECTS = form("{a: {type: array, items: {type: object}}}")
FILE = form("{a: {type: string, format: binary, minLength: 1, maxLength: 4}}")
FILES = form("{a: {type: array, items: {}, maxItems: 2}}")
TEXTS = form("{a: {type: array, items: {type: string}}}")
UNTYPED = form("{a: {}}")
IMAGE = form("{a: {}}", "{a: {contentType: 'image/png, image/jpeg'}}")
PNG = form("{a: {contentMediaType: image/png}}")
IMAGES = form("{a: {type: array, items: {}}}", "{a: {contentType: image/*}}")
BASE64 = form("{a: {type: string, contentEncoding: base64, contentMediaType: image/png, maxLength: 8}}")
BASE64URL = form("{a: {type: string, contentEncoding: base64url}}")
CODED = {name: form(f"{{a: {{type: string, contentEncoding: {name}}}}}") for name in CODINGS}
AS_JSON = form("{a: {type: integer}}", "{a: {contentType: application/json}}")
STYLED = form("{a: {type: array, items: {type: integer}}}", "{a: {style: form, explode: false}}")
DEEP = form("{a: {type: object, properties: {x: {type: integer}}, additionalProperties: false}}", "{a: {style: deepObject}}")
HEADED = form(
    "{a: {}}",
    "{a: {headers: {X-Size: {required: true, schema: {type: integer, maximum: 9}},"
    " X-Tags: {schema: {type: array, items: {}}}}}}",
)
OPEN = service("{multipart/form-data: {}}")
MIXED = form("{a: {type: object}}", media="multipart/mixed")

TEXT, JSON, PNG_TYPE = "Content-Type: text/plain", "Content-Type: application/json", "Content-Type: image/png"


class TestAPart:
    @pytest.mark.parametrize(
        ("client", "parts", "read"),
        [
            *[
                (STRING, [part("é")], "é"),
                (STRING, [part("")], ""),
                (STRING, [part("\r\n--x-")], "\r\n--x-"),
                (NUMBER, [part("7")], 7),
            ],
            *[(STRING, [part("é".encode("latin-1"), f"{TEXT}; charset=ISO-8859-1")], "é"), (STRING, [part("a", TEXT)], "a")],
            *[(STRING, [part("a", filename="b.txt")], "a"), (STRING, [part("a", "Content-Transfer-Encoding: 8bit")], "a")],
            *[(LIST, [part("1"), part("2")], [1, 2]), (LIST, [part("1")], [1]), (STYLED, [part("1,2")], [1, 2])],
            *[(OBJECT, [part('{"x":1.0}')], {"x": 1}), (OBJECT, [part('{"x":1}', JSON)], {"x": 1})],
            *[(OBJECTS, [part("{}"), part("{}", JSON)], [{}, {}]), (AS_JSON, [part("1e1", JSON)], 10)],
            *[(DEEP, [part("1", name="a[x]")], {"x": 1})],
            *[(OPEN, [part("1")], "1"), (OPEN, [part("1"), part("2")], ["1", "2"])],
            *[(OPEN, [part(b"\xff", PNG_TYPE)], file(b"\xff", "image/png"))],
            *[(OPEN, [part(b"1", filename="")], file(b"1", "application/octet-stream", ""))],
        ],
    )
    def test_is_read_by_its_schema(self, client, parts, read):
        assert value(post_parts(client, *parts)) == read

    @pytest.mark.parametrize(
        ("client", "parts", "read"),
        [
            *[(FILE, [part(b"\xff\0\r\n")], file(b"\xff\0\r\n")), (UNTYPED, [part("", PNG_TYPE)], file(b"", "image/png"))],
            *[(UNTYPED, [part("1", filename="a b.png")], file(b"1", filename="a b.png"))],
            *[(UNTYPED, [part("1", "Content-Type: IMAGE/PNG; q=1")], file(b"1", "image/png"))],
            *[(FILES, [part("1"), part("2")], [file(b"1"), file(b"2")]), (FILES, [part("1")], [file(b"1")])],
            *[
                (IMAGE, [part("1", PNG_TYPE)], file(b"1", "image/png")),
                (IMAGES, [part("1", PNG_TYPE)], [file(b"1", "image/png")]),
            ],
            *[(PNG, [part("1")], file(b"1", "image/png")), (PNG, [part("1", PNG_TYPE)], file(b"1", "image/png"))],
            *[(BASE64, [part("/w==")], file(b"\xff", "image/png")), (BASE64, [part("/\r\nw==")], file(b"\xff", "image/png"))],
            *[(BASE64, [part("/w==", "Content-Transfer-Encoding: BASE64")], file(b"\xff", "image/png"))],
            *[(BASE64URL, [part("_w")], file(b"\xff")), (BASE64URL, [part("_w==")], file(b"\xff"))],
            *[(HEADED, [part("1", "x-size: 9")], file(b"1", headers={"X-Size": 9}))],
            *[
                (
                    HEADED,
                    [part("1", "X-Size: 1", "X-Tags: a, b", "X-Other: c")],
                    file(b"1", headers={"X-Size": 1, "X-Tags": ["a", "b"]}),
                )
            ],
            *[
                (
                    UNTYPED,
                    [part("--y\r\n\r\n--y--", "Content-Type: multipart/mixed; boundary=y")],
                    file(b"--y\r\n\r\n--y--", "multipart/mixed"),
                )
            ],
        ],
    )
    def test_that_is_binary_is_a_file(self, client, parts, read):
        assert value(post_parts(client, *parts)) == read

    @pytest.mark.parametrize(
        ("coding", "sent", "content"),
        [
            *[("binary", b"\xff\0=3D", b"\xff\0=3D"), ("base16", b"fF\r\n00", b"\xff\0"), ("base32", b"74AA====", b"\xff\0")],
            *[("base32hex", b"VS00====", b"\xff\0"), ("quoted-printable", b"a=3D=FF=\r\nb", b"a=\xffb")],
        ],
    )
    def test_that_is_encoded_is_a_file(self, coding, sent, content):
        assert value(post_parts(CODED[coding], part(sent))) == file(content)

    @pytest.mark.parametrize("coding", ["7bit", "8bit"])
    def test_whose_encoding_leaves_it_a_text_is_one(self, coding):
        assert value(post_parts(CODED[coding], part("a=3D"))) == "a=3D"

    @pytest.mark.parametrize(
        ("client", "parts", "found"),
        [
            *[
                (STRING, [part("1", name="b")], [("/b", "additionalProperties")]),
                (STRING, [part("1", JSON)], [("/a", "contentType")]),
            ],
            *[(STRING, [part("1"), part("2")], [("/a", "repeated")])],
            *[(OPEN, [part("1", PNG_TYPE), part("2", PNG_TYPE)], [("/a", "repeated")])],
            *[
                (STRING, [part("1", f"{TEXT}; charset=utf-16")], [("/a", "contentType")]),
                (NUMBER, [part("01")], [("/a", "type")]),
            ],
            *[(STRING, [part("1", "Content-Type: text")], [("/a", "contentType")]), (NUMBER, [part("1 ")], [("/a", "type")])],
            *[(STRING, [part("YQ==", "Content-Transfer-Encoding: base64")], [("/a", "contentEncoding")])],
            *[
                (LIST, [part("1"), part("x")], [("/a/1", "type")]),
                (LIST, [part("[1]", JSON)], [("/a/0", "contentType"), ("/a/0", "type")]),
            ],
            *[
                (OBJECT, [part("{}")], [("/a/x", "required")]),
                (OBJECT, [part("{}", TEXT)], [("/a", "contentType")]),
            ],
            *[(OBJECT, [part("[]")], [("/a", "type")]), (DEEP, [part("1", name="a[y]")], [("/a/y", "additionalProperties")])],
            *[(FILE, [part("")], [("/a", "minLength")]), (FILE, [part(b"12345")], [("/a", "maxLength")])],
            *[(FILE, [part("ééé")], [("/a", "maxLength")]), (FILE, [part("1"), part("2")], [("/a", "repeated")])],
            *[(FILES, [part("1")] * 3, [("/a", "maxItems")]), (IMAGE, [part("1")], [("/a", "contentType")])],
            *[
                (IMAGE, [part("1", "Content-Type: image/gif")], [("/a", "contentType")]),
                (IMAGES, [part("1", TEXT)], [("/a/0", "contentType")]),
            ],
            *[
                (IMAGES, [part("1", PNG_TYPE), part("2")], [("/a/1", "contentType")]),
                (PNG, [part("1", TEXT)], [("/a", "contentType")]),
            ],
            *[
                (CODED["base32"], [part("1")], [("/a", "contentEncoding")]),
                (CODED["base16"], [part("f")], [("/a", "contentEncoding")]),
            ],
            *[(BASE64, [part("/w=")], [("/a", "contentEncoding")]), (BASE64, [part("/" * 12)], [("/a", "maxLength")])],
            *[(BASE64, [part("é")], [("/a", "contentEncoding")]), (BASE64URL, [part("a")], [("/a", "contentEncoding")])],
            *[(HEADED, [part("1")], [("/a", "headers")]), (HEADED, [part("1", "X-Size: 10")], [("/a", "headers")])],
            *[(HEADED, [part("1", "X-Size: 1.0")], [("/a", "headers")])],
            *[(STRING, [part("1", JSON), part("2", PNG_TYPE)], [("/a", "contentType"), ("/a", "repeated")])],
        ],
    )
    def test_that_does_not_fit_is_rejected_with_its_place(self, client, parts, found):
        assert faults(post_parts(client, *parts)) == found

    @pytest.mark.parametrize(
        ("client", "parts"), [(OBJECT, [part("{")]), (AS_JSON, [part("x", JSON)]), (STRING, [part(b"\xff")])]
    )
    def test_whose_content_is_broken_is_a_bad_request(self, client, parts):
        assert post_parts(client, *parts).status == 400

    def test_of_another_kind_of_multipart_has_a_name_too(self):
        content_type = f"multipart/mixed; boundary={BOUNDARY}"

        named = post(MIXED, content_type, multipart([raw_part("{}", 'Content-Disposition: inline; name="a"', JSON)]))
        nameless = post(MIXED, content_type, multipart([raw_part("{}", JSON)]))

        assert value(named) == {}
        assert nameless.status == 400

    def test_that_is_required_and_missing_is_a_fault(self):
        client = form("{a: {}, b: {type: string}}", extra="required: [a, b]")

        assert faults(post_parts(client)) == [("/a", "required"), ("/b", "required")]


class TestANameOfAFile:
    @pytest.mark.parametrize(
        ("written", "name"),
        [
            *[
                ('filename="é.png"', "é.png"),
                ('filename="at 3\u202fpm"', "at 3\u202fpm"),
                ("filename=a.png", "a.png"),
                ('filename="a\\"b"', 'a"b'),
                ('filename="a%22b"', 'a"b'),
            ],
            *[
                ('filename="../../etc/passwd"', "../../etc/passwd"),
                ('filename=""', ""),
                ("filename*=UTF-8''%C3%A9.png", "é.png"),
            ],
            *[
                ("filename=\"a\"; filename*=UTF-8''b", "a"),
                ("filename*=utf-8'de'a", "a"),
                ('filename="a; name=b"', "a; name=b"),
            ],
        ],
    )
    def test_is_what_the_client_sends(self, written, name):
        sent = raw_part("1", f'Content-Disposition: form-data; name="a"; {written}')

        assert value(post_parts(UNTYPED, sent)) == file(b"1", filename=name)

    @pytest.mark.parametrize(
        "written",
        [
            *["filename*=UTF-8''%C3", "filename*=UTF-8''%", "filename*=utf-16''a", "filename*=a", 'filename="a'],
            *['filename="a"; filename="b"', 'filename="a\0"', 'filename="a\x7f"', 'filename="a"b', "filename=a b", 'name="b"'],
        ],
    )
    def test_that_is_malformed_is_a_bad_request(self, written):
        sent = raw_part("1", f'Content-Disposition: form-data; name="a"; {written}')

        assert post_parts(UNTYPED, sent).status == 400


class TestABody:
    GOOD = multipart([part("1")])

    @pytest.mark.parametrize(
        "raw",
        [
            *[
                b"x" + GOOD,
                b"preamble\n" + GOOD,
                b"preamble\r\n",
                b"preamble\r\n--x-7--",
                GOOD[:-2] + b"x",
                GOOD[:-2] + b"\nx",
                GOOD[:-2] + b" x\r\n",
                GOOD[:-3],
                GOOD[:-4],
            ],
            *[GOOD[:-8], GOOD[:-12], GOOD[:10], b"--x-7", b"--x-7\r\n", b"--x-7-", b"--", b"x", GOOD.replace(b"\r\n", b"\n")],
            *[GOOD.replace(b"--x-7\r\n", b"--x-7 x\r\n", 1), GOOD.replace(b"--x-7\r\n", b"--x-7 \n", 1)],
            *[GOOD.replace(b"--x-7\r\n", b"--x-7\v\r\n", 1), GOOD.replace(b"x-7", b"X-7"), GOOD.replace(b"--x-7", b"-x-7")],
            *[GOOD.replace(b"--x-7\r\n", b"--x-77\r\n", 1), GOOD.replace(b"\r\n\r\n", b"\r\n")],
            multipart([b"", part("1")]),
            multipart([part("1") + b"\r\n--x-7"]),
            multipart([part("1") + b"\r\n--x-7x"]),
            *(
                multipart([raw_part("1", *headers)])
                for headers in (
                    [],
                    ["Content-Type: text/plain"],
                    ["Content-Disposition: form-data"],
                    ['Content-Disposition: attachment; name="a"'],
                    ['Content-Disposition: form-data; filename="a"'],
                    ['Content-Disposition: form-data; name="a'],
                    ['Content-Disposition: form-data; name="a\0"'],
                    ['Content-Disposition: form-data; name="a" x'],
                    ["Content-Disposition: form-data; name*=UTF-8''a"],
                    ['Content-Disposition: form-data; name="a"', 'Content-Disposition: form-data; name="b"'],
                    ['Content-Disposition: form-data; name="a"', TEXT, JSON],
                    ['Content-Disposition: form-data; name="a"', " folded"],
                    ['Content-Disposition: form-data; name="a"', "X\0: 1"],
                    ['Content-Disposition: form-data; name="a"', "X: \x01"],
                    ['Content-Disposition: form-data; name="a"', "Content-Length: 2"],
                    ["Content-Disposition form-data"],
                )
            ),
            multipart([b'Content-Disposition: form-data; name="\xff"\r\n\r\n1']),
        ],
    )
    def test_that_is_malformed_is_a_bad_request(self, raw):
        assert post(OPEN, f"multipart/form-data; boundary={BOUNDARY}", raw).status == 400

    @pytest.mark.parametrize(
        ("content_type", "status"),
        [
            *[(f'multipart/form-data; boundary="{BOUNDARY}"', 200), (f"Multipart/Form-Data;Boundary={BOUNDARY}; x=y", 200)],
            *[("multipart/form-data", 400), ("multipart/form-data; boundary=", 415), ('multipart/form-data; boundary=""', 400)],
            *[
                (f"multipart/form-data; boundary={BOUNDARY}; boundary=y", 415),
                (f'multipart/form-data; boundary="{BOUNDARY} "', 400),
            ],
            *[(f"multipart/form-data; boundary={'x' * 71}", 400), ('multipart/form-data; boundary="x\\\n7"', 415)],
            *[("multipart/form-data; boundary=y", 400), (f"multipart/mixed; boundary={BOUNDARY}", 415)],
            *[('multipart/form-data; boundary="\\x-7"', 200), ("multipart/form-data; boundary=é", 415)],
        ],
    )
    def test_is_distinguished_by_its_boundary(self, content_type, status):
        assert post(OPEN, content_type, self.GOOD).status == status

    @pytest.mark.parametrize("raw", [GOOD, GOOD[:-2], b"--x-7--", b"--x-7--\r\n"])
    def test_may_end_with_a_line_or_without(self, raw):
        assert post(OPEN, f"multipart/form-data; boundary={BOUNDARY}", raw).status == 200

    @pytest.mark.parametrize("before", [b"", b"\r\n", b"preamble\r\n", b"--x-6\r\n--x-\r\n", b"\0" * 9000 + b"\r\n"])
    @pytest.mark.parametrize("padding", [b"", b" ", b"\t  ", b" " * 9000])
    @pytest.mark.parametrize("after", [b"", b"\r\n", b"\r\nepilogue", b"\r\n--x-7\r\n", b"\r\n\r\n--x-7--"])
    def test_is_read_between_its_preamble_and_its_epilogue(self, before, padding, after):
        """RFC 2046, 5.1.1: both are ignored, and so is white space after a boundary."""
        raw = before + multipart([part("1 "), part("\r\n--x-6 ")]).replace(b"--x-7\r\n", b"--x-7" + padding + b"\r\n")
        sent = raw.replace(b"--x-7--\r\n", b"--x-7--" + padding + after)

        assert value(post(TEXTS, f"multipart/form-data; boundary={BOUNDARY}", sent)) == ["1 ", "\r\n--x-6 "]

    def test_whose_boundary_could_be_a_header_ends_where_it_ends(self):
        raw = b'--a:b\r\nContent-Disposition: form-data; name="a"\r\n--a:b--\r\n\r\n1\r\n--a:b--'

        assert post(OPEN, 'multipart/form-data; boundary="a:b"', raw).status == 400

    @pytest.mark.parametrize(
        ("parts", "status"),
        [
            *[([part("1", name=f"n{i}") for i in range(1000)], 200), ([part("", name=f"n{i}") for i in range(10_000)], 413)],
            *[
                ([part("1", "X: " + "a" * 8000)], 200),
                ([part("1", "X: " + "a" * 8192)], 413),
                ([part("1", "X" * 200_000 + ": 1")], 413),
            ],
            *[([part("1", *[f"X-{i}: 1" for i in range(15)])], 200), ([part("1", *[f"X-{i}: 1" for i in range(16)])], 413)],
            *[([part("1", *["X: 1"] * 10_000)], 413), ([part("a" * (1 << 20))], 413)],
        ],
    )
    def test_is_bounded(self, parts, status):
        assert post_parts(OPEN, *parts).status == status
        padded = b"preamble\r\n" + multipart(parts).replace(b"x-7\r\n", b"x-7 \r\n")
        assert post(OPEN, f"multipart/form-data; boundary={BOUNDARY}", padded).status == status

    @pytest.mark.parametrize(
        "raw", [GOOD, GOOD[:-4], multipart([part("\r\n--x-6"), part(b"\r\n--x-7"[:-1], name="b")]), b"--x-7--", b"x"]
    )
    def test_that_arrives_in_pieces_is_the_same(self, raw):
        content_type = f"multipart/form-data; boundary={BOUNDARY}"
        whole = post(OPEN, content_type, raw)

        pieces = post(OPEN, content_type, *[raw[i : i + 1] for i in range(len(raw))])

        assert pieces.status == whole.status
        assert pieces.status == 400 or pieces.body == whole.body
