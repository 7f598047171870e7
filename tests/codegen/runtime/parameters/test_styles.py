"""Every parameter style, exploded or not, for primitives, arrays and objects."""

from __future__ import annotations

import functools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accord.errors import RequestRejected
from tests.codegen.openapi.test_primitives import faults
from tests.codegen.support.service import echo, parameter, raw_call

TEXT = "{type: string}"
LIST = "{type: array, items: {type: string}}"
NUMBERS = "{type: array, items: {type: integer}}"
COLOUR = (
    "{type: object, required: [R], additionalProperties: false, "
    "properties: {R: {type: integer}, G: {type: integer}, B: {type: [integer, 'null']}, name: {type: string}}}"
)
RGB = {"R": 100, "G": 200, "B": 150}
NAMES = ["blue", "black", "brown"]


def client(place, style, explode, schema, more=""):
    """A service whose one parameter is `color`, and its path; a path's parameter stands between two literals."""
    written = f"name: color, in: {place}, style: {style}, explode: {explode}, schema: {schema}"
    if place == "path":
        return parameter(f"{written}, required: true{more}", path="/p/{color}/q")
    return parameter(written + more)


def send(service, place, text):
    if place == "path":
        return raw_call(service.app, "GET", f"/p/{text}/q")  # a client would take `/./` away
    if place == "query":
        return service.get(f"/p?{text}")
    return service.get("/p", headers={"color" if place == "header" else "cookie": text})


# OpenAPI 3.1.1, 4.8.12.3 (Style Examples): the column "undefined", which is the empty string, then string, array, object.
EXAMPLES = [
    ("path", "matrix", "false", ";color", ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"),
    ("path", "matrix", "true", ";color", ";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200;B=150"),
    ("path", "label", "false", ".", ".blue", ".blue,black,brown", ".R,100,G,200,B,150"),
    ("path", "label", "true", ".", ".blue", ".blue.black.brown", ".R=100.G=200.B=150"),
    ("path", "simple", "false", None, "blue", "blue,black,brown", "R,100,G,200,B,150"),
    ("path", "simple", "true", None, "blue", "blue,black,brown", "R=100,G=200,B=150"),
    ("header", "simple", "false", "", "blue", "blue,black,brown", "R,100,G,200,B,150"),
    ("header", "simple", "true", "", "blue", "blue,black,brown", "R=100,G=200,B=150"),
    ("query", "form", "false", "color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
    ("query", "form", "true", "color=", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
    ("query", "spaceDelimited", "false", None, None, "color=blue%20black%20brown", "color=R%20100%20G%20200%20B%20150"),
    ("query", "pipeDelimited", "false", None, None, "color=blue%7Cblack%7Cbrown", "color=R%7C100%7CG%7C200%7CB%7C150"),
    ("query", "deepObject", "true", None, None, None, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
    ("cookie", "form", "false", "color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
    # Not in the table, which has no cookies with `explode`: the same as cookies of their own.
    ("cookie", "form", "true", "color=", "color=blue", "color=blue; color=black; color=brown", "R=100; G=200; B=150"),
]
CELLS = [
    ((place, style, explode, schema), text, value)
    for place, style, explode, *texts in EXAMPLES
    for text, schema, value in zip(texts, (TEXT, TEXT, LIST, COLOUR), ("", "blue", NAMES, RGB), strict=True)
    if text is not None
]


@pytest.mark.parametrize(("cell", "text", "value"), CELLS)
def test_an_example_of_openapi_is_read(cell, text, value):
    assert send(client(*cell), cell[0], text).json() == {"color": value}


class TestAnObject:
    @pytest.mark.parametrize(
        ("place", "style", "explode", "text", "fault"),
        [
            ("path", "simple", "false", "R,100,G", ("path", "/color", "type")),
            ("path", "simple", "false", "R,100,R,200", ("path", "/color", "type")),
            ("path", "simple", "false", "R,x", ("path", "/color/R", "type")),
            ("path", "simple", "false", "G,1", ("path", "/color/R", "required")),
            ("path", "simple", "false", "R,1,x,1", ("path", "/color/x", "additionalProperties")),
            ("path", "simple", "false", "R=1", ("path", "/color", "type")),
            ("path", "simple", "true", "R,1", ("path", "/color", "type")),
            ("path", "simple", "true", "R=1=2", ("path", "/color/R", "type")),
            ("path", "label", "false", "R,1", ("path", "/color", "type")),
            ("path", "label", "false", ".R.1", ("path", "/color", "type")),
            ("path", "label", "true", "R=1", ("path", "/color", "type")),
            ("path", "label", "true", ".R,1", ("path", "/color", "type")),
            ("path", "matrix", "false", ";colour=R,1", ("path", "/color", "type")),
            ("path", "matrix", "false", ";R=1", ("path", "/color", "type")),
            ("path", "matrix", "true", ";R", ("path", "/color", "type")),
            ("path", "matrix", "true", "R=1", ("path", "/color", "type")),
            ("header", "simple", "false", "R", ("header", "/color", "type")),
            ("header", "simple", "true", "R=01", ("header", "/color/R", "type")),
            ("query", "form", "false", "color=R,1,G", ("query", "/color", "type")),
            ("query", "form", "false", "color=R,1&color=G,1", ("query", "/color", "repeated")),
            ("query", "form", "false", "R=1", ("query", "/R", "unknown")),
            ("query", "form", "true", "color=1&R=1", ("query", "/color", "unknown")),
            ("query", "form", "true", "R=1&x=1", ("query", "/x", "unknown")),
            ("query", "form", "true", "R=1&R=2", ("query", "/color/R", "repeated")),
            ("query", "form", "true", "R=%FF", ("query", "/color", "encoding")),
            ("query", "form", "true", "G=1", ("query", "/color/R", "required")),
            ("query", "spaceDelimited", "false", "color=R,1", ("query", "/color", "type")),
            ("query", "pipeDelimited", "false", "color=R%201", ("query", "/color", "type")),
            ("query", "deepObject", "true", "color[R]=x", ("query", "/color/R", "type")),
            ("query", "deepObject", "true", "color[R]=1&color[x]=1", ("query", "/color/x", "additionalProperties")),
            ("query", "deepObject", "true", "color[R]=1&color[R]=2", ("query", "/color/R", "repeated")),
            ("query", "deepObject", "true", "color[R]=1&color[G][a]=2", ("query", "/color[G][a]", "unknown")),
            ("query", "deepObject", "true", "color[R]=1&color[G=2", ("query", "/color[G", "unknown")),
            ("query", "deepObject", "true", "color[R]=1&color=2", ("query", "/color", "unknown")),
            ("query", "deepObject", "true", "color[R]=1&colour[R]=2", ("query", "/colour[R]", "unknown")),
            ("cookie", "form", "false", "color=R", ("cookie", "/color", "type")),
            ("cookie", "form", "true", "R=x", ("cookie", "/color/R", "type")),
        ],
    )
    def test_in_another_writing_is_rejected(self, place, style, explode, text, fault):
        assert faults(send(client(place, style, explode, COLOUR), place, text)) == {fault}

    @pytest.mark.parametrize(
        ("place", "style", "explode", "text"),
        [
            ("path", "simple", "false", "R,1,name,a%2Cb%3Dc"),
            ("path", "simple", "true", "R=1,name=a%2Cb=c"),
            ("path", "label", "true", ".R=1.name=a%2Cb%3Dc"),
            ("path", "matrix", "true", ";R=1;name=a,b=c"),
            ("query", "form", "false", "color=R,1,n%61me,a%2Cb=c"),
            ("query", "form", "true", "R=1&name=a,b=c"),
            ("query", "pipeDelimited", "false", "color=R|1|name|a,b=c"),
            ("query", "deepObject", "true", "color[R]=1&color%5Bname%5D=a,b=c"),
            ("cookie", "form", "true", "R=1; name=a,b=c"),
        ],
    )
    def test_may_contain_its_delimiters_where_they_are_encoded(self, place, style, explode, text):
        assert send(client(place, style, explode, COLOUR), place, text).json() == {"color": {"R": 1, "name": "a,b=c"}}

    def test_in_a_header_has_space_around_its_commas(self):
        assert send(client("header", "simple", "true", COLOUR), "header", "R=1 ,\tG=2").json() == {"color": {"R": 1, "G": 2}}

    @pytest.mark.parametrize("style", ["form", "deepObject"])
    def test_of_members_of_their_own_is_absent_without_them(self, style):
        assert client("query", style, "true", COLOUR).get("/p").json() == {"color": None}
        assert faults(client("query", style, "true", COLOUR, ", required: true").get("/p")) == {("query", "/color", "required")}

    @pytest.mark.parametrize(
        ("place", "style", "text"), [("query", "form", "color="), ("path", "label", "."), ("path", "matrix", ";color=")]
    )
    def test_of_an_empty_text_has_no_members(self, place, style, text):
        assert send(client(place, style, "false", "{type: object}"), place, text).json() == {"color": {}}

    def test_that_is_open_takes_every_other_name(self):
        parameters = (
            "{name: page, in: query, schema: {type: integer}}, "
            "{name: filter, in: query, schema: {type: object, additionalProperties: {type: integer}}}"
        )
        service = _service(parameters)

        assert service.get("/p?page=2&a=1&b=3").json() == {"page": 2, "filter": {"a": 1, "b": 3}}
        assert faults(service.get("/p?page=2&a=x")) == {("query", "/filter/a", "type")}

    def test_takes_only_its_named_members_from_cookies(self):
        service = parameter("name: c, in: cookie, schema: {type: object, properties: {R: {type: integer}}}")

        assert service.get("/p", headers={"cookie": "R=1; session=x"}).json() == {"c": {"R": 1}}

    def test_has_members_that_are_lists_where_its_members_are_names(self):
        tags = "{type: object, properties: {tags: {type: array, items: {type: integer}}}}"

        assert client("query", "deepObject", "true", tags).get("/p?color[tags]=1&color[tags]=2").json() == {
            "color": {"tags": [1, 2]}
        }
        assert client("query", "form", "true", tags).get("/p?tags=1").json() == {"color": {"tags": [1]}}

    @pytest.mark.parametrize(
        "schema",
        [
            "{$ref: '#/components/schemas/Sized'}",
            "{allOf: [{$ref: '#/components/schemas/Sized'}, {type: object, properties: {name: {type: string}}}]}",
            "{anyOf: [{$ref: '#/components/schemas/Sized'}, {type: 'null'}]}",
            "{oneOf: [{type: object, required: [x]}, {$ref: '#/components/schemas/Sized'}]}",
            "{type: object, patternProperties: {'^s': {type: integer}}}",
            "{type: object, if: {required: [x]}, then: {}, else: {$ref: '#/components/schemas/Sized'}}",
            "{type: object, additionalProperties: {$ref: '#/components/schemas/Size'}}",
        ],
    )
    def test_has_members_of_the_types_that_its_schema_says_anywhere(self, schema):
        service = echo(
            "  /p:\n    get:\n      operationId: g\n"
            f"      parameters: [{{name: o, in: query, style: deepObject, schema: {schema}}}]\n"
            "      responses: {'200': {description: A., content: {application/json: {schema: {}}}}}",
            head="components: {schemas: {Size: {type: [integer, 'null']}, "
            "Sized: {type: object, required: [size], properties: {size: {$ref: '#/components/schemas/Size'}}}}}",
        )

        assert service.get("/p?o[size]=7").json() == {"o": {"size": 7}}


def _service(parameters):
    return echo(
        f"  /p:\n    get:\n      operationId: get\n      parameters: [{parameters}]\n"
        "      responses: {'200': {description: Yes., content: {application/json: {schema: {}}}}}\n"
    )


class TestAList:
    @pytest.mark.parametrize(
        ("place", "style", "explode", "text", "value"),
        [
            ("path", "label", "false", ".1,2", [1, 2]),
            ("path", "matrix", "true", ";color=1;color=2", [1, 2]),
            ("query", "form", "false", "color=", []),
            ("query", "form", "true", "color=", []),
            ("path", "label", "true", ".", []),
            ("path", "matrix", "false", ";color", []),
            ("header", "simple", "false", "", []),
            ("cookie", "form", "false", "color=1,2", [1, 2]),
            ("cookie", "form", "true", "color=1; color=2", [1, 2]),
        ],
    )
    def test_of_integers_is_read(self, place, style, explode, text, value):
        assert send(client(place, style, explode, NUMBERS), place, text).json() == {"color": value}

    @pytest.mark.parametrize(
        ("place", "style", "explode", "text", "pointer"),
        [
            ("path", "label", "false", ".1.2", "/color/0"),
            ("path", "label", "true", ".1,2", "/color/0"),
            ("path", "matrix", "true", ";color=1;colour=2", "/color/0"),
            ("path", "matrix", "false", ";colors=1", "/color"),
            ("query", "form", "false", "color=1,", "/color/1"),
            ("query", "spaceDelimited", "false", "color=1%202,3", "/color/1"),
            ("cookie", "form", "false", "color=1|2", "/color/0"),
        ],
    )
    def test_in_another_writing_is_rejected(self, place, style, explode, text, pointer):
        assert faults(send(client(place, style, explode, NUMBERS), place, text)) == {(place, pointer, "type")}

    def test_of_an_empty_text_is_one_empty_item_where_there_may_be_one(self):
        assert client("query", "form", "false", LIST).get("/p?color=").json() == {"color": [""]}

    def test_has_items_of_their_own_types_in_front(self):
        pair = "{type: array, prefixItems: [{type: integer}, {type: boolean}], items: {type: string}}"

        assert client("query", "form", "false", pair).get("/p?color=1,true,1").json() == {"color": [1, True, "1"]}


class TestSeveralTypes:
    @pytest.mark.parametrize(
        ("schema", "text", "value"),
        [
            ("{}", "12", "12"),
            ("true", "12", "12"),
            ("{minimum: 3}", "12", 12),
            ("{maxLength: 3}", "12", "12"),
            ("{const: 5}", "5", 5),
            ("{enum: [1, a, true]}", "true", True),
            ("{enum: ['1', 2]}", "1", "1"),
            ("{type: [integer, string], enum: ['1', 2]}", "2", 2),
            ("{oneOf: [{type: integer, maximum: 9}, {type: string, pattern: '^[0-9]{2}$'}]}", "12", "12"),
            ("{oneOf: [{type: integer, maximum: 9}, {type: string, pattern: '^[0-9]{2}$'}]}", "7", 7),
            ("{allOf: [{type: [integer, string]}, {type: [string, boolean]}]}", "1", "1"),
            ("{allOf: [{type: number}, {type: integer}]}", "1", 1),
            ("{type: [integer, 'null']}", "null", None),
            ("{type: [string, 'null']}", "null", "null"),
            ("{type: [string, 'null'], pattern: '^a'}", "null", None),
            ("{anyOf: [{type: boolean}, {type: 'null'}]}", "true", True),
            ("{anyOf: [{$ref: '#/paths/~1p/get/parameters/0/schema/anyOf/1'}, {type: integer}]}", "1", 1),
            ("{type: [string, array], items: {type: integer}}", "1", "1"),
            ("{type: [string, array], maxLength: 0, items: {type: integer}}", "1", [1]),
            ("{type: [integer, array], items: {type: integer}}", "1,2", [1, 2]),
            ("{type: [array, 'null'], items: {type: integer}}", "null", None),
            ("{type: [object, string], maxProperties: 1}", "a,b", {"a": "b"}),
            ("{type: [object, string], maxProperties: 1}", "a,b,c", "a,b,c"),
            ("{type: [array, object], items: {type: integer}, minProperties: 1}", "1,2", {"1": "2"}),
        ],
    )
    def test_are_read_as_the_first_that_the_schema_accepts(self, schema, text, value):
        service = parameter(f"name: x, in: query, explode: false, schema: {schema}")

        assert service.get(f"/p?x={text}").json() == {"x": value}

    @pytest.mark.parametrize(
        ("schema", "text", "code"),
        [
            ("{minimum: 3}", "2", "minimum"),
            ("{type: [integer, 'null']}", "", "type"),
            ("{type: [integer, 'null']}", "Null", "type"),
            ("{type: [integer, boolean]}", "yes", "type"),
            ("{oneOf: [{type: integer}, {type: boolean}]}", "x", "type"),
            ("{type: [integer, string], minimum: 3, maxLength: 0}", "2", "minimum"),
        ],
    )
    def test_are_rejected_where_none_fits(self, schema, text, code):
        assert ("query", "/x", code) in faults(parameter(f"name: x, in: query, schema: {schema}").get(f"/p?x={text}"))

    def test_of_a_list_or_one_value_are_distinguished_by_their_number(self):
        service = parameter("name: x, in: query, schema: {type: [string, array], items: {type: string}}")

        assert service.get("/p?x=a").json() == {"x": "a"}
        assert service.get("/p?x=a&x=b").json() == {"x": ["a", "b"]}

    def test_of_an_object_or_one_value_are_distinguished_by_the_name(self):
        service = client("query", "deepObject", "true", "{type: [object, integer], properties: {gte: {type: integer}}}")

        assert service.get("/p?color=5").json() == {"color": 5}
        assert service.get("/p?color[gte]=5").json() == {"color": {"gte": 5}}
        assert faults(service.get("/p?color=1&color[gte]=5")) == {("query", "/color", "repeated")}


class TestAnObjectWhoseMembersAreNamesOfTheirOwn:
    @pytest.mark.parametrize("style", ["form", "deepObject"])
    def test_is_empty_where_nothing_is_sent_and_it_may_be(self, style):
        required = client("query", style, "true", "{type: object, properties: {a: {type: string}}}", ", required: true")
        full = client("query", style, "true", "{type: object, required: [a]}", ", required: true")
        optional = client("query", style, "true", "{type: object}")

        assert required.get("/p").json() == {"color": {}}
        assert faults(full.get("/p")) == {("query", "/color", "required")}
        assert optional.get("/p").json() == {"color": None}

    def test_has_a_list_where_a_member_that_may_be_anything_is_sent_several_times(self):
        service = client("query", "form", "true", "{type: object, properties: {n: {type: integer}}}")

        assert service.get("/p?x=1&x=b&y=2").json() == {"color": {"x": ["1", "b"], "y": "2"}}
        assert faults(service.get("/p?n=1&n=2")) == {("query", "/color/n", "repeated")}


ARBITRARY = st.text(st.characters(codec="ascii", exclude_characters="#"), max_size=30) | st.text(
    "color[RGB]=1,;.&%20C+|\"' ~nul", max_size=40
)


@pytest.mark.slow
class TestAnyText:
    @pytest.mark.parametrize("cell", dict.fromkeys(tuple(example[:3]) for example in EXAMPLES))
    @pytest.mark.parametrize("schema", ["{}", COLOUR, "{type: [object, array, string, integer, 'null'], items: {}}"])
    @settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.differing_executors])
    @given(text=ARBITRARY)
    def test_is_read_or_rejected(self, cell, schema, text):
        place, style, _ = cell
        scalars = style in ("simple", "form", "label", "matrix")
        reading = _arguments(*cell, schema if scalars else f"{{type: object, allOf: [{schema}]}}")
        sent = (
            [text] if place == "path" else [],
            text.encode() if place == "query" else b"",
            {b"color": text.encode(), b"cookie": text.encode()},
        )
        try:
            read = reading.read(*sent)
        except RequestRejected as refusal:
            read = {"color": refusal.faults or pytest.fail("a refusal tells its faults")}

        assert list(read) == ["color"]


@functools.cache
def _arguments(place, style, explode, schema):
    return client(place, style, explode, schema).app.engine.operations[0].arguments
