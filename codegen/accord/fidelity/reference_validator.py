"""The reference validator: python-jsonschema, with a JavaScript engine for `pattern` and independent format checkers.

It shares only the document with the validator of the runtime: neither the compiler nor the regular expressions nor the formats,
nor the walk over `$ref` and `allOf` that decides about `readOnly` and `writeOnly`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import quickjs
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from accord.document.document import Document, Node
from accord.document.pointer import fragment, fragment_tokens, key_of
from accord.jsonschema.read_write_only import Direction

_NAME = "urn:document"
FORMATS = FormatChecker([])
FORMATS.checkers = dict(Draft202012Validator.FORMAT_CHECKER.checkers)


@FORMATS.checks("int32")  # type: ignore[untyped-decorator]  # as of the others below
def _int32(value: object) -> bool:
    return isinstance(value, (str, bool)) or not isinstance(value, (int, float)) or -(2**31) <= value < 2**31


@FORMATS.checks("int64")  # type: ignore[untyped-decorator]  # as above
def _int64(value: object) -> bool:
    return isinstance(value, (str, bool)) or not isinstance(value, (int, float)) or -(2**63) <= value < 2**63


# A JavaScript engine is the reference for regular expressions of ECMA-262.
_SCRIPT = quickjs.Context()
_SCRIPT.eval(
    r"""
    const known = {};
    function found(pattern, text) { return (known[pattern] ??= made(pattern)).test(text); }
    function strict(pattern) { new RegExp(pattern, 'u'); return true; }
    // Without Unicode mode (ECMA-262, Annex B): needless escapes of punctuation, and brackets without an escape.
    function made(pattern) {
      try { return new RegExp(pattern, 'u'); } catch {}
      const code = (escape, mark) => '!"#%&\',:;<=>@`~ _-'.includes(mark) ? '\\x' + mark.charCodeAt().toString(16) : escape;
      const plain = pattern.replace(/\\([^])/g, code);
      try { return new RegExp(plain, 'u'); } catch { return new RegExp(pattern); }
    }
    """
)
_found = _SCRIPT.get("found")
_made = _SCRIPT.get("strict")


# RFC 5321: Mailbox, with the lengths of 4.5.3.1; python-jsonschema itself only looks for an @.
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAILBOX = re.compile(
    r"(?P<local>[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r'|"(?:[ !#-\[\]-~]|\\[ -~])*")'
    rf"@(?P<domain>{_LABEL}(?:\.{_LABEL})*|\[(?P<literal>[!-Z^-~]+)\])"
)


_ATOM = r"[^@\s\x00-\x1f\x7f\"(),.:;<>\[\\\]]+"
_IDN_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")


def _is_email(value: object) -> bool:
    if not isinstance(value, str):
        return True
    found = _MAILBOX.fullmatch(value)
    if found is None or len(found["local"]) > 64 or len(found["domain"]) > 253:  # noqa: PLR2004 - RFC 5321, 4.5.3.1
        return False
    literal = found["literal"]
    if literal is None:
        return True
    family, address = ("ipv6", literal[5:]) if literal.lower().startswith("ipv6:") else ("ipv4", literal)
    return bool(FORMATS.conforms(address, family))


def _is_idn_email(value: object) -> bool:
    """RFC 6531: an address as above, or with non-ASCII characters in both parts and an internationalized domain name."""
    if not isinstance(value, str) or _is_email(value):
        return True
    local, _, domain = value.rpartition("@")
    if _IDN_LOCAL.fullmatch(local) is None or len(local.encode()) > 64 or domain.endswith("."):  # noqa: PLR2004 - RFC 5321, 4.5.3.1
        return False
    return bool(FORMATS.conforms(domain, "idn-hostname"))


def _is_uuid(value: object) -> bool:
    """RFC 9562, 4; Python's UUID also accepts hyphens, spaces and underscores in other places."""
    return not isinstance(value, str) or re.fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", value) is not None


def _is_regex(value: object) -> bool:
    try:
        return not isinstance(value, str) or bool(_made(value))
    except quickjs.JSException:
        return False


for _name, _check in (("email", _is_email), ("idn-email", _is_idn_email), ("uuid", _is_uuid), ("regex", _is_regex)):
    FORMATS.checkers[_name] = (_check, ())

Keyword = Iterator[ValidationError]


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Keyword:  # noqa: ANN401, ARG001 - as the library calls it
    if validator.is_type(instance, "string") and not _found(pattern, instance):
        yield ValidationError("does not match")


def _pattern_properties(validator: Any, patterns: dict[str, Any], instance: Any, schema: Any) -> Keyword:  # noqa: ANN401, ARG001
    if validator.is_type(instance, "object"):
        for pattern, subschema in patterns.items():
            for name, value in instance.items():
                if _found(pattern, name):
                    yield from validator.descend(value, subschema, path=name, schema_path=pattern)


def _additional(validator: Any, subschema: Any, instance: Any, schema: Any) -> Keyword:  # noqa: ANN401 - as the library calls it
    if not validator.is_type(instance, "object"):
        return
    for name, value in instance.items():
        if name in schema.get("properties", {}) or any(
            _found(pattern, name) for pattern in schema.get("patternProperties", ())
        ):
            continue
        if subschema is False:
            yield ValidationError("is not allowed")
        else:
            yield from validator.descend(value, subschema, path=name)


def _multiple_of(validator: Any, step: float, instance: Any, schema: Any) -> Keyword:  # noqa: ANN401, ARG001
    """With decimal arithmetic: 0.3 is a multiple of 0.1."""
    if validator.is_type(instance, "number") and Fraction(str(instance)) % Fraction(str(step)):
        yield ValidationError("is not a multiple")


def _parts(root: Any, schema: Any) -> Iterator[Any]:  # noqa: ANN401 - any JSON value
    """A schema with the target of its `$ref` and the subschemas of its `allOf`, followed recursively.

    Independent of `accord.jsonschema.schema` on purpose: a fault there must not be repeated here.
    """
    waiting, seen = [schema], set()
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, dict) and id(part) not in seen:
            seen.add(id(part))
            yield part
            waiting += [_at(root, part["$ref"])] if str(part.get("$ref", "")).startswith("#/") else []
            waiting += part["allOf"] if isinstance(part.get("allOf"), list) else []


def _at(root: Any, reference: str) -> Any:  # noqa: ANN401 - any JSON value
    """The target of a `$ref`; None if there is none, as for a property `$ref` of an example."""
    for name in fragment_tokens(reference):
        if (key := key_of(root, name)) is None:
            return None
        root = root[key]
    return root


_ACTIVE: set[tuple[str, int]] = set()  # references that are being followed, each with the value that it validates
CYCLES: set[str] = set()  # those that refer to themselves for the same value: JSON Schema leaves the result undefined


def _reference(validator: Any, reference: str, instance: Any, schema: Any) -> Keyword:  # noqa: ANN401 - as above
    """As in the library, but an endless recursion for the same value ends (JSON Schema, Core, 9.4.1)."""
    key = (reference, id(instance))
    if key in _ACTIVE:
        CYCLES.add(reference)
        return
    _ACTIVE.add(key)
    try:
        found = list(_LIBRARY(validator, reference, instance, schema))
    finally:
        _ACTIVE.discard(key)
    yield from found


_LIBRARY = Draft202012Validator.VALIDATORS["$ref"]

_Validator = extend(
    Draft202012Validator,
    {
        "$ref": _reference,
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional,
        "multipleOf": _multiple_of,
    },
)


class ReferenceValidator:
    """Validators for the schemas of one document in one direction."""

    def __init__(self, document: Document, direction: Direction) -> None:
        hidden = "readOnly" if direction == "request" else "writeOnly"
        written = _modern(document.written)
        data = _without(written, written, hidden)
        resource = DRAFT202012.create_resource(data)
        self._registry = Registry().with_resource(_NAME, resource)

    def of(self, schema: Node) -> Draft202012Validator:
        """The validator of a schema, formats asserted."""
        return _Validator({"$ref": f"{_NAME}{fragment(schema.pointer)}"}, registry=self._registry, format_checker=FORMATS)


def _modern(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """OpenAPI 3.0 schemas converted to 3.1, independently of the conversion in the runtime."""
    if isinstance(value, list):
        return [_modern(item) for item in value]
    if not isinstance(value, dict):
        return value
    # A `$schema` would make the library switch to its default validator.
    found = {key: _modern(item) for key, item in value.items() if key != "$schema" or not isinstance(item, str)}
    if found.get("nullable") is True and (written := found.get("type")) not in (None, "null"):
        found["type"] = [*dict.fromkeys([*(written if isinstance(written, list) else [written]), "null"])]
    for bound in ("Minimum", "Maximum"):
        if isinstance(exclusive := found.get("exclusive" + bound), bool):
            del found["exclusive" + bound]
            if exclusive and bound.lower() in found:
                found["exclusive" + bound] = found[bound.lower()]
    return found


# Keywords whose subschemas apply to the same value.
_SAME = frozenset({"allOf", "anyOf", "oneOf", "then", "else", "dependentSchemas"})


def _without(value: Any, root: Any, hidden: str, gone: frozenset[str] = frozenset()) -> Any:  # noqa: ANN401 - any JSON value
    """The document without what is not sent in one direction; `gone` are the hidden properties of outer schemas."""
    if isinstance(value, list):
        return [_without(item, root, hidden, gone) for item in value]
    if not isinstance(value, dict):
        return value
    named = [part["properties"].items() for part in _parts(root, value) if isinstance(part.get("properties"), dict)]
    gone |= {name for members in named for name, member in members if _marked(member, root, hidden)}
    found = {key: _without(item, root, hidden, gone if key in _SAME else frozenset()) for key, item in value.items()}
    if isinstance(value.get("required"), list):
        found["required"] = [name for name in value["required"] if name not in gone]
    for keyword in ("items", "additionalProperties", "unevaluatedItems", "unevaluatedProperties"):
        if _marked(value.get(keyword), root, hidden):
            found[keyword] = False
    for keyword in ("prefixItems", "anyOf", "oneOf", "properties", "patternProperties"):
        inner = value.get(keyword, ())
        for key, part in inner.items() if isinstance(inner, dict) else enumerate(inner) if isinstance(inner, list) else ():
            if _marked(part, root, hidden):
                found[keyword][key] = False
    return found


def _marked(schema: Any, root: Any, hidden: str) -> bool:  # noqa: ANN401 - any JSON value
    return any(part.get(hidden) is True for part in _parts(root, schema))
