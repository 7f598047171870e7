"""Rules for schemas: everything has a type and a bound, and requests are closed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from accord.document.document import Node
from accord.document.pointer import Pointer
from accord.jsonschema.formats import INTEGER_RANGES
from accord.lint.effective_schema import Finding, Shape, finding
from accord.lint.survey import Rule, Survey

# The types of the formats that are not for strings.
FORMATS = {"int32": "integer", "int64": "integer", "float": "number", "double": "number"}
PAIRS = (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems"), ("minProperties", "maxProperties"))
SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")


def _subjects(survey: Survey, type_name: str) -> Iterator[Shape]:
    """The shapes that allow values of this type and do not list them."""
    return (s for s in survey.shapes if type_name in s.types and not s.closed and not s.narrowing)


def typed(survey: Survey) -> Iterator[Finding]:
    """A schema without a type allows everything, however long and deep, and says nothing to a generator."""
    for shape in survey.shapes:
        said = shape.types or shape.closed or shape.has("anyOf", "oneOf") or shape.narrowing
        if not said and all(facet.value is not False for facet in shape.facets):
            yield finding(shape.node, "allows anything", "give it a `type`")


def null_is_a_type(survey: Survey) -> Iterator[Finding]:
    """`nullable` is read here in every version, but a client generated from OpenAPI 3.1 may never have heard of it."""
    for shape in survey.shapes if survey.document.version != "3.0" else ():
        for said in shape.all("nullable"):
            yield finding(said, "is OpenAPI 3.0's word", "add 'null' to `type`" if said.value else "remove it")


def strings_end(survey: Survey) -> Iterator[Finding]:
    """A string without `maxLength` costs memory, a column and a log line that nobody has planned."""
    for shape in _subjects(survey, "string"):
        if not shape.always_has("maxLength"):
            yield finding(shape.node, "has no `maxLength`", "add one; the longest value that makes sense")


def strings_in_have_patterns(survey: Survey) -> Iterator[Finding]:
    """Text that is only bounded still brings NUL, which PostgreSQL refuses with an error that would be a 500."""
    for shape in _subjects(survey, "string"):
        if shape.direction == "request" and not (shape.always_has("pattern") or shape.structured):
            yield finding(shape.node, "is input and has no `pattern`", "add one, at least `^[^\\u0000]*$`")


def integers_are_bounded(survey: Survey) -> Iterator[Finding]:
    """Beyond 64 bits an integer crashes a database driver; a format alone is asserted by no validator."""
    for shape in _subjects(survey, "integer"):
        for side in ("minimum", "maximum"):
            if not shape.always_has(side, f"exclusive{side.title()}"):
                yield finding(shape.node, f"has no `{side}`", "add one")
        if any(case.get("format") not in INTEGER_RANGES for case in shape.cases()):
            yield finding(shape.node, "has no `format` for integers", "add `format: int32` or `format: int64`")


def integers_fit_their_format(survey: Survey) -> Iterator[Finding]:
    """Generated clients take the format for the width; a wider bound overflows there."""
    for shape in _subjects(survey, "integer"):
        if (name := shape.get("format")) in INTEGER_RANGES:
            low, high = INTEGER_RANGES[name]
            for said in (*shape.all("minimum"), *shape.all("maximum")):
                if not low <= said.value <= high:
                    yield finding(said, f"does not fit {name}", f"write a number from {low} to {high}, or another format")


def numbers_are_bounded(survey: Survey) -> Iterator[Finding]:
    """1e400 is JSON and no float; 1e308 is a float and overflows the first sum."""
    for shape in _subjects(survey, "number"):
        for side in ("minimum", "maximum"):
            if not shape.always_has(side, f"exclusive{side.title()}"):
                yield finding(shape.node, f"has no `{side}`", "add one")


def arrays_end(survey: Survey) -> Iterator[Finding]:
    """An array without `maxItems` is a body of any size; one without `items` holds anything."""
    for shape in _subjects(survey, "array"):
        if not shape.always_has("maxItems"):
            yield finding(shape.node, "has no `maxItems`", "add one")
        if not shape.always_has("items", "prefixItems"):
            yield finding(shape.node, "has no `items`", "describe its elements")


def requests_are_closed(survey: Survey) -> Iterator[Finding]:
    """An unknown member is a client's mistake, often a misspelt optional one: ignored, it is lost silently."""
    for shape in _subjects(survey, "object"):
        if shape.direction == "request" and (fault := next(filter(None, map(_openness, shape.cases())), None)) is not None:
            yield finding(shape.node, *fault)


def _openness(shape: Shape) -> tuple[str, str] | None:
    """What lets unknown members in, and how to mend it."""
    named = any(Shape.of((said,), "request").has("pattern", "enum", "const") for said in shape.all("propertyNames"))
    rest = [said.value for keyword in ("additionalProperties", "unevaluatedProperties") for said in shape.all(keyword)]
    if False in rest:
        return None
    if not any(isinstance(value, dict) for value in rest):
        return "is input and open", "add `additionalProperties: false`"
    if not (shape.has("maxProperties") and named):
        return "is an open map and input", "add `maxProperties`, and `propertyNames` with a pattern"
    return None


def parts_admit_each_other(survey: Survey) -> Iterator[Finding]:
    """`additionalProperties` knows the members beside it alone: a closed part of `allOf` refuses those of the others."""
    for shape in survey.shapes:
        for case in shape.cases():
            for said in case.all("additionalProperties"):
                facet = next(facet for facet in case.facets if facet.pointer == said.pointer[:-1])
                others = case.properties.keys() - facet.value.get("properties", {}).keys()
                if said.value is False and others and "patternProperties" not in facet.value:
                    what = f"refuses {', '.join(map(repr, sorted(others)))}, with which it is joined"
                    yield finding(said, what, "close the whole by `unevaluatedProperties: false`")


def bounds_leave_room(survey: Survey) -> Iterator[Finding]:
    """A lower bound above the upper one refuses every value."""
    for case, (low, high) in product((case for shape in survey.shapes for case in shape.cases()), PAIRS):
        least = max((said.value for said in case.all(low)), default=None)
        most = min((said.value for said in case.all(high)), default=None)
        if least is not None and most is not None and least > most:
            yield finding(case.all(low)[0], f"is above `{high}`: {least} > {most}", "swap or correct them")


def formats_fit_their_type(survey: Survey) -> Iterator[Finding]:
    """A format holds for one type only: `format: email` beside `type: integer` asserts nothing."""
    for shape in survey.shapes:
        for said in shape.all("format"):
            kind = FORMATS.get(said.value, "string")
            if shape.types and not shape.types & {kind, "number" if kind == "integer" else kind}:
                yield finding(said, f"asserts nothing: {said.value} is a format of {kind}s", "remove it, or correct the type")


def instants_have_patterns(survey: Survey) -> Iterator[Finding]:
    """`date-time` alone allows leap seconds, year 0000 and any precision: what a datetime cannot hold."""
    for shape in survey.shapes:
        if "date-time" in [said.value for said in shape.all("format")] and not shape.always_has("pattern"):
            yield finding(shape.node, "is a `date-time` without a `pattern`", "add one for years, seconds, fraction and offset")


def steps_are_exact(survey: Survey) -> Iterator[Finding]:
    """Whether 0.3 is a multiple of 0.1 depends on the validator: binary floats do not hold tenths."""
    for shape in survey.shapes:
        for said in shape.all("multipleOf"):
            if Fraction(str(said.value)) != Fraction(said.value):
                yield finding(
                    said, f"is no exact binary fraction: {said.value}", "use an integer, 0.5, 0.25, or count in smaller units"
                )


def members_are_snake_case(survey: Survey) -> Iterator[Finding]:
    """One spelling of names in the whole interface, and the one that Python and SQL use."""
    for shape in survey.shapes:
        for said in shape.all("properties"):
            for name in said.value:
                if not SNAKE.match(name):
                    yield finding(said.raw_child(name), "is not snake_case", "write small words joined by `_`")


def required_members_exist(survey: Survey) -> Iterator[Finding]:
    """A required member that is not described is either misspelt or allows anything."""
    known: set[Pointer] = set()
    lost: dict[Pointer, Node] = {}
    for case in (case for shape in survey.shapes if not shape.narrowing for case in shape.cases()):
        for node in (said.raw_child(index) for said in case.all("required") for index in range(len(said.value))):
            if node.value in case.properties:
                known.add(node.pointer)
            else:
                lost[node.pointer] = node
    for pointer, node in lost.items():
        if pointer not in known:
            yield finding(node, f"requires {node.value!r}, which is not in `properties`", "describe it or remove it")


def defaults_are_for_the_absent(survey: Survey) -> Iterator[Finding]:
    """The default of a member that must be sent never applies: one of the two is not meant."""
    for shape in survey.shapes:
        required = {name for said in shape.all("required") for name in said.value}
        for name, member in shape.properties.items():
            if name in required and member.has("default"):
                yield finding(
                    member.all("default")[0], "is the default of a required member", "remove it from `required`, or the default"
                )


RULES: tuple[Rule, ...] = (
    typed,
    null_is_a_type,
    strings_end,
    strings_in_have_patterns,
    integers_are_bounded,
    integers_fit_their_format,
    numbers_are_bounded,
    arrays_end,
    requests_are_closed,
    parts_admit_each_other,
    bounds_leave_room,
    formats_fit_their_type,
    instants_have_patterns,
    steps_are_exact,
    members_are_snake_case,
    required_members_exist,
    defaults_are_for_the_absent,
)
