"""What a JSON Schema validator finds wrong with a document, as data: the kinds of its errors, not their wording."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

import jsonschema_rs

from accord.document.pointer import Pointer

Kind = jsonschema_rs.ValidationErrorKind

# What to do about a fault of each kind; for others, the specification is named.
_REMEDIES = {
    "required": "add it",
    "const": "write that",
    "propertyNames": "rename it",
    "unknown": "correct its name, remove it, or begin it with `x-`",
    "unsupported": "remove it",
    "enum": "write one of those",
    "type": "write a value of that type",
    "regex": "correct the regular expression",
}


class Fault(NamedTuple):
    """One fault; `kind` is the keyword that refuses, `unknown` for a member that is not defined, or `regex` for that format.

    `name` is the member that is missing.
    """

    pointer: Pointer
    kind: str
    message: str
    name: str = ""

    def __str__(self) -> str:
        """What is wrong, and how to correct it."""
        return f"{self.message}: {_REMEDIES.get(self.kind, 'see the OpenAPI specification')}"


def located(error: jsonschema_rs.ValidationError) -> list[Fault]:
    """The faults in the alternative that the author meant; one for each unknown member."""
    return [fault for core in _innermost(error) for fault in _faults(core)]


def _faults(error: jsonschema_rs.ValidationError) -> list[Fault]:  # noqa: PLR0911 - one return for each kind
    pointer: Pointer = tuple(error.instance_path)
    match error.kind:
        case Kind.Required():
            return [Fault(pointer, "required", f"{_json(error.kind.property)} is a required property", error.kind.property)]
        case Kind.Enum():
            options = ", ".join(map(json.dumps, error.kind.options))
            return [Fault(pointer, "enum", f"{_json(error.instance)} is not one of {options}")]
        case Kind.Constant():
            owner = f"`{pointer[-1]}`: " if pointer else ""
            return [Fault(pointer, "const", f"{owner}{_json(error.kind.expected_value)} was expected")]
        case Kind.PropertyNames():
            name = str(error.kind.error.instance)
            rule = "is not a name of components, which have A-Z, a-z, 0-9, `.`, `-` and `_`"
            return [Fault((*pointer, name), "propertyNames", f"{_json(name)} {rule}")]
        case Kind.AdditionalProperties() | Kind.UnevaluatedProperties():
            return [Fault((*pointer, name), "unknown", f"{name!r} is not known here") for name in error.kind.unexpected]
        case Kind.AnyOf() | Kind.OneOfNotValid() | Kind.OneOfMultipleValid():
            return [Fault(pointer, error.kind.name, "this has none of the forms that OpenAPI allows here")]
        case Kind.Format(format="regex"):
            kind = "regex"
        case _:
            kind = error.kind.name
    return [Fault(pointer, kind, re.sub(r"\s+", " ", error.message.partition("\n")[0]))]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _innermost(error: jsonschema_rs.ValidationError) -> list[jsonschema_rs.ValidationError]:
    """The errors of the alternative that goes deepest, except a missing `$ref`."""
    branches = [
        [core for fault in branch if not _lacks_reference(fault) for core in _innermost(fault)]
        for branch in getattr(error.kind, "context", ())
    ]
    cores = max(branches, key=lambda branch: max((len(core.instance_path) for core in branch), default=-1), default=[])
    deep = [core for core in cores if len(core.instance_path) >= len(error.instance_path)]
    return deep or [error]


def _lacks_reference(error: jsonschema_rs.ValidationError) -> bool:
    return isinstance(error.kind, Kind.Required) and error.kind.property == "$ref"
