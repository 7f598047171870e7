"""Preflights as browsers send and check them (Fetch, 4.8), and what a document says that pages may send and read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from accord.document.document import Document, Node

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SAFELISTED = frozenset({"cache-control", "content-language", "content-length", "content-type", "expires", "last-modified"})
IGNORED = ("accept", "authorization", "content-type")  # as parameters (OpenAPI 3.1.1, 4.8.12.2)


class Documented(NamedTuple):
    """What one path of a document has."""

    path: str
    methods: set[str]
    sent: set[str]  # request headers, in lower case


def documented(document: Document) -> Iterator[Documented]:
    """Every path, read from the values of the document alone."""
    root = document.root
    for path, item in root.child("paths").items():
        operations = [node for method in METHODS if (node := item.get(method)) is not None]
        methods = {method.upper() for method in METHODS if method in item.value} | {"OPTIONS"}
        methods |= {"HEAD"} if "GET" in methods else set()
        yield Documented(path, methods, set().union(*(_sent(root, item, operation) for operation in operations)))


def exposed(document: Document) -> set[str]:
    """The headers of all responses, and those that the engine adds."""
    found = {"x-request-id"}
    for item in dict(document.root.child("paths").items()).values():
        for operation in (node for method in METHODS if (node := item.get(method)) is not None):
            found |= {"deprecation"} if operation.value.get("deprecated") else set()
            found |= {"sunset"} if "x-accord-sunset" in operation.value else set()
            for response in dict(operation.child("responses").items()).values():
                headers = response.get("headers")
                found |= {name.lower() for name in headers.value} if headers is not None else set()
    return found - SAFELISTED


def _sent(root: Node, item: Node, operation: Node) -> Iterator[str]:
    for owner in (item, operation):
        parameters = owner.get("parameters")
        for parameter in parameters.elements() if parameters is not None else ():
            if parameter.value["in"] == "header" and parameter.value["name"].lower() not in IGNORED:
                yield parameter.value["name"].lower()
    for requirement in operation.value.get("security", root.value.get("security", [])):
        for name in requirement:
            scheme = root.child("components").child("securitySchemes").child(name).value
            if scheme["type"] != "apiKey":
                yield "authorization"
            elif scheme["in"] == "header":
                yield scheme["name"].lower()
    if (body := operation.get("requestBody")) is not None and body.value.get("content"):
        yield "content-type"
    answers = {status: response.value.get("content") for status, response in operation.child("responses").items()}
    successes = [content for status, content in answers.items() if status[0] in "123"] or [answers.get("default")]
    if any(successes):
        yield "accept"


def passes(answer: dict[str, str], method: str, header: str) -> bool:
    """Whether a browser sends the request for which this preflight was answered."""

    def listed(name: str) -> list[str]:
        return [one.strip() for one in answer.get(f"access-control-allow-{name}", "").split(",")]

    return method in listed("methods") and header in [name.lower() for name in listed("headers")]


def asking(origin: str, method: str, header: str) -> dict[str, Any]:
    """The headers of a preflight."""
    return {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": header}
