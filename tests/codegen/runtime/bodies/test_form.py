"""Form bodies: each field is read by its schema and encoding."""

import pytest

from tests.codegen.support.bodies import FORM, faults, post, service


def form(properties, encoding="{}", extra="additionalProperties: false"):
    return service(f"{{{FORM}: {{schema: {{type: object, properties: {properties}, {extra}}}, encoding: {encoding}}}}}")


PLAIN = form("{s: {type: string}, i: {type: integer}, n: {type: number}, b: {type: boolean}, z: {type: [integer, 'null']}}")
EITHER = form("{e: {anyOf: [{type: integer, maximum: 9}, {type: string}]}}")
LISTS = form("{l: {type: array, items: {type: integer}, maxItems: 3}, w: {type: array, items: {type: string}}}")
OBJECTS = form("{o: {type: object, properties: {x: {type: integer}}, required: [x]}, l: {type: array, items: {type: object}}}")
STYLED = form(
    "{c: {type: array, items: {type: integer}}, s: {type: array, items: {type: string}}, "
    " p: {type: array, items: {type: string}},"
    " d: {type: object, properties: {x: {type: integer}, l: {type: array, items: {type: integer}}},"
    " additionalProperties: false},"
    " f: {type: object, properties: {x: {type: integer}, y: {type: string}}}}",
    "{c: {explode: false}, s: {style: spaceDelimited, explode: false}, p: {style: pipeDelimited, explode: false},"
    " d: {style: deepObject}, f: {style: form, explode: false}}",
)
AS_JSON = form(
    "{a: {type: array, items: {type: integer}}, n: {type: integer}, s: {type: string}}",
    "{a: {contentType: application/json}, n: {contentType: application/json}, s: {contentType: text/plain}}",
)
BRANCHED = service(
    f"{{{FORM}: {{schema: {{allOf: [{{$ref: '#/components/schemas/A'}}, {{properties: {{b: {{type: boolean}}}}}}],"
    " patternProperties: {'^x-': {type: integer}}, unevaluatedProperties: {type: number}}}}",
    head="components: {schemas: {A: {type: object, properties: {a: {anyOf: [{type: integer}, {type: string}]}}}}}",
)
ANY = service(f"{{{FORM}: {{}}}}")


class TestAMember:
    @pytest.mark.parametrize(
        ("client", "sent", "value"),
        [
            *[
                (PLAIN, "s=1", {"s": "1"}),
                (PLAIN, "i=-1", {"i": -1}),
                (PLAIN, "n=1.5e2", {"n": 150}),
                (PLAIN, "b=true", {"b": True}),
            ],
            *[(EITHER, "e=1", {"e": 1}), (EITHER, "e=11", {"e": "11"}), (EITHER, "e=true", {"e": "true"})],
            *[(PLAIN, "z=5", {"z": 5}), (PLAIN, "s=", {"s": ""}), (PLAIN, "s", {"s": ""}), (PLAIN, "", {})],
            *[(PLAIN, "s=a+b%20c%2B", {"s": "a b c+"}), (PLAIN, "s=a=b", {"s": "a=b"}), (PLAIN, "&s=a&", {"s": "a"})],
            *[
                (PLAIN, "s=%C3%A9", {"s": "é"}),
                (PLAIN, "s=é", {"s": "é"}),
                (PLAIN, "%73=a", {"s": "a"}),
                (PLAIN, "s=%00", {"s": "\0"}),
            ],
            *[(LISTS, "l=1&l=2", {"l": [1, 2]}), (LISTS, "l=1", {"l": [1]}), (LISTS, "w=a,b", {"w": ["a,b"]})],
            *[(OBJECTS, "o=%7B%22x%22:1.0%7D", {"o": {"x": 1}}), (OBJECTS, "l={}&l={}", {"l": [{}, {}]})],
            *[
                (STYLED, "c=1,2", {"c": [1, 2]}),
                (STYLED, "s=a%20b+c", {"s": ["a", "b", "c"]}),
                (STYLED, "p=a|b%7Cc", {"p": ["a", "b", "c"]}),
            ],
            *[(STYLED, "p=a%2Cb", {"p": ["a,b"]}), (STYLED, "d[x]=1&d[l]=2&d[l]=3", {"d": {"x": 1, "l": [2, 3]}})],
            *[(STYLED, "d%5Bx%5D=1", {"d": {"x": 1}}), (STYLED, "f=x,1,y,a%2Cb", {"f": {"x": 1, "y": "a,b"}})],
            *[(AS_JSON, "a=[1,2]", {"a": [1, 2]}), (AS_JSON, "a=1&a=2", {"a": [1, 2]}), (AS_JSON, "n=1.0", {"n": 1})],
            *[(AS_JSON, "s=[1]", {"s": "[1]"}), (BRANCHED, "a=1&b=true&x-a=2&c=1.5", {"a": 1, "b": True, "x-a": 2, "c": 1.5})],
            *[(BRANCHED, "a=x", {"a": "x"}), (ANY, "a=1&b=", {"a": "1", "b": ""})],
            (ANY, "a=1&b=[&a=[", {"a": ["1", "["], "b": "["}),
        ],
    )
    def test_is_read_by_its_schema(self, client, sent, value):
        assert post(client, FORM, sent.encode()).json() == {"body": value}

    @pytest.mark.parametrize(
        ("client", "sent", "found"),
        [
            *[(PLAIN, "i=01", [("/i", "type")]), (PLAIN, "i=", [("/i", "type")]), (PLAIN, "b=True", [("/b", "type")])],
            *[(PLAIN, "i=1&i=1", [("/i", "repeated")]), (PLAIN, "q=1", [("/q", "additionalProperties")])],
            *[(PLAIN, "s=1&s=2&b=no", [("/s", "repeated"), ("/b", "type")])],
            *[
                (LISTS, "l=1,2", [("/l/0", "type")]),
                (LISTS, "l=1&l=x", [("/l/1", "type")]),
                (LISTS, "l=1&l=1&l=1&l=1", [("/l", "maxItems")]),
            ],
            *[
                (OBJECTS, "o={}", [("/o/x", "required")]),
                (OBJECTS, "o=[]", [("/o", "type")]),
                (OBJECTS, "o[x]=1", [("/o[x]", "additionalProperties")]),
            ],
            *[
                (STYLED, "c=1&c=2", [("/c", "repeated")]),
                (STYLED, "c=1%2C2", [("/c/0", "type")]),
                (STYLED, "f=x,1,y", [("/f", "type")]),
            ],
            *[
                (STYLED, "f=x,1,x,2", [("/f", "type")]),
                (STYLED, "d=1", [("/d", "type")]),
                (STYLED, "d[x]=1&d[x]=2", [("/d/x", "repeated")]),
            ],
            *[
                (STYLED, "d[q]=1", [("/d/q", "additionalProperties")]),
                (STYLED, "d[x][y]=1", [("/d[x][y]", "additionalProperties")]),
            ],
            *[(STYLED, "d[x]=1&d=2", [("/d", "repeated")]), (AS_JSON, 'n="1"', [("/n", "type")])],
            *[
                (BRANCHED, "x-a=1.5", [("/x-a", "type")]),
                (BRANCHED, "c=x", [("", "unevaluatedProperties"), ("/c", "type")]),
            ],
        ],
    )
    def test_that_does_not_fit_is_rejected_with_its_place(self, client, sent, found):
        assert faults(post(client, FORM, sent.encode())) == found


class TestAForm:
    @pytest.mark.parametrize("raw", [b"s=%", b"s=%1", b"s=%GG", b"s=%FF", b"%FF=1", b"s=\xff", b"s=%C3", b"s=%ED%A0%80"])
    def test_that_is_broken_is_a_bad_request(self, raw):
        assert post(PLAIN, FORM, raw).status == 400

    @pytest.mark.parametrize(("client", "raw"), [(OBJECTS, b"o={"), (AS_JSON, b"n=a"), (OBJECTS, b'o={"a":1,"a":1}')])
    def test_with_broken_json_in_it_is_a_bad_request(self, client, raw):
        answer = post(client, FORM, raw)

        assert (answer.status, answer.json()["detail"]) == (400, "A field of the body is not valid JSON.")

    @pytest.mark.parametrize(("count", "status"), [(1000, 422), (1001, 413), (100_000, 413)])
    def test_has_a_bounded_number_of_members(self, count, status):
        assert post(PLAIN, FORM, b"&".join([b"s=a"] * count)).status == status

    @pytest.mark.parametrize(("charset", "status"), [("utf-8", 200), ("UTF-8", 200), ("iso-8859-1", 415), ("utf-16", 415)])
    def test_is_utf_8(self, charset, status):
        assert post(PLAIN, f"{FORM}; charset={charset}", b"s=a").status == status

    def test_that_arrives_in_pieces_is_the_same(self):
        raw = b"s=a+b&i=5&b=true"

        assert post(PLAIN, FORM, *[raw[i : i + 1] for i in range(len(raw))]).body == post(PLAIN, FORM, raw).body

    def test_without_members_lacks_the_required_ones(self):
        client = form("{a: {type: string}}", extra="required: [a]")

        assert faults(post(client, FORM)) == [("/a", "required")]
