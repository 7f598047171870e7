"""Whether a document is OpenAPI at all: openapi-spec-validator judges, here its places become lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
from jsonschema_path.paths import SchemaPath
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from openapi_spec_validator.schemas import schema_v30, schema_v31
from openapi_spec_validator.validation.registries import KeywordValidatorRegistry

from app.engine.document import Document, DocumentError, Node
from app.engine.ledger import Ledger
from app.engine.spreading import METHODS
from app.engine.text import FILES, Key, Pointer, mappings
from codegen.metaschema import innermost, misshapen

VERSIONS = {
    "3.0": (schema_v30, OpenAPIV30SpecValidator),
    "3.1": (schema_v31, OpenAPIV31SpecValidator),
    "3.2": (schema_v31, OpenAPIV31SpecValidator),  # where it equals 3.1
}

NOT_UNDERSTOOD = "this document is wrong in a way that is not understood"
# What to do about the usual faults; anything else is answered with the specification.
REMEDIES = (
    (r"^\$ref ", "correct the reference"),
    (r"is a required property", "add it"),
    (r" was expected$", "write that"),
    (r"properties are not allowed", "correct its name, remove it, or begin it with `x-`"),
    (r"is not one of", "write one of those"),
    (r"is not of types? ", "write a value of that type"),
    (r"not a .*regex", "correct the regular expression"),
    (r"^Path parameter", "declare it with `in: path`, or take it out of the path or the list"),
    (r"^Operation ID|^Duplicate", "rename one"),
    (r"^Required list", "add them to `properties` or remove them from `required`"),
)


def validity(document: Document) -> list[str]:
    """Every fault as `openapi.yaml:LINE: what is wrong: how to mend it`, by line; empty for valid OpenAPI 3.0 or 3.1.

    A document of OpenAPI 3.2 is judged as one of 3.1, so what is new in 3.2 is a fault with its line. Dangling references
    hide everything else, and faults of structure may hide some of meaning, because the later judges need what the earlier
    ones vouch for.
    """
    if document.version not in VERSIONS:
        where = document.where(("openapi",))
        return [f"{where}: `openapi` names no known version: write 3.1.1, or 3.0.4 for an older document"]
    schema, validator = VERSIONS[document.version]
    if dangling := list(_dangling(document)):
        return dangling
    faults = [*_structure(document, schema), *_schemas(document)]
    faults += _safely(_meaning(document, validator), document, alone=not faults)
    places: dict[tuple[str, str], tuple[str, str]] = {}
    for pointer, message in faults:
        place = _written(document, pointer)
        if place is None:
            continue
        where, text = document.where(place), _text(message, pointer)
        said = text.replace("'", '"').partition(" is not one of")[0]
        places.setdefault((where, said), (where, text))  # two judges may say the same in other words
    note = " (OpenAPI 3.2 is taken where it equals 3.1)" if document.version == "3.2" else ""
    return [f"{where}: {text}{note}" for where, text in sorted(places.values(), key=lambda place: by_line(document, *place))]


def by_line(document: Document, where: str, text: str) -> tuple[bool, str, int, str]:
    """The document's own faults first, each file's by line."""
    file, _, line = where.rpartition(":")
    return file != document.name, file, int(line), text


def _dangling(document: Document) -> Iterator[str]:
    """References that lead nowhere; the other judges would crash on them. Examples may hold anything."""
    for pointer, mapping in mappings(document.data):
        if isinstance(mapping.get("$ref"), str):
            try:
                Node(document, pointer, mapping).resolved()
            except DocumentError as error:
                yield str(error)


def _structure(document: Document, schema: Any) -> Iterator[tuple[Pointer, str]]:  # noqa: ANN401 - a lazy JSON value
    data = _inlined(document, document.whole)
    if document.version == "3.2":
        data = {**data, "openapi": "3.1.1"}
    for error in jsonschema_rs.validator_cls_for(dict(schema))(dict(schema)).iter_errors(data):
        yield innermost(error)


def _inlined(document: Document, value: Any, key: Key = "", within: frozenset[str] = frozenset()) -> Any:  # noqa: ANN401 - any JSON value
    """The value with what other files hold in the places that refer to it, or nobody would look there; schemas are left.

    The files themselves have no structure of OpenAPI, and a reference back to what it stands `within` is left too. Operations
    and servers are no references by the letter of OpenAPI, so theirs are replaced wherever they lead.
    """
    if isinstance(value, list):
        return [_inlined(document, item, key if key == "servers" else "", within) for item in value]
    if not isinstance(value, dict) or key in ("schema", "schemas", FILES):
        return value
    node = Node(document, (), value)
    replaced = str(node.reference).startswith(f"#/{FILES}/") or key in (*METHODS, "servers")
    if node.reference is not None and replaced and node.reference not in within:
        target = _at(document.whole, document.at(node.reference, node).pointer)
        return _inlined(document, target, "", within | {node.reference})
    return {key: _inlined(document, item, key, within) for key, item in value.items()}


def _at(value: Any, pointer: Pointer) -> Any:  # noqa: ANN401 - any JSON value
    for key in pointer:
        value = value[key]
    return value


def _schemas(document: Document) -> Iterator[tuple[Pointer, str]]:
    """Faults of schemas. OpenAPI 3.0 describes them itself; its schemas are no JSON Schema 2020-12."""
    return iter(()) if document.version == "3.0" else misshapen(document)


def _safely(faults: Iterator[tuple[Pointer, str]], document: Document, *, alone: bool) -> Iterator[tuple[Pointer, str]]:
    """What a judge finds before it stumbles over what is wrong otherwise; if nobody else knows what that is, it is told."""
    try:
        yield from faults
    except Exception as error:  # noqa: BLE001 - a library that takes the document to be sound
        if alone:
            wrong = [one for one in Ledger(document).entries if one.keyword == "$ref" and "unsupported" in one.by]
            yield from ((one.pointer, one.remark) for one in wrong)
            if not wrong:
                yield (), f"{NOT_UNDERSTOOD} ({type(error).__name__}: {error})"


def _meaning(document: Document, validator: Any) -> Iterator[tuple[Pointer, str]]:  # noqa: ANN401 - one of two classes
    keywords = {name: _placed(keyword) for name, keyword in validator.keyword_validators.items()}
    root = KeywordValidatorRegistry(keywords)["__root__"]
    for error in root(SchemaPath.from_dict(document.whole)):  # type: ignore[operator] # the class of the registry is abstract
        yield error.place, error.message


def _placed(keyword: Any) -> Any:  # noqa: ANN401 - classes of a library, made at run time
    """The keyword validator, saying where it finds its faults: the library's own say what and not where."""

    def call(self: Any, *arguments: Any, **options: Any) -> Iterator[Any]:  # noqa: ANN401 - as the class
        subject = next(argument for argument in arguments if isinstance(argument, SchemaPath))
        within = ("default",) if hasattr(keyword, "value_validator_cls") else ()
        for error in keyword.__call__(self, *arguments, **options):
            if not hasattr(error, "place"):
                while error.context:
                    error = max(error.context, key=lambda fault: len(fault.absolute_path))  # noqa: PLW2901 - its core
                error.place = (*subject.parts, *within, *error.absolute_path)
            yield error

    members = {"_collect_properties": _collected} if hasattr(keyword, "_collect_properties") else {}
    return type(keyword.__name__, (keyword,), {"__call__": call, **members})


def _collected(_: Any, schema: SchemaPath) -> set[str]:  # noqa: ANN401 - as the class
    """The members that a schema names; the library's own does not end where a schema includes one that lists it."""
    found: set[str] = set()
    seen: set[int] = set()
    waiting = [schema]
    while waiting:
        schema = waiting.pop()
        value = schema.read_value()
        if id(value) in seen or not isinstance(value, dict):
            continue
        seen.add(id(value))
        found |= set(value.get("properties", ()))
        waiting += [part for keyword in ("allOf", "anyOf", "oneOf") if keyword in value for part in schema / keyword]
        waiting += [schema / keyword for keyword in ("items", "not") if keyword in value]
    return found


def _written(document: Document, pointer: Pointer) -> Pointer | None:
    """The place where this is written: the way there may lead through `$ref`s, and statuses may look like numbers.

    None: it stands beside a `$ref`, where OpenAPI 3.0 ignores it. The ledger reports that.
    """
    node = document.root
    for part in pointer:
        key = _key(node.value, part)
        if key not in (None, "$ref") and node.reference is not None and document.version == "3.0":
            return None
        if key is None:
            node = node.resolved()
            key = _key(node.value, part)
        if key is None:
            break
        node = node.raw_child(key)
    return node.pointer if node.pointer in document.lines else node.resolved().pointer


def _key(value: Any, part: Key) -> Key | None:  # noqa: ANN401 - any JSON value
    """The key of a value that a step means; None if it has none."""
    if isinstance(value, list):
        return int(part) if str(part).isdecimal() and int(part) < len(value) else None
    return next((key for key in (part, str(part)) if key in value), None) if isinstance(value, dict) else None


def _text(message: str, pointer: Pointer) -> str:
    message = re.sub(r"\s+", " ", message.partition("\n")[0]).removesuffix(": correct the reference")
    if message.endswith(" was expected") and pointer:
        message = f"`{pointer[-1]}`: {message}"
    if "valid under" in message:
        message = "this has none of the forms that OpenAPI allows here"
    remedy = next((remedy for pattern, remedy in REMEDIES if re.search(pattern, message)), "see the OpenAPI specification")
    return f"{message}: {remedy}"
