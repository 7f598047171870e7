"""What the document and the fixed order of checks allow as the response to one request, from its bytes alone.

404 path > 405 > 401 > 403 scope > 406 > 413 > 415 > 400 > 422 > whatever the handler may answer.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

from tests.contract.contract import DOCUMENT, KEY_HEADER, OPERATIONS, Operation, Parameter

MOST_BYTES: int = DOCUMENT["x-accord-body-limit"]
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
# Only invalid requests get these.
_REFUSALS = {400, 405, 406, 413, 415, 422}


def _spellings() -> Iterator[tuple[list[str], list[bool], str]]:
    """Every path as the document and its aliases spell it: its parts, which of them are parameters, and its template."""
    for path in DOCUMENT["paths"]:
        for alias, prefix in [("", ""), *DOCUMENT["x-accord-alias"].items()]:
            if path.startswith(prefix):
                parts = (alias + path.removeprefix(prefix)).split("/")
                yield parts, [part.startswith("{") for part in parts], path


_SPELLINGS = list(_spellings())
_OPERATIONS = {(found.path, found.method): found for found in OPERATIONS}


@functools.lru_cache(64)  # the checks of one answer ask the same
def route(raw_path: str) -> tuple[str | None, list[str]]:
    """The documented path that matches a request's path, and its raw parameters."""
    try:
        segments = [unquote_to_bytes(part).decode() for part in raw_path.split("/")]
    except UnicodeDecodeError:
        return None, []
    best: tuple[list[bool], str, list[str]] | None = None
    for parts, templates, path in _SPELLINGS:
        if len(parts) != len(segments):
            continue
        pairs = list(zip(parts, templates, segments, strict=True))
        if all(segment if template else part == segment for part, template, segment in pairs):
            values = [segment for _, template, segment in pairs if template]
            best = min(best, (templates, path, values)) if best else (templates, path, values)
    return (best[1], best[2]) if best else (None, [])


def find(method: str, raw_path: str) -> Operation | None:
    """The operation of a request; HEAD is that of GET."""
    path, _ = route(raw_path)
    return None if path is None else _OPERATIONS.get((path, "GET" if method == "HEAD" else method))


def _fits(parameter: Parameter, text: str) -> bool:
    value: Any = text
    if "integer" in parameter.types and _INTEGER.fullmatch(text):
        value = int(text) if len(text) < 40 else 10**40
    elif "boolean" in parameter.types and text in ("true", "false"):
        value = text == "true"
    return bool(parameter.validator.is_valid(value))


def _query_fits(operation: Operation, raw: str) -> bool:
    known = operation.of("query")
    seen = set()
    for part in raw.split("&") if raw else []:
        name, _, text = (unquote_to_bytes(piece.replace("+", " ")) for piece in part.partition("="))
        try:
            parameter = known.get(name.decode())
            if parameter is None or parameter.name in seen or not _fits(parameter, text.decode()):
                return False
        except UnicodeDecodeError:
            return False
        seen.add(parameter.name)
    return raw.isascii() and all(parameter.name in seen for parameter in known.values() if parameter.required)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member occurs twice")
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    if not math.isfinite(value := float(text)):
        raise ValueError("out of range")
    return value


def strict_json(raw: bytes) -> Any:
    """One JSON value as RFC 8259 and I-JSON have it.

    Raises:
        ValueError: it is not one.
    """
    value = json.loads(raw.decode(), object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite)
    json.dumps(value, ensure_ascii=False).encode()  # a lone surrogate cannot be encoded
    return value


def _refusal_of_body(operation: Operation, headers: dict[str, str], body: bytes) -> int | None:
    if len(body) > MOST_BYTES:
        return 413
    sent = headers.get("content-type")
    media = None if sent is None else sent.partition(";")[0].strip().lower()
    if media not in operation.bodies and (sent is not None or body):
        return 415
    if not body:
        return 400
    try:
        value = strict_json(body)
    except (ValueError, RecursionError):
        return 400
    return None if operation.validators[str(media)].is_valid(value) else 422


def allowed(method: str, target: str, headers: dict[str, str], body: bytes) -> set[int]:
    """The statuses that a request may be answered with; names of `headers` in lower case.

    Tokens and rows are not looked at: a request with credentials may be refused for them.
    """
    raw_path, _, query = target.partition("?")
    path, values = route(raw_path)
    if path is None:
        return {404}
    operation = find(method, raw_path)
    if operation is None:
        return {204} if method == "OPTIONS" else {405}
    refused: set[int] = set()
    if operation.reads_token:
        has_key = operation.takes_keys and KEY_HEADER.lower() in headers
        if "authorization" in headers or has_key:
            refused |= {401}
        elif operation.secured:
            return {401}
        if operation.roles or (has_key and operation.key_scopes):
            refused |= {403}
    pairs = zip(operation.of("path").values(), values, strict=True)
    fits = all(_fits(parameter, value) for parameter, value in pairs) and _query_fits(operation, query)
    for name, parameter in operation.of("header").items():
        text = headers.get(name.lower())
        fits = fits and (text is None or _fits(parameter, text.strip(" \t")))
    refusal = _refusal_of_body(operation, headers, body) if operation.bodies else None
    if refusal is None and not fits:
        refusal = 422
    if refusal is not None:
        return refused | {refusal}
    return set(operation.responses) - _REFUSALS
