"""Single faults, generated from the document: each with the one answer that it must get."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import quote

from tests.contract.contract import DOCUMENT, KEY_HEADER, Operation, Parameter, resolved, validator
from tests.contract.contract import members as members_of
from tests.contract.oracle import MOST_BYTES
from tests.contract.people import key_without
from tests.contract.wire import Request
from tests.support.resources import resource_data

NOT_INTEGERS = [
    "01",
    "+1",
    "1.0",
    "1e0",
    "0x1",
    "1_0",
    " 1",
    "1 ",
    "\u0661",
    "1,",
    "-0",
    "null",
    "true",
    "1\n",
    "",
    "NaN",
    "9" * 50,
]
NOT_BOOLEANS = ["True", "TRUE", "1", "0", "yes", "on", "t", "", "null", " true", "true,false"]
NOT_JSON = {
    "nothing": b"",
    "an open object": b"{",
    "a trailing comma": b'{"a":1,}',
    "single quotes": b"{'a':1}",
    "a comment": b"{}//",
    "two values": b"{}{}",
    "a repeated member": b'{"a":1,"a":1}',
    "NaN": b'{"a":NaN}',
    "infinity": b'{"a":-Infinity}',
    "a number out of range": b'{"a":1e400}',
    "a leading zero": b'{"a":01}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "a byte that is no UTF-8": b'{"a":"\xff"}',
    "a lone surrogate": b'{"a":"\\ud800"}',
    "a raw control character": b'{"a":"\x01"}',
    "a thousand arrays deep": b"[" * 100_000 + b"]" * 100_000,
}
NOT_MEDIA = [
    None,
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/vnd.accord+json",
    "application/jsonx",
    "json",
    "*/*",
]


class Probe(NamedTuple):
    """One request and the status it must get; for 422, the place and code that `errors` must name."""

    name: str
    request: Request
    status: int
    fault: tuple[str, str, str] | None = None


def _bounds(parameter: Parameter) -> tuple[int, int]:
    schema = resolved(parameter.schema)
    branches = [resolved(branch) for branch in schema.get("anyOf", [schema])]
    found = next(branch for branch in branches if branch.get("type") == "integer")
    return found["minimum"], found["maximum"]


def path_lexis(operation: Operation, valid: Request) -> Iterator[Probe]:
    """Integers in the path: JSON's grammar and the document's bounds, decoded once."""
    for parameter in operation.of("path").values():
        if "integer" not in parameter.types:
            continue
        least, most = _bounds(parameter)
        for text in [*NOT_INTEGERS, str(least - 1), str(most + 1), "abc", "1/2", "\x00"]:
            if text:
                path = operation.path.replace(f"{{{parameter.name}}}", quote(text, safe=""))
                yield Probe(f"{parameter.name} {text!r}", replace(valid, path=path), 422)
        for raw, why in {"%ff": "no UTF-8", "": "empty", "1/": "a slash too many", "1//": "two"}.items():
            path = operation.path.replace(f"{{{parameter.name}}}", raw)
            yield Probe(f"{parameter.name}: {why}", replace(valid, path=path), 404)


def query_lexis(operation: Operation, valid: Request) -> Iterator[Probe]:
    """Integers, booleans and names in the query; what is repeated or unknown."""
    for name, parameter in operation.of("query").items():
        wrong: list[str] = []
        if "integer" in parameter.types:
            least, most = _bounds(parameter)
            wrong = [*NOT_INTEGERS, str(least - 1), str(most + 1)]
        elif "boolean" in parameter.types:
            wrong = NOT_BOOLEANS
        elif "enum" in resolved(parameter.schema):
            wrong = [value.upper() for value in resolved(parameter.schema)["enum"]] + ["", "null"]
        for text in wrong:
            yield Probe(f"{name}={text!r}", valid.asking(f"{name}={quote(text)}"), 422)
        good = _good(parameter)
        twice = valid.asking(f"{name}={good}&{name}={good}")
        yield Probe(f"{name} twice", twice, 422, ("query", f"/{name}", "repeated"))
        yield Probe(f"{name} in capitals", valid.asking(f"{name.upper()}={good}"), 422)
        yield Probe(f"{name} that is no UTF-8", valid.asking(f"{name}=%ff"), 422)
        if not parameter.validator.is_valid(f"{good};x=1"):  # else free text, of which it is a character like others
            yield Probe(f"{name} and a semicolon", valid.asking(f"{name}={good};x=1"), 422)
    for unknown, name in (
        ("unknown=1", "unknown"),
        ("unknown", "unknown"),
        ("=1", ""),
        ("%00=1", "\\u0000"),
        ("page[]=1", "page[]"),
    ):
        yield Probe(f"?{unknown}", valid.asking(unknown), 422, ("query", f"/{name}", "unknown"))


def _good(parameter: Parameter) -> str:
    schema = resolved(parameter.schema)
    if "integer" in parameter.types:
        return str(_bounds(parameter)[1])
    if "boolean" in parameter.types:
        return "true"
    shown = [parameter.example, *schema.get("enum", []), *schema.get("examples", [])]
    good = next((value for value in shown if value is not None), None)
    assert good is not None, (
        f"write an example of the query parameter {parameter.name} into openapi.yaml: no value of it is known"
    )
    return str(good)


def allowed_queries(operation: Operation, valid: Request) -> Iterator[Request]:
    """Queries at the bounds, which must not be refused."""
    for name, parameter in operation.of("query").items():
        if "integer" in parameter.types:
            yield from (valid.asking(f"{name}={bound}") for bound in _bounds(parameter))
        elif "boolean" in parameter.types:
            yield from (valid.asking(f"{name}={text}") for text in ("true", "false", "%74rue"))
        else:
            yield valid.asking(f"{name}={_good(parameter)}")


def methods(operation: Operation, valid: Request) -> Iterator[Probe]:
    """Methods that a path does not have, signed in or not."""
    declared = DOCUMENT["paths"][operation.path]
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY", "PROPFIND"):
        if method.lower() not in declared:
            request = replace(valid, method=method)
            yield Probe(method, request, 405)
            yield Probe(f"{method} by nobody", request.having("Authorization", None), 405)


def bodies(operation: Operation, valid: Request) -> Iterator[Probe]:
    """Media types and JSON syntax."""
    if not operation.bodies:
        return
    for media in NOT_MEDIA:
        yield Probe(f"Content-Type {media}", valid.having("Content-Type", media), 415)
    for name, text in NOT_JSON.items():
        yield Probe(name, valid.saying(text), 400)
    yield Probe("no body", valid.saying(None), 400)
    values: tuple[Any, ...] = (None, [], "text", 1, True)
    for value in values:
        yield Probe(f"the body {value!r}", valid.saying(json.dumps(value).encode()), 422, ("body", "", "type"))


def members(operation: Operation, valid: Request) -> Iterator[Probe]:
    """One wrong member in an otherwise good body."""
    for media, schema in operation.bodies.items():
        found, example = resolved(schema), operation.examples[media]
        request = valid.having("Content-Type", media)

        def with_body(request: Request = request, **changes: Any) -> Request:
            return request.saying(json.dumps({**example, **changes}).encode())  # noqa: B023 - used within the turn

        yield Probe("an unknown member", with_body(unknown=1), 422, ("body", "/unknown", "additionalProperties"))
        for name in found.get("required", []):
            rest = {key: value for key, value in example.items() if key != name}
            yield Probe(f"no {name}", request.saying(json.dumps(rest).encode()), 422, ("body", f"/{name}", "required"))
        if "minProperties" in found:
            yield Probe("no member", request.saying(b"{}"), 422, ("body", "", "minProperties"))
        for name, member in found["properties"].items():
            for text, value, code in _wrong_values(resolved(member), example.get(name)):
                yield Probe(f"{name} {text}", with_body(**{name: value}), 422, ("body", f"/{name}", code))
            for text in resource_data("WRONG").get(f"{operation.id} body /{name}", []):
                yield Probe(f"{name} {text[:80]!r}", with_body(**{name: text}), 422)


def allowed_members(operation: Operation, valid: Request) -> Iterator[Request]:
    """Bodies at the bounds, which must not be refused; each of its own user, if it is of one."""
    fresh, right = resource_data("BODIES").get(operation.id, dict), resource_data("RIGHT")
    for media, schema in operation.bodies.items():
        for name, member in members_of(schema).items():
            for text in right.get(f"{operation.id} body /{name}", _texts_at_the_bounds(member)):
                body = {**operation.examples[media], **fresh(), name: text}
                yield valid.having("Content-Type", media).saying(json.dumps(body).encode())


def _texts_at_the_bounds(schema: dict[str, Any]) -> Iterator[str]:
    """The shortest and the longest text, where letters will do."""
    allowed = validator(schema)
    for letter in ("a", "\U0001f600"):
        for length in (schema.get("minLength", 0), schema.get("maxLength", 0)):
            if "string" in schema.get("type", []) and allowed.is_valid(letter * length):
                yield letter * length


def _wrong_values(schema: dict[str, Any], example: Any) -> Iterator[tuple[str, Any, str]]:
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    others: dict[str, Any] = {"null": None, "string": "text", "integer": 1, "boolean": True, "array": [], "object": {}}
    for kind, value in others.items():
        if kind not in types:
            yield f"of the type {kind}", value, "type"
    if "string" not in types:
        return
    text = str(example or "aa1aaaaaaa")
    if "maxLength" in schema:
        yield "too long", text.ljust(schema["maxLength"] + 1, "a"), "maxLength"
    if schema.get("minLength", 0) > 0:
        yield "too short", text[: schema["minLength"] - 1], "minLength"
    if "pattern" in schema:
        yield "with NUL", text[:-1] + "\0", "format" if schema.get("format") == "email" else "pattern"


Fault = Callable[[Request], Request]


def in_order(operation: Operation, stranger: str) -> list[tuple[int, Fault]]:
    """The faults that a request to an operation can have, in the order in which they are checked."""
    found: list[tuple[int, Fault]] = [(404, lambda request: replace(request, path="/nowhere" + request.path))]
    found.append((405, lambda request: replace(request, method="PROPFIND")))
    if operation.secured:
        found.append((401, lambda request: request.having("Authorization", None).having(KEY_HEADER, None)))
    if operation.roles:
        found.append((403, lambda request: request.having("Authorization", f"Bearer {stranger}")))
    elif operation.takes_keys:
        weak = key_without(operation.key_scopes[0])
        found.append((403, lambda request: request.having("Authorization", None).having(KEY_HEADER, weak)))
    if 406 in operation.responses:
        found.append((406, lambda request: request.having("Accept", "text/html")))
    if operation.bodies:
        found += [
            (413, lambda request: request.saying((request.body or b"").ljust(MOST_BYTES + 1))),
            (415, lambda request: request.having("Content-Type", "text/plain")),
            (400, lambda request: request.saying(b"{" + (request.body or b""))),
        ]
    found.append((422, lambda request: request.asking("unknown=1")))
    return found
