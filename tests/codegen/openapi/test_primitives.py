"""Parsing of primitive parameter values."""

from typing import Any, cast

import pytest

from tests.codegen.support.service import echo, parameter, raw_call

INTEGER = parameter("name: x, in: query, schema: {type: integer}")
NUMBER = parameter("name: x, in: query, schema: {type: number}")
BOOLEAN = parameter("name: x, in: query, schema: {type: boolean}")
STRING = parameter("name: x, in: query, schema: {type: string}")
NOT_INTEGERS = [
    *(
        "",
        " 1",
        "1 ",
        "%201",
        "1%20",
        "%2B1",
        "+1",
        "01",
        "-01",
        "00",
        "1.0",
        "1.",
        "1e0",
        "1_0",
        "0x1",
        "0b1",
        "--1",
        "-",
        "1,",
    ),
    *("%D9%A1", "%EF%BC%91", "%C2%B2", "1%00", "1%0A", "%E2%88%921", "NaN", "null", "true", "9" * 41, "9" * 5000),
]


def faults(response):
    assert response.status_code == 422
    return {(fault["in"], fault["pointer"], fault["code"]) for fault in response.json()["errors"]}


class TestAnInteger:
    @pytest.mark.parametrize(
        ("text", "value"), [("0", 0), ("-0", 0), ("7", 7), ("-7", -7), ("%37", 7), ("9" * 40, int("9" * 40))]
    )
    def test_is_read_by_the_grammar_of_json(self, text, value):
        assert INTEGER.get(f"/p?x={text}").json() == {"x": value}

    @pytest.mark.parametrize("text", NOT_INTEGERS)
    def test_in_any_other_writing_is_rejected(self, text):
        assert faults(INTEGER.get(f"/p?x={text}")) == {("query", "/x", "type")}

    @pytest.mark.parametrize("text", [text for text in NOT_INTEGERS if text])
    def test_in_a_path_is_read_by_the_same_grammar(self, text):
        client = parameter("name: x, in: path, required: true, schema: {type: integer}", path="/p/{x}")

        assert client.get("/p/7").json() == {"x": 7}
        assert faults(client.get(f"/p/{text}")) == {("path", "/x", "type")}

    @pytest.mark.parametrize("text", ["", "+1", "01", "1.0", "1_0", "1, 1", "9" * 5000])
    def test_in_a_header_is_read_by_the_same_grammar(self, text):
        client = parameter("name: X-N, in: header, schema: {type: integer}")

        assert client.get("/p", headers={"x-n": "7"}).json() == {"x_n": 7}
        assert faults(client.get("/p", headers={"X-N": text})) == {("header", "/X-N", "type")}


class TestANumber:
    @pytest.mark.parametrize(
        ("text", "value"), [("1", 1), ("1.5", 1.5), ("-0.5", -0.5), ("1e3", 1000), ("1E-2", 0.01), ("2.50e%2B1", 25)]
    )
    def test_is_read_by_the_grammar_of_json(self, text, value):
        assert NUMBER.get(f"/p?x={text}").json() == {"x": value}

    @pytest.mark.parametrize(
        "text",
        [
            "",
            ".5",
            "1.",
            "+1",
            "01",
            "00.5",
            "1e",
            "1e+1",
            "inf",
            "NaN",
            "Infinity",
            "1e400",
            "-1e400",
            "1,5",
            "1_0",
            "9" * 500,
        ],
    )
    def test_in_any_other_writing_is_rejected(self, text):
        assert faults(NUMBER.get(f"/p?x={text}")) == {("query", "/x", "type")}

    def test_or_an_integer_is_an_integer_where_it_looks_like_one(self):
        client = parameter("name: x, in: query, schema: {type: [integer, string], maxLength: 3}")

        assert client.get("/p?x=12").json() == {"x": 12}
        assert client.get("/p?x=1.2").json() == {"x": "1.2"}
        assert client.get("/p?x=12345").json() == {"x": 12345}


class TestABoolean:
    @pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False)])
    def test_is_true_or_false(self, text, value):
        assert BOOLEAN.get(f"/p?x={text}").json() == {"x": value}

    @pytest.mark.parametrize(
        "text", ["", "True", "TRUE", "False", "yes", "no", "on", "1", "0", "t", "true%20", "+true", "null"]
    )
    def test_in_any_other_writing_is_rejected(self, text):
        assert faults(BOOLEAN.get(f"/p?x={text}")) == {("query", "/x", "type")}


class TestAString:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            *[("", ""), ("a+b", "a b"), ("a%2Bb", "a+b"), ("a%20b", "a b"), ("a=b", "a=b"), ("%26", "&"), ("a,b", "a,b")],
            *[("a;b", "a;b"), ("1", "1"), ("true", "true"), ("%C3%A9", "é"), ("%F0%9F%98%80", "😀"), ("%", "%")],
            *[("%zz", "%zz"), ("%2541", "%41")],
        ],
    )
    def test_is_decoded_once_and_never_guessed_at(self, text, value):
        assert STRING.get(f"/p?x={text}").json() == {"x": value}

    def test_that_is_one_of_several_numbers_is_a_number(self):
        client = parameter("name: x, in: query, schema: {enum: [1, 2]}")

        assert client.get("/p?x=2").json() == {"x": 2}
        assert faults(client.get("/p?x=3")) == {("query", "/x", "enum")}

    def test_follows_a_reference(self):
        client = echo(
            "  /p:\n    get: {operationId: g, parameters: [{$ref: '#/components/parameters/X'}], "
            "responses: {'200': {description: A., content: {application/json: {schema: {}}}}}}",
            head="components:\n  schemas: {Id: {type: integer}}\n"
            "  parameters: {X: {name: x, in: query, schema: {$ref: '#/components/schemas/Id'}}}",
        )

        assert client.get("/p?x=1").json() == {"x": 1}

    def test_in_a_header_has_no_space_around_it(self):
        client = parameter("name: X-S, in: header, schema: {type: string}")

        assert client.get("/p", headers={"X-S": " \ta b\t "}).json() == {"x_s": "a b"}

    @pytest.mark.parametrize("text", ["%FF", "%C0%80", "%ED%A0%80", "a%E9"])
    def test_that_is_not_utf8_is_the_only_fault(self, text):
        client = echo(
            "  /p:\n    get:\n      operationId: g\n      parameters:\n"
            "        - {name: a, in: query, required: true, schema: {type: string}}\n"
            "        - {name: z, in: query, required: true, schema: {type: string}}\n"
            "      responses: {'200': {description: A., content: {application/json: {schema: {}}}}}"
        )

        assert faults(client.get(f"/p?a={text}&z=1")) == {("query", "/a", "encoding")}

    def test_of_raw_bytes_is_rejected(self):
        query = raw_call(STRING.app, "GET", "/p?x=\u00e9")

        assert query.status == 422
        assert query.json()["errors"][0]["code"] == "encoding"


class TestAName:
    @pytest.mark.parametrize("query", ["y=1", "X=1", "x=1&y=2", "y", "=", "x=1&=", "x[]=1", "x%00=1", "x;y=1", "%FF=1"])
    def test_that_is_not_documented_is_rejected(self, query):
        assert STRING.get(f"/p?{query}").status_code == 422

    def test_may_be_percent_encoded(self):
        assert STRING.get("/p?%78=1").json() == {"x": "1"}

    def test_that_is_unknown_is_named_and_its_value_is_not(self):
        response = STRING.get("/p?limit=secret&offset=secret&%D0%B8%2F~=secret")

        assert [fault["pointer"] for fault in response.json()["errors"]] == ["/limit", "/offset", "/и~1~0"]
        assert {fault["message"] for fault in response.json()["errors"]} == {"is not a known parameter"}
        assert "secret" not in response.text

    def test_that_is_unknown_is_reported_within_bounds(self):
        response = STRING.get("/p?" + "&".join(f"name{n}=1" for n in range(500)))

        assert len(response.json()["errors"]) == 100

    def test_that_is_not_utf_8_is_reported_once(self):
        assert STRING.get("/p?%FF=1&%FE=2").json()["errors"] == [
            {"in": "query", "pointer": "", "code": "encoding", "message": "is not valid UTF-8"}
        ]

    def test_of_a_scalar_occurs_once(self):
        client = parameter("name: x, in: query, required: true, schema: {type: string}")

        assert faults(client.get("/p?x=1&x=1")) == {("query", "/x", "repeated")}

    def test_with_a_slash_is_escaped_in_the_pointer(self):
        client = parameter("name: a/b~c, in: query, schema: {type: string}")

        assert faults(client.get("/p?a/b~c=1&a/b~c=1")) == {("query", "/a~1b~0c", "repeated")}

    def test_of_an_operation_without_parameters_is_rejected(self):
        client = echo(
            "  /p:\n    get: {operationId: g, responses: {'200': {description: A., content: {application/json: {schema: {}}}}}}"
        )

        assert client.get("/p").status_code == 200
        assert faults(client.get("/p?x=1")) == {("query", "/x", "unknown")}

    def test_of_a_header_has_no_case(self):
        client = parameter("name: X-Thing, in: header, schema: {type: string}")

        assert client.get("/p", headers={"x-tHING": "1"}).json() == {"x_thing": "1"}

    def test_of_a_header_that_is_not_documented_is_ignored(self):
        assert STRING.get("/p", headers={"X-Other": "1"}).status_code == 200


ARRAY = "schema: {type: array, items: {type: string}}"
NUMBERS = "schema: {type: array, items: {type: integer}}"


class TestAnArray:
    @pytest.mark.parametrize(
        ("style", "query", "value"),
        [
            ("style: form, explode: true", "x=a&x=b", ["a", "b"]),
            ("style: form, explode: true", "x=a,b", ["a,b"]),
            ("style: form, explode: true", "x=", [""]),
            ("style: form, explode: false", "x=a,b", ["a", "b"]),
            ("style: form, explode: false", "x=a%2Cb,c", ["a,b", "c"]),
            ("style: form, explode: false", "x=a,,b", ["a", "", "b"]),
            ("style: form, explode: false", "x=a+b,c%2Bd", ["a b", "c+d"]),
            ("style: spaceDelimited, explode: false", "x=a%20b", ["a", "b"]),
            ("style: spaceDelimited, explode: false", "x=a+b", ["a", "b"]),
            ("style: spaceDelimited, explode: false", "x=a%2Bb,c", ["a+b,c"]),
            ("style: pipeDelimited, explode: false", "x=a|b", ["a", "b"]),
            ("style: pipeDelimited, explode: false", "x=a%7Cb%7cc", ["a", "b", "c"]),
            ("style: pipeDelimited, explode: true", "x=a&x=b", ["a", "b"]),
        ],
    )
    def test_in_a_query_is_written_in_its_style(self, style, query, value):
        client = parameter(f"name: x, in: query, {style}, {ARRAY}")

        assert client.get(f"/p?{query}").json() == {"x": value}

    @pytest.mark.parametrize("style", ["style: form, explode: false", "style: pipeDelimited, explode: false"])
    def test_that_is_not_exploded_occurs_once(self, style):
        client = parameter(f"name: x, in: query, {style}, {ARRAY}")

        assert faults(client.get("/p?x=a&x=b")) == {("query", "/x", "repeated")}

    @pytest.mark.parametrize(
        ("style", "text", "value"),
        [
            ("style: simple", "a,b", ["a", "b"]),
            ("style: simple", "a%2Cb,c", ["a,b", "c"]),
            ("style: simple", "a%2Fb,c+d", ["a/b", "c+d"]),
            ("style: label", ".a,b", ["a", "b"]),
            ("style: label, explode: true", ".a.b", ["a", "b"]),
            ("style: label, explode: true", ".a%2Eb.c", ["a.b", "c"]),
            ("style: matrix", ";x=a,b", ["a", "b"]),
            ("style: matrix", ";x=a%2Cb", ["a,b"]),
            ("style: matrix, explode: true", ";x=a;x=b", ["a", "b"]),
        ],
    )
    def test_in_a_path_is_written_in_its_style(self, style, text, value):
        client = parameter(f"name: x, in: path, required: true, {style}, {ARRAY}", path="/p/{x}/q")

        assert client.get(f"/p/{text}/q").json() == {"x": value}

    @pytest.mark.parametrize(("style", "text"), [("label", "7"), ("matrix", "7"), ("matrix", ";y=7"), ("label", ".7.8")])
    def test_or_scalar_without_the_mark_of_its_style_is_rejected(self, style, text):
        client = parameter(f"name: x, in: path, required: true, style: {style}, schema: {{type: integer}}", path="/p/{x}")

        assert client.get(f"/p/{'.' if style == 'label' else ';x='}7").json() == {"x": 7}
        assert faults(client.get(f"/p/{text}")) == {("path", "/x", "type")}

    def test_in_a_header_is_divided_by_commas(self):
        client = parameter(f"name: X-N, in: header, {NUMBERS}")

        assert client.get("/p", headers={"X-N": "1,2"}).json() == {"x_n": [1, 2]}
        assert client.get("/p", headers={"X-N": "1 ,\t2"}).json() == {"x_n": [1, 2]}

    def test_in_a_header_may_be_sent_in_several_lines(self):
        client = parameter(f"name: X-N, in: header, {NUMBERS}")

        assert client.get("/p", headers=[("X-N", "1"), ("X-N", "2,3")]).json() == {"x_n": [1, 2, 3]}

    def test_of_integers_names_the_item_that_is_none(self):
        client = parameter(f"name: x, in: query, {NUMBERS}")

        assert client.get("/p?x=1&x=2").json() == {"x": [1, 2]}
        assert faults(client.get("/p?x=1&x=02&x=b")) == {("query", "/x/1", "type"), ("query", "/x/2", "type")}


class TestAnAbsentParameter:
    def test_is_its_default(self):
        assert parameter("name: x, in: query, schema: {type: integer, default: 5}").get("/p").json() == {"x": 5}
        assert parameter("name: X-D, in: header, schema: {type: string, default: a}").get("/p").json() == {"x_d": "a"}

    def test_without_a_default_is_none(self):
        assert STRING.get("/p").json() == {"x": None}
        assert STRING.get("/p?").json() == {"x": None}

    def test_that_is_required_is_a_fault(self):
        client = parameter("name: x, in: query, required: true, schema: {type: string}")

        assert faults(client.get("/p")) == {("query", "/x", "required")}
        assert client.get("/p?x").json() == {"x": ""}

    def test_gives_each_request_its_own_default(self):
        taken = []

        async def handler(_: object, x: list[int]) -> None:
            taken.append(list(x))
            x.append(1)

        client = parameter("name: x, in: query, schema: {type: array, items: {type: integer}, default: [0]}")
        cast("Any", client.app).engine.operations[0].handler = handler

        client.get("/p")
        client.get("/p")

        assert taken == [[0], [0]]
