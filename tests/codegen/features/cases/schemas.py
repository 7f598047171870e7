"""Schemas: every keyword and every format, by a member of one body; and members of one direction."""

from __future__ import annotations

from typing import Any

from accord.runtime.responses.types import Body
from tests.codegen.features.case import Case, post_json

# By member: its keyword where that has another name, values that it takes, and values that it refuses. A refused value comes
# alone if the member itself is at fault by its own keyword, else with the faults.
KEYWORDS: dict[str, tuple[str, list[Any], list[Any]]] = {
    "type": ("", [7, -7, 10**40], [7.5, "7", None, True, [7]]),
    "types": ("type", [7, None], [("7", " type"), (0.5, " type")]),
    "enum": ("", ["red", 7, None], ["RED", True]),
    "const": ("", [{"a": [1, None]}], [{"a": [1]}, [], {"a": [True, None]}]),
    "minimum": ("", [1, 1.5], [0.999999, -1]),
    "maximum": ("", [9007199254740993], [9007199254740994, 10**30]),
    "exclusiveMinimum": ("", [1.0000001], [1, 0]),
    "exclusiveMaximum": ("", [2.4999], [2.5, 3]),
    "cents": ("multipleOf", [19.99, 0.01, 4.35, 1.1, 0, -0.07, 1000000.01], [(19.999, " multipleOf"), (0.001, " multipleOf")]),
    "tenths": ("multipleOf", [0.3, 0.7, 1.1, 5], [(0.35, " multipleOf"), (0.01, " multipleOf")]),
    "sevens": ("multipleOf", [49, -7, 0, 7 * 10**17], [(50, " multipleOf"), (7 * 10**17 + 1, " multipleOf")]),
    "minLength": ("", ["ab", "éé", "😀😀"], ["a", "😀", ""]),
    "maxLength": ("", ["", "ab", "😀😀"], ["abc", "😀😀😀"]),
    "pattern": ("", ["abc"], ["ABC", "abc\n", "", "a b"]),
    "backreference": ("pattern", ['"a"', "!a!"], [('"a!', " pattern")]),
    "contentMediaType": ("", ["{}", "no JSON: an annotation (JSON Schema, 8.2)"], [(7, " type")]),
    "byte": ("format", ["YQ==", "not base64: an annotation"], [(7, " type")]),
    "items": ("", [[], [1, 2]], [([1, "2"], "/1 type"), ([None], "/0 type")]),
    "prefixItems": ("", [[1, "a"], [1], []], [(["a"], "/0 type"), ([1, 2], "/1 type"), ([1, "a", 2], "/2 items")]),
    "minItems": ("", [[1]], [[]]),
    "maxItems": ("", [[], [1]], [[1, 2]]),
    "uniqueItems": ("", [[1, "1", True, None], [{"a": 1}, {"a": 2}]], [[1, 1], [1, 1.0], [{"a": 1, "b": 2}, {"b": 2, "a": 1}]]),
    "contains": ("", [["a", 1]], [["a"], []]),
    "minContains": ("", [[1, 2, "a"]], [([1, "a"], " contains"), ([], " contains")]),
    "maxContains": ("", [[1, "a"]], [([1, 2], " contains"), ([], " contains")]),
    "unevaluatedItems": ("", [[1, 2], [1]], [([1, 2, 3], "/2 unevaluatedItems")]),
    "properties": ("", [{"a": 1}, {"b": "x"}], [({"a": "x"}, "/a type")]),
    "required": ("", [{"a": None}], [({}, "/a required")]),
    "additionalProperties": ("", [{"b": 1}], [({"b": "x"}, "/b type")]),
    "patternProperties": ("", [{"x-a": 1}, {}], [({"x-a": "1"}, "/x-a type"), ({"y": 1}, "/y additionalProperties")]),
    "propertyNames": ("", [{"abc": 1}, {}], [({"aBc": 1}, "/aBc propertyNames")]),
    "minProperties": ("", [{"a": 1}], [{}]),
    "maxProperties": ("", [{}, {"a": 1}], [{"a": 1, "b": 2}]),
    "dependentRequired": ("", [{"card": 1, "address": 2}, {"address": 1}, {}], [({"card": 1}, "/address dependentRequired")]),
    "dependentSchemas": ("", [{"card": 1, "address": 2}, {"a": 1}], [({"card": "1", "address": 2}, "/card type")]),
    "unevaluatedProperties": (
        "",
        [{"name": "a", "age": 1}],
        [({"name": "a", "size": 1}, "/size unevaluatedProperties")],
    ),
    "allOf": ("", [{"name": "a", "age": 1}], [({"name": "a"}, "/age required"), ({"age": 1}, "/name required")]),
    "anyOf": ("", [7, "ab"], [("abc", " maxLength", " type"), (7.5, " type"), (None, " type")]),
    "oneOf": ("", [2, 3, 4, 9], [6, (1, " multipleOf"), ("2", " type")]),
    "not": ("", ["7", None, 7.5], [7]),
    "discriminator": (
        "",
        # The last names an alternative that it does not fit; what is valid does not depend on that.
        [
            {"kind": "cat", "lives": 9},
            {"kind": "puss", "lives": 1},
            {"kind": "dog", "bark": "wuff"},
            {"kind": "cat", "bark": "wuff"},
        ],
        [
            ({"kind": "cow"}, "/kind enum"),
            ({"lives": 9}, "/kind required"),
            ({"kind": "cat", "lives": "9"}, "/lives type"),
            # Of the alternative that it names, not of the other one.
            ({"kind": "cat", "bark": 7}, "/lives required"),
        ],
    ),
    "implicit": (
        "discriminator",
        [
            {"kind": "Cat", "lives": 9},
            {"kind": "Dog", "bark": "wuff"},
            {"kind": "cat", "lives": 9},
            {"kind": "Dog", "lives": 9},
        ],
        [({"kind": "cat", "lives": "9"}, "/kind enum"), ({"kind": "Dog", "lives": "9"}, "/bark required")],
    ),
    "optionalTag": (
        "discriminator",
        [None, {"kind": "Cat", "lives": 9}, {"kind": "cat", "lives": 9}],
        [("Cat", " type"), ({"kind": "cat", "lives": "9"}, "/kind enum")],
    ),
    "$ref": ("", [{"name": "a"}], [({}, "/name required"), ({"name": "a", "b": 1}, " maxProperties")]),
    "$defs": ("", [9], [(10, " maximum")]),
    "$anchor": ("", [3], [(4, " maximum")]),
    "unicode": ("$ref", [5], [(6, " maximum")]),
    "recursive": (
        "$ref",
        [{"value": 1, "next": {"value": 2, "next": {"value": 3}}}],
        [({"value": 1, "next": {"value": "2"}}, "/next/value type")],
    ),
}
CONDITIONS: dict[str, list[tuple[Any, ...]]] = {"if": [(5, "a"), (4,)], "then": [(5,), (4,)], "else": [("a",), (None,)]}

FORMATS: dict[str, tuple[list[Any], list[Any]]] = {
    "date-time": (
        ["2026-11-25T05:46:00Z", "2026-11-25t05:46:00.123+01:00", "2016-12-31T23:59:60Z"],
        ["2026-11-25", "2026-11-25T05:46:00", "2026-02-30T05:46:00Z", "2026-11-25 05:46:00Z", "2026-11-25T24:00:00Z"],
    ),
    "date": (["2024-02-29"], ["2026-02-29", "2026-2-1", "20260201", "\uff12026-02-01"]),
    "time": (["05:46:00Z", "05:46:00.5-02:00"], ["05:46Z", "05:46:00", "25:00:00Z"]),
    "duration": (["P1DT2H", "P3W"], ["1D", "P", "PT"]),
    "email": (["ada@example.org"], ["ada", "ada@", "a b@example.org", "Ada <ada@example.org>"]),
    "idn-email": (["ädä@exämple.org"], ["ädä", "@exämple.org"]),
    "hostname": (["example.org", "localhost"], ["-a.org", "a_b.org", "a..b"]),
    "idn-hostname": (["exämple.org"], ["-ä.org", "ä b"]),
    "ipv4": (["192.0.2.1"], ["192.0.2", "192.0.2.256", "192.0.02.1"]),
    "ipv6": (["2001:db8::1", "::"], ["2001:db8", "::1::", "fe80::1%eth0"]),
    "uuid": (["6f9619ff-8b86-4d01-b42d-00cf4fc964ff"], ["6f9619ff8b864d01b42d00cf4fc964ff", "{6f9619ff}", ""]),
    "uri": (["https://example.org/a?b#c", "urn:a:b"], ["/a", "https://exämple.org", "a b:c"]),
    "uri-reference": (["/a", "", "?b"], ["a b", "\\a", "/ä"]),
    "iri": (["https://exämple.org/ä"], ["/ä", "ä b:c"]),
    "iri-reference": (["/ä", "#ö"], ["ä b"]),
    "uri-template": (["/a/{b}"], ["/a/{b"]),
    "json-pointer": (["", "/a/0"], ["a", "/~2"]),
    "relative-json-pointer": (["0/a", "1#"], ["/a", "-1"]),
    "regex": (["^a+$"], ["(", "["]),
    "int32": ([2**31 - 1, -(2**31)], [(2**31, "maximum"), (-(2**31) - 1, "minimum")]),
    "int64": ([2**63 - 1, -(2**63)], [(2**63, "maximum"), (-(2**63) - 1, "minimum")]),
}


def _keyword(member: str, value: Any, feature: str = "") -> Case:
    return post_json(f"schema/{feature or member}", "/v1/keywords", {member: value})


def _keywords() -> list[Case]:
    found = [_keyword("default", 7).takes(body={"default": 7}), post_json("schema/default", "/v1/keywords", {}).takes(body={})]
    found.append(_keyword("default", None).refused("body/default type"))
    for member, (keyword, accepted, refused) in KEYWORDS.items():
        found += [_keyword(member, value, keyword).takes(body={member: value}) for value in accepted]
        for one in refused:
            value, *faults = one if isinstance(one, tuple) else (one, f" {member}")
            found.append(_keyword(member, value, keyword).refused(*(f"body/{member}{said}" for said in faults)))
    for keyword, (fitting, wrong) in CONDITIONS.items():
        found += [_keyword("conditional", value, keyword).takes(body={"conditional": value}) for value in fitting]
        fault = "type" if keyword == "else" else "minimum"
        found += [_keyword("conditional", value, keyword).refused(f"body/conditional {fault}") for value in wrong]
    return [*found, *_discriminators()]


def _discriminators() -> list[Case]:
    """What a discriminator's own keywords decide."""
    tag, mapping = "discriminator/propertyName", "discriminator/mapping"

    def case(feature: str, value: Any) -> Case:
        return post_json(feature, "/v1/keywords", {"discriminator": value})

    cat = {"kind": "cat", "lives": 9}
    unnamed = {"kind": "Cat", "lives": 9}
    return [
        case(tag, cat).takes(body={"discriminator": cat}),
        case(tag, {"lives": 9}).refused("body/discriminator/kind required"),
        case(mapping, {**cat, "kind": "puss"}).takes(body={"discriminator": {**cat, "kind": "puss"}}),
        # A mapped alternative goes by its mapped names only; one that fits by another name is valid all the same.
        case(mapping, unnamed).takes(body={"discriminator": unnamed}),
        case(mapping, {**unnamed, "lives": "9"}).refused("body/discriminator/kind enum"),
    ]


def _formats() -> list[Case]:
    found = []
    for name, (accepted, refused) in FORMATS.items():
        found += [post_json("schema/format", "/v1/formats", {name: text}).takes(body={name: text}) for text in accepted]
        for one in refused:
            value, code = one if isinstance(one, tuple) else (one, "format")
            found.append(post_json("schema/format", "/v1/formats", {name: value}).refused(f"body/{name} {code}"))
    return found


class Account(Body[Any]):
    status = 200


def _account(feature: str, value: Any) -> Case:
    return post_json(feature, "/v1/directions", value)


SENT = {"name": "a", "secret": "s", "keys": [[{"value": "v"}]]}
READ = {"id": 1, "name": "a", "keys": [[{"id": 2}]], "stamp": "now"}
DIRECTIONS = [
    _account("schema/readOnly", SENT).answers(Account(READ), 200, READ).takes(body=SENT),
    _account("schema/readOnly", {**SENT, "id": 1}).refused("body/id readOnly"),
    _account("schema/readOnly", {**SENT, "stamp": "now"}).refused("body/stamp readOnly"),
    _account("schema/readOnly", {**SENT, "keys": [[], [{"id": 1, "value": "v"}]]}).refused("body/keys/1/0/id readOnly"),
    _account("schema/readOnly", {**SENT, "parent": {**SENT, "id": None}}).refused("body/parent/id readOnly"),
    _account("schema/readOnly", {**SENT, "size": 1, "counts": {"a": "b"}})
    .answers(Account(READ))
    .takes(body={**SENT, "size": 1, "counts": {"a": "b"}}),
    _account("schema/readOnly", {**SENT, "counts": {"n": "b"}}).refused("body/counts/n readOnly"),
    _account("schema/readOnly", SENT).violates(Account({"name": "a"}), "fails required at /"),
    _account("schema/writeOnly", {"name": "a"}).refused("body/secret required"),
    _account("schema/writeOnly", SENT).answers(Account(READ), 200, READ),
    _account("schema/writeOnly", SENT).answers(Account({**READ, "size": 1, "counts": {"n": "b"}}), 200),
    _account("schema/writeOnly", SENT).violates(Account({**READ, "secret": "s"}), "at /secret"),
    _account("schema/writeOnly", SENT).violates(Account({**READ, "counts": {"a": "b"}}), "at /counts/a"),
    _account("schema/writeOnly", SENT).violates(Account({**READ, "keys": [[{"id": 2, "value": "v"}]]}), "at /keys/0/0/value"),
    _account("schema/writeOnly", SENT).violates(Account({**READ, "parent": {**READ, "secret": "s"}}), "at /parent/secret"),
]

CASES = [*_keywords(), *_formats(), *DIRECTIONS]
