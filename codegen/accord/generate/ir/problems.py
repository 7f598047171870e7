"""The kinds of errors that the document allows, each an exception."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from typing import Any
from urllib.parse import unquote

from accord.document.document import Document, DocumentError, Node
from accord.document.findings import Finding
from accord.document.identifiers import pascal_case
from accord.document.pointer import mappings, unescape_fragment
from accord.document.references import references
from accord.generate.ir.nodes import Problem, reachable
from accord.openapi.api import API
from accord.openapi.response import Response

_MEDIA = "application/problem+json"
_SCHEMAS = ("components", "schemas")


class Problems:
    """The kinds of errors by their `type`; without `x-accord-problems` in the document, one kind for each status.

    `faults` has a line for each type that is not described, not used, or has two statuses.
    """

    def __init__(self, api: API) -> None:
        self._described: dict[str, dict[str, Any]] = {}
        self._by_type: dict[str, Problem] = {}
        self._by_status: dict[int, Problem] = {}
        self._first: dict[str, Node] = {}
        self.faults: list[Finding] = []
        described = api.document.root.get("x-accord-problems")
        self._describe(described)
        pairs = [pair for operation in api.operations for pair in operation.problems.items()]
        # Several operations share one response, and one response may have several statuses.
        for status, response in {(s, r.node.pointer): (s, r) for s, r in pairs}.values():
            try:
                self._add(status, response)
            except DocumentError as error:
                self.faults += error.findings
        used = set(map(_key, self._by_type))
        for key in self._described:
            if key not in used and described is not None:
                unused = f"no response has the problem {key!r}: remove it, or allow it in a response"
                self.faults += described.raw_child(key).error(unused).findings

    def _describe(self, node: Node | None) -> None:
        for key, about in node.named() if node is not None else ():
            if not isinstance(about.value, dict) or not isinstance(about.value.get("title"), str):
                untitled = f"the problem {key!r} has no `title`: add it"
                self.faults += about.error(untitled).findings
            else:
                self._described[key] = about.value

    def of(self, status: int, response: Response) -> list[Problem]:
        """The problems that a documented error may be."""
        return [self._by_type[kind] for kind in response.problem_types] or [self._by_status[status]]

    def all(self) -> tuple[Problem, ...]:
        """In the order of `x-accord-problems`, then by status."""
        order = {key: number for number, key in enumerate(self._described)}
        typed = sorted(self._by_type.values(), key=lambda problem: order[_key(problem.type)])
        return (*typed, *(self._by_status[status] for status in sorted(self._by_status)))

    def _add(self, status: int, response: Response) -> None:
        node = response.node
        if not response.problem_types:
            if self._described:
                raise node.error(
                    f"response {status} does not list its problems: "
                    "give its schema `properties: {type: {const: /problems/...}}`"
                )
            text = str(node.value["description"])
            self._by_status[status] = Problem(response.name, status, "about:blank", response.phrase, text)
        for kind in response.problem_types:
            if not isinstance(kind, str):
                raise node.error(f"the `type` of a problem is a string such as /problems/not-found, not {kind!r}")
            key, known = _key(kind), self._by_type.get(kind)
            if known is not None and known.status != status:
                raise node.error(
                    f"the problem {kind} has the status {status} here and {known.status} in line "
                    f"{self._first[kind].line}: a problem has one status"
                )
            if key not in self._described:
                raise node.error(f"the problem {kind} is not described: add {key!r} to `x-accord-problems`")
            if known is None:
                about = self._described[key]
                self._first[kind] = node
                self._by_type[kind] = Problem(pascal_case(key), status, kind, about["title"], about.get("description", ""))


def _key(kind: str) -> str:
    """The key of a problem in `x-accord-problems`: the last segment of its type."""
    return kind.rpartition("/")[2]


def problem_schemas(document: Document) -> frozenset[str]:
    """The schemas of `components` that only problems use: handlers neither receive nor return them."""
    uses: dict[Hashable, set[str]] = defaultdict(set)  # by schema; by whether it is a problem, for everything else
    for pointer, mapping in mappings(document.data):
        owner = pointer[2] if pointer[:2] == _SCHEMAS and len(pointer) > len(_SCHEMAS) else _MEDIA in pointer
        found = (unquote(holder[key]).split("/") for holder, key in references(mapping))
        uses[owner] |= {
            unescape_fragment(steps[3]) for steps in found if steps[:3] == ["#", *_SCHEMAS] and len(steps) > len(_SCHEMAS) + 1
        }
    return reachable(uses[True], uses.__getitem__) - reachable(uses[False], uses.__getitem__)
