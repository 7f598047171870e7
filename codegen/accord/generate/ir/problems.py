"""problems.py: the kinds of errors that the document allows, as exceptions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from accord.document.document import Document, DocumentError, Node, references
from accord.document.findings import Finding
from accord.document.identifiers import pascal_case
from accord.document.pointer import mappings, unescaped
from accord.generate.emit.source import docstring, string
from accord.openapi.api import API
from accord.openapi.parameter import Response

_MEDIA = "application/problem+json"
_SCHEMAS = ("components", "schemas")


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of error: its exception class, and what the client reads."""

    name: str
    status: int
    type: str
    title: str
    description: str


class Problems:
    """The kinds of errors by their `type`; without `x-accord-problems` in the document, one plain kind for each status.

    `faults` has a line for each type that is unknown, unused, or of two statuses.
    """

    def __init__(self, description: API) -> None:
        self._described: dict[str, Any] = {}
        self._node = description.document.root
        self.by_type: dict[str, Problem] = {}
        self._plain: dict[int, Problem] = {}
        self._first: dict[str, Node] = {}
        self.faults: list[Finding] = []
        self._describe(description.document.root.get("x-accord-problems"))
        answered = [pair for operation in description.operations for pair in operation.problems.items()]
        # One response may stand for several statuses.
        for status, response in {(s, r.node.pointer): (s, r) for s, r in answered}.values():
            try:
                self._add(status, response)
            except DocumentError as error:
                self.faults += error.findings
        used = {kind.rpartition("/")[2] for kind in self.by_type}
        for key in self._described:
            if key not in used:
                unused = (
                    self._node.child("x-accord-problems")
                    .raw_child(key)
                    .error(f"no response has the problem {key!r}: remove it, or allow it in a response")
                )
                self.faults += unused.findings

    def _describe(self, node: Node | None) -> None:
        for key, about in node.named() if node is not None else ():
            if not isinstance(about.value, dict) or not isinstance(about.value.get("title"), str):
                untitled = about.error(f"the problem {key!r} has no `title`: describe it by `title` and `description`")
                self.faults += untitled.findings
            else:
                self._described[key] = about.value

    def of(self, status: int, response: Response) -> list[Problem]:
        """What a documented error may be."""
        return [self.by_type[kind] for kind in response.problem_types] or [self._plain[status]]

    def all(self) -> list[Problem]:
        """In the order of `x-accord-problems`."""
        order = {key: number for number, key in enumerate(self._described)}
        typed = sorted(self.by_type.values(), key=lambda problem: order[problem.type.rpartition("/")[2]])
        return [*typed, *(self._plain[status] for status in sorted(self._plain))]

    def _add(self, status: int, response: Response) -> None:
        if not response.problem_types:
            if self._described:
                raise response.node.error(
                    f"response {status} does not say which problems it may be: "
                    "give its schema `properties: {type: {const: /problems/...}}`"
                )
            text = str(response.node.value["description"])
            self._plain[status] = Problem(response.name, status, "about:blank", response.phrase, text)
        for kind in response.problem_types:
            if not isinstance(kind, str):
                raise response.node.error(f"the `type` of a problem is a text such as /problems/not-found, not {kind!r}")
            key = kind.rpartition("/")[2]
            known = self.by_type.get(kind)
            if known is not None and known.status != status:
                raise response.node.error(
                    f"the problem {kind} has the status {status} here and {known.status} in line "
                    f"{self._first[kind].line}: a problem has one status"
                )
            if key not in self._described:
                raise response.node.error(f"the problem {kind} is not described: add {key!r} to `x-accord-problems`")
            if known is None:
                about = self._described[key]
                self._first[kind] = response.node
                self.by_type[kind] = Problem(pascal_case(key), status, kind, about["title"], about.get("description", ""))


def problem_schemas(document: Document) -> set[str]:
    """The named schemas that only problems use: handlers neither receive nor answer them."""
    uses: dict[Hashable, set[str]] = defaultdict(set)
    for pointer, mapping in mappings(document.data):
        owner = pointer[2] if pointer[:2] == _SCHEMAS and len(pointer) > len(_SCHEMAS) else _MEDIA in pointer
        found = (unquote(holder[key]).split("/") for holder, key in references(mapping))
        uses[owner] |= {
            unescaped(steps[3]) for steps in found if steps[:3] == ["#", *_SCHEMAS] and len(steps) > len(_SCHEMAS) + 1
        }
    return _reached(True, uses) - _reached(False, uses)  # noqa: FBT003 - whether a problem is the owner


def _reached(owner: Hashable, uses: dict[Hashable, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [*uses[owner]]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(uses[name])
    return found


def problems(known: Problems) -> str:
    """The module: one exception for each problem, in the order of `x-accord-problems`."""
    classes = "\n\n".join(_problem(problem) for problem in known.all())
    return f'''"""The errors that the document allows; raised by handlers and by the rules they call."""

from __future__ import annotations

from accord.runtime import ApiError

{classes}'''


def _problem(problem: Problem) -> str:
    return f"""
class {problem.name}(ApiError):
{docstring(problem.description or problem.title)}
    status = {problem.status}
    type = {string(problem.type)}
    title = {string(problem.title)}
"""
