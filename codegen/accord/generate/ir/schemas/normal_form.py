"""Normal forms of values without members: scalars, enumerations, unions; what each keeps of the document's words."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from accord.document.document import Node
from accord.document.strict_json import integers
from accord.jsonschema.composition import KINDS, said
from accord.jsonschema.regex.python import compiles

Schema = dict[str, Any]

NEVER: Schema = {"enum": []}  # the form of a schema that no value satisfies

_WORDS = ("description", "default", "deprecated")
_BOUNDS = {
    "string": ("minLength", "maxLength"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    "integer": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "array": ("minItems", "maxItems"),
}
_KINDS = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null", list: "array", dict: "object"}
_EXACT = 1 << 53  # integers up to here are the same in every JSON reader


def about(facets: Iterable[Node], keywords: tuple[str, ...] = _WORDS) -> Schema:
    """What the facets tell people: the last word counts."""
    return {keyword: facet.value[keyword] for keyword in keywords for facet in facets if keyword in facet.value}


def listed(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """The JSON type of a value."""
    return _KINDS[type(value)]


def plain(kind: str, facets: list[Node]) -> Schema:
    """The form of a scalar, or what a list keeps besides its items; of bounds the narrowest."""
    form: Schema = {"type": kind, **(about(facets) if kind != "null" else {})}
    if kind == "string" and "date-time" in said(facets, "format"):
        return {"type": kind, "format": "date-time", **about(facets, ("description", "default"))}
    for keyword in _BOUNDS.get(kind, ()):
        if found := [bound for bound in said(facets, keyword) if not isinstance(bound, bool)]:
            form[keyword] = found[-1] if keyword == "multipleOf" else (min if "max" in keyword.lower() else max)(found)
    if kind == "string":
        patterns = [pattern for pattern in said(facets, "pattern") if isinstance(pattern, str) and compiles(pattern)]
        form |= {"pattern": patterns[-1]} if patterns else {}
    return form


def enumerated(lists: list[list[Any]], allowed: list[str] | None, words: Schema) -> Schema | None:
    """The form of values that stand in every list; None if they have no literal type in Python, as floats and objects."""
    if allowed is not None and "integer" in allowed and "number" not in allowed:
        lists = [integers(values) for values in lists]
    values = [
        value
        for value in lists[-1]
        if (allowed is None or listed(value) in allowed or (listed(value) == "integer" and "number" in allowed))
        and all(any(same(value, other) for other in others) for others in lists)
    ]
    if not values:
        return NEVER
    if any(listed(value) in ("array", "object") for value in values):
        return None
    types = [listed(value) for value in values]
    if "number" in types or any(type(value) is int and abs(value) > _EXACT for value in values):
        return {**words, "type": list(dict.fromkeys(types))}
    return {**words, "enum": values}


def same(one: Any, other: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether two values are equal in JSON, where `1` is not `true`."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (list, dict)) and isinstance(other, (list, dict)):
        return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    return bool(one == other)


def united(forms: list[Schema], words: Schema) -> Schema:
    """Alternatives; anything beside anything is anything, a scalar or null stays one scalar, which keeps its bounds."""
    forms = [form for form in forms if form is not NEVER]
    distinct = {json.dumps(form, sort_keys=True, default=str): form for form in forms}
    forms = list(distinct.values())
    if not forms:
        return NEVER
    if any(not {"$ref", "enum", "anyOf", "type"} & form.keys() for form in forms):
        return dict(words)
    if len(forms) == 1:
        return {**forms[0], **words}
    others = [{k: v for k, v in form.items() if k != "default"} for form in forms if form.get("type") != "null"]
    if len(others) == 1:
        if "enum" in others[0]:
            return {**others[0], **words, "enum": [*others[0]["enum"], None]}
        if isinstance(kind := others[0].get("type"), str) and kind not in ("array", "object"):
            return {**others[0], **words, "type": [kind, "null"]}
    return {**words, "anyOf": forms}


def without(form: Schema, words: Schema) -> Schema:
    """A form without the words that its union says."""
    return {key: value for key, value in form.items() if key not in words}


def kinds(form: Schema, objects: dict[str, Schema], aliases: dict[str, Schema]) -> set[str]:
    """The JSON types that a form admits; all if it is not known yet."""
    if "$ref" in form:
        name = form["$ref"].rpartition("/")[2]
        if name in objects:
            return {"object"}
        return kinds(aliases[name], objects, aliases) if name in aliases else {*KINDS, "integer"}
    if "enum" in form:
        return {listed(value) for value in form["enum"]}
    if "anyOf" in form:
        return {kind for part in form["anyOf"] for kind in kinds(part, objects, aliases)}
    found = form.get("type", [*KINDS, "integer"])
    return {found} if isinstance(found, str) else set(found)


def mentioned(forms: list[Schema]) -> set[str]:
    """The names of the objects and aliases that stand in the forms themselves."""
    found: set[str] = set()
    waiting = list(forms)
    while waiting:
        form = waiting.pop()
        if "$ref" in form:
            found.add(form["$ref"].rpartition("/")[2])
        waiting += [*form.get("anyOf", ()), *form.get("prefixItems", ()), *form.get("properties", {}).values()]
        waiting += [form[key] for key in ("items", "additionalProperties") if isinstance(form.get(key), dict)]
    return found


def reference(name: str) -> Schema:
    """The form of a value of a named object or alias."""
    return {"$ref": f"#/components/schemas/{name}"}


def lengths(places: list[Schema], least: int, most: int, words: Schema) -> Schema:
    """A tuple for each length that a closed list may have; a plain list where those are many."""
    if least > most:
        return NEVER
    if most - least > 4:  # noqa: PLR2004 - a union that is still read
        return {"type": "array", **words, "items": united(places[:most], {})}
    return united([{"type": "array", "prefixItems": places[:size]} for size in range(least, most + 1)], words)


def widened(types: list[str]) -> set[str]:
    """The JSON types with what they include: an integer is a number."""
    return {*types, *(["integer"] if "number" in types else [])}
