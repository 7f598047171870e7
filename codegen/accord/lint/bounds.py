"""Lint rules for schemas: types, bounds, formats, closed request objects, property names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from accord.document.document import Node
from accord.document.pointer import Pointer
from accord.jsonschema.formats import INTEGER_RANGES
from accord.lint.context import Context
from accord.lint.effective_schema import EffectiveSchema
from accord.lint.rules import Finding, finding, rule

# The types of the formats that do not apply to strings.
FORMAT_TYPES = {"int32": "integer", "int64": "integer", "float": "number", "double": "number"}
BOUND_PAIRS = (
    ("minimum", "maximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
)
SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")


def _of_type(context: Context, type_name: str) -> Iterator[EffectiveSchema]:
    """The schemas that accept values of this type, without those that list their values in `enum` or `const`."""
    return (s for s in context.schemas if type_name in s.types and not s.enumerated and not s.narrowing)


@rule()
def schemas_have_type(context: Context) -> Iterator[Finding]:
    """A schema without a type accepts values of any size and depth, and gives generators nothing to work with."""
    for schema in context.schemas:
        if not (schema.shaped or schema.narrowing or any(node.value is False for node in schema.included)):
            yield finding(schema.node, "has no `type` and accepts any value", "add a `type`")


@rule(common="warning")
def no_nullable_keyword(context: Context) -> Iterator[Finding]:
    """Accord reads `nullable` in every version, but tools for OpenAPI 3.1 may ignore it."""
    for _, node in context.keyword("nullable") if context.document.version != "3.0" else ():
        yield finding(node, "is an OpenAPI 3.0 keyword", "add 'null' to `type`" if node.value else "remove it")


@rule()
def strings_have_max_length(context: Context) -> Iterator[Finding]:
    """A string without `maxLength` takes unplanned memory, column width and log space."""
    for schema in _of_type(context, "string"):
        if not schema.always_has("maxLength"):
            yield finding(schema.node, "has no `maxLength`", "set it to the longest value you accept")


@rule()
def request_strings_have_pattern(context: Context) -> Iterator[Finding]:
    """A string limited only in length may contain NUL, which PostgreSQL rejects with an error that becomes a 500."""
    for schema in _of_type(context, "string"):
        if schema.direction == "request" and not (schema.always_has("pattern") or schema.structured):
            yield finding(schema.node, "is request input without a `pattern`", "add one, at least `^[^\\u0000]*$`")


@rule()
def integers_have_range(context: Context) -> Iterator[Finding]:
    """An integer beyond 64 bits crashes a database driver, and most validators ignore `format`, so both are needed."""
    for schema in _of_type(context, "integer"):
        yield from _missing_range(schema)
        if any(case.get("format") not in INTEGER_RANGES for case in schema.cases):
            yield finding(schema.node, "has no integer `format`", "add `format: int32` or `format: int64`")


@rule()
def numbers_have_range(context: Context) -> Iterator[Finding]:
    """1e400 is valid JSON but not a float; 1e308 is a float, and adding two of them overflows."""
    for schema in _of_type(context, "number"):
        yield from _missing_range(schema)


def _missing_range(schema: EffectiveSchema) -> Iterator[Finding]:
    for bound in ("minimum", "maximum"):
        if not schema.always_has(bound, f"exclusive{bound.title()}"):
            yield finding(schema.node, f"has no `{bound}`", "add one")


@rule(common="error")
def integer_bounds_fit_format(context: Context) -> Iterator[Finding]:
    """Generated clients choose the integer width by the format; a value beyond it overflows there."""
    for schema in _of_type(context, "integer"):
        if (name := schema.get("format")) in INTEGER_RANGES:
            low, high = INTEGER_RANGES[name]
            for node in (*schema.all("minimum"), *schema.all("maximum")):
                if not low <= node.value <= high:
                    yield finding(node, f"is out of range for {name}", f"use a number from {low} to {high}, or another format")


@rule()
def arrays_have_max_items(context: Context) -> Iterator[Finding]:
    """An array without `maxItems` may be of any size; one without `items` may hold anything."""
    for schema in _of_type(context, "array"):
        if not schema.always_has("maxItems"):
            yield finding(schema.node, "has no `maxItems`", "add one")
        if not schema.always_has("items", "prefixItems"):
            yield finding(schema.node, "has no `items`", "add a schema for its elements")


@rule()
def request_objects_are_closed(context: Context) -> Iterator[Finding]:
    """An unknown property is usually a misspelled optional one: if it is ignored, the client loses data without an error.

    An object is open by decision if `additionalProperties` is written, and the number and names of properties are bounded.
    """
    for schema in _of_type(context, "object"):
        if schema.direction == "request" and (fault := next(filter(None, map(_openness, schema.cases)), None)) is not None:
            yield finding(schema.node, *fault)


def _openness(schema: EffectiveSchema) -> tuple[str, str] | None:
    """Why the schema accepts unknown properties, and how to fix it; None if it accepts none, or only bounded ones."""
    restricted = any(EffectiveSchema.of(node).has("pattern", "enum", "const") for node in schema.all("propertyNames"))
    unknown = [node.value for keyword in ("additionalProperties", "unevaluatedProperties") for node in schema.all(keyword)]
    if False in unknown or (unknown and schema.has("maxProperties") and restricted):
        return None
    if any(isinstance(value, dict) for value in unknown):
        return "is an unbounded map in a request", "add `maxProperties`, and `propertyNames` with a pattern"
    return "is a request object that accepts unknown properties", "add `additionalProperties: false`"


@rule(common="error")
def allof_subschemas_are_compatible(context: Context) -> Iterator[Finding]:
    """`additionalProperties: false` in one subschema of `allOf` rejects the properties that the other subschemas define."""
    for case in context.cases:
        for node in case.objects:
            others = case.properties.keys() - node.value.get("properties", {}).keys()
            if node.value.get("additionalProperties") is False and others and "patternProperties" not in node.value:
                what = f"rejects {', '.join(map(repr, sorted(others)))}, which a schema combined with it defines"
                how = "use `unevaluatedProperties: false` on the combined schema instead"
                yield finding(node.raw_child("additionalProperties"), what, how)


@rule(common="error")
def bounds_are_satisfiable(context: Context) -> Iterator[Finding]:
    """A lower bound above the upper bound rejects every value."""
    for case, (low, high) in product(context.cases, BOUND_PAIRS):
        least = max((node.value for node in case.all(low)), default=None)
        most = min((node.value for node in case.all(high)), default=None)
        if least is not None and most is not None and least > most:
            yield finding(case.all(low)[0], f"is greater than `{high}` ({least} > {most})", "swap or correct them")


@rule(common="error")
def format_matches_type(context: Context) -> Iterator[Finding]:
    """A format applies to one type only: `format: email` has no effect on an integer."""
    for schema, node in context.keyword("format"):
        kind = FORMAT_TYPES.get(node.value, "string")
        if schema.types and not schema.types & {kind, "number" if kind == "integer" else kind}:
            yield finding(node, f"has no effect, {node.value} is a format for {kind}s", "remove it or correct the type")


@rule()
def date_times_have_pattern(context: Context) -> Iterator[Finding]:
    """`date-time` alone allows leap seconds, the year 0000 and any precision, which most date types cannot hold."""
    for schema, node in context.keyword("format"):
        if node.value == "date-time" and not schema.always_has("pattern"):
            how = "add one that limits year, seconds, fraction and offset"
            yield finding(schema.node, "is a `date-time` without a `pattern`", how)


@rule(common="warning")
def multiple_of_is_exact(context: Context) -> Iterator[Finding]:
    """Binary floats cannot represent tenths, so validators disagree whether 0.3 is a multiple of 0.1."""
    for _, node in context.keyword("multipleOf"):
        if Fraction(str(node.value)) != Fraction(node.value):
            what = f"is {node.value}, which a binary float cannot represent exactly"
            yield finding(node, what, "use an integer, 0.5 or 0.25, or a smaller unit")


@rule()
def properties_are_snake_case(context: Context) -> Iterator[Finding]:
    """One naming style for the whole API, the same as in Python and SQL; not where a schema with `externalDocs` is defined."""
    for schema, node in context.keyword("properties"):
        for name in node.value if not schema.has("externalDocs") else ():
            if not SNAKE_CASE.match(name):
                yield finding(node.raw_child(name), "is not snake_case", "use lowercase words joined by `_`")


@rule(common="warning")
def required_properties_are_defined(context: Context) -> Iterator[Finding]:
    """A required property without a definition is misspelled, or accepts anything."""
    defined: set[Pointer] = set()
    undefined: dict[Pointer, Node] = {}
    for case in (case for schema in context.schemas if not schema.narrowing for case in schema.cases):
        for node in (names.raw_child(index) for names in case.all("required") for index in range(len(names.value))):
            if node.value in case.properties:
                defined.add(node.pointer)
            else:
                undefined[node.pointer] = node
    for pointer, node in undefined.items():
        if pointer not in defined:
            yield finding(node, f"requires {node.value!r}, which is not in `properties`", "define it or remove it")


@rule(common="warning")
def required_properties_have_no_default(context: Context) -> Iterator[Finding]:
    """The default of a required property never applies."""
    for schema in context.schemas:
        required = {name for node in schema.all("required") for name in node.value}
        for name, member in schema.properties.items():
            if name in required and member.has("default"):
                how = "make the property optional or remove the default"
                yield finding(member.all("default")[0], "is the default of a required property", how)
