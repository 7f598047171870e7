"""Fidelity: thousands of instances of every schema, validated by the engine and by an independent validator."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from jsonschema import ValidationError

from accord.document.document import Document, Node
from accord.document.pointer import Pointer, key_of, resolve, tokens
from accord.document.strict_json import strict_json
from accord.fidelity.instances import PER_SCHEMA, instances
from accord.fidelity.known_differences import Difference, explanation
from accord.fidelity.receivers import receivers
from accord.fidelity.reference_validator import CIRCLES, ReferenceValidator
from accord.jsonschema.read_write_only import Direction
from accord.jsonschema.sampling import Sampler
from accord.jsonschema.validator import validator
from accord.openapi.keywords.objects import parts
from accord.validate.metaschema import outermost


class Verdict(Protocol):
    """The validator that the engine compiles."""

    def is_valid(self, instance: Any) -> bool:  # noqa: ANN401 - any JSON value
        """Whether it accepts."""

    def evaluate(self, instance: Any) -> Any:  # noqa: ANN401 - any JSON value
        """What it has to say of each keyword."""


Compile = Callable[[Node, Direction], Verdict]


def compiled(schema: Node, direction: Direction) -> Verdict:
    """The validator as the engine compiles it."""
    return validator(schema.document, schema, direction)


class Blame(NamedTuple):
    """The keyword that one of the two refuses by."""

    keyword: str
    schema: Node
    """The keyword's place in the document."""
    part: Any
    """What it refuses, of the instance."""


@dataclass(slots=True)
class Disagreement:
    """All instances on which the two differ by one keyword of one schema."""

    title: str
    where: str
    accepted: bool
    """What the engine says."""
    example: str
    count: int = 0
    known: Difference | None = None

    def __str__(self) -> str:
        if self.title.startswith("model"):
            return f"{self.where}: the {self.title} refuses what the engine accepts, {self.count} times: {self.example}"
        first, second = ("accepts", "refuses") if self.accepted else ("refuses", "accepts")
        what = f"the engine {first} what the reference validator {second}, {self.count} times"
        text = f"{self.where}: {self.title}: {what}: {self.example}"
        return f"{text} (explained, {self.known.right} is right: {self.known.why})" if self.known else text


@dataclass(slots=True)
class Report:
    """What came of one document."""

    name: str
    schemas: int = 0
    valid: int = 0
    invalid: int = 0
    seconds: float = 0.0
    found: dict[tuple[str, str, bool, Difference | None], Disagreement] = field(default_factory=dict)
    undefined: Counter[str] = field(default_factory=Counter)
    """By schema, the instances on which the two differ because it leads back to itself for the same value."""

    @property
    def disagreements(self) -> list[Disagreement]:
        """Those that nothing explains."""
        return [found for found in self.found.values() if found.known is None]

    @property
    def explained(self) -> list[Disagreement]:
        """The known ones."""
        return [found for found in self.found.values() if found.known is not None]

    def add(self, blame: Blame, value: Any, *, accepted: bool) -> None:  # noqa: ANN401 - any JSON value
        """Count one instance and keep the smallest."""
        asked = blame.schema.value
        title = f"format {asked}" if blame.keyword == "format" else blame.keyword
        known = explanation(blame.keyword, asked, blame.part, accepted=accepted)
        text = json.dumps(value, ensure_ascii=True)
        entry = self.found.setdefault(
            (title, blame.schema.where, accepted, known),
            Disagreement(title, blame.schema.where, accepted, text, known=known),
        )
        entry.count += 1
        entry.example = min(entry.example, text, key=lambda example: (len(example), example))

    def __str__(self) -> str:
        total = (
            f"{self.name}: {self.schemas} schemas, {self.valid + self.invalid} instances"
            f" ({self.valid} valid, {self.invalid} invalid),"
            f" {sum(found.count for found in self.disagreements)} disagreements,"
            f" {sum(found.count for found in self.explained)} explained, {self.seconds:.1f} s"
        )
        ordered = sorted(self.found.values(), key=lambda found: (found.known is not None, found.title, found.where))
        circles = (
            f"  {where}: the schema leads back to itself for the same value, which JSON Schema (Core, 9.4.1) leaves undefined:"
            f" the two differ on {count} instances"
            for where, count in self.undefined.items()
        )
        return "\n".join([total, *(f"  {found}" for found in ordered), *circles])


def fidelity(
    document: Document, per_schema: int = PER_SCHEMA, seed: int = 0, *, models: str | None = None, compile_: Compile = compiled
) -> Report:
    """Judge about `per_schema` instances of each schema of the document twice.

    With a generated package, its models must also take every body that the engine accepts.
    """
    report, started = Report(document.name), time.perf_counter()
    taken = receivers(document, models) if models else {}
    references_: dict[Direction, ReferenceValidator] = {}
    for schema, direction in subjects(document):
        report.schemas += 1
        reference = references_.setdefault(direction, ReferenceValidator(document, direction)).validator(schema)
        verdict = compile_(schema, direction)
        seen: set[bytes] = set()
        for value in instances(schema, Sampler(direction), per_schema, f"{seed} {schema.pointer}"):
            raw = json.dumps(value).encode()
            if raw in seen:
                continue
            seen.add(raw)
            read = strict_json(raw)
            accepted = verdict.is_valid(read)
            report.valid += accepted
            report.invalid += not accepted
            if accepted and direction == "request" and not all(model.takes(read) for model in taken.get(schema.pointer, ())):
                report.add(Blame(f"model of {models}", schema, read), value, accepted=True)
            CIRCLES.clear()
            if accepted != reference.is_valid(value):
                if CIRCLES:
                    report.undefined[schema.where] += 1
                    continue
                blame = _by_reference(schema, reference.iter_errors(value)) if accepted else _by_engine(schema, verdict, read)
                report.add(blame, value, accepted=accepted)
    report.seconds = time.perf_counter() - started
    return report


def subjects(document: Document) -> Iterator[tuple[Node, Direction]]:
    """Every schema that values are validated by, in the direction in which it is used, or in both if they differ."""
    seen: set[tuple[Pointer, Direction]] = set()
    for used in outermost(document.root):
        if not isinstance(used.value, dict):
            continue
        schema = used.resolved() if used.value.keys() == {"$ref"} else used  # perhaps to another file
        for direction in _directions(schema, used.pointer):
            if isinstance(schema.value, dict) and (schema.pointer, direction) not in seen:
                seen.add((schema.pointer, direction))
                yield schema, direction


def _directions(schema: Node, used: Pointer) -> tuple[Direction, ...]:
    named = schema.pointer[:2] == ("components", "schemas")
    if not _directed(schema, set()) or (not named and {"requestBody", "requestBodies", "parameters"} & set(used)):
        return ("request",)
    return ("response",) if not named and {"responses", "headers"} & set(used) else ("request", "response")


def _directed(schema: Node, seen: set[Any]) -> bool:
    """Whether a schema, or one that it leads to, differs between requests and responses."""
    if schema.pointer in seen or not isinstance(schema.value, dict):
        return False
    seen.add(schema.pointer)
    if schema.value.get("readOnly") is True or schema.value.get("writeOnly") is True:
        return True
    inside = list(parts(schema))
    if schema.reference is not None:
        inside.append(schema.document.at(schema.reference, schema))
    return any(_directed(part, seen) for part in inside)


# --- which keyword rejects, and where it is written

_APPLICATORS = frozenset({"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "$ref", "properties", "items", "prefixItems"})


def _by_engine(schema: Node, verdict: Verdict, value: Any) -> Blame:  # noqa: ANN401 - any JSON value
    blames = []
    for error in verdict.evaluate(value).errors():
        steps = tokens(error["schemaLocation"])
        node = _walk(schema, steps[2:]) if steps[:2] == ["allOf", "0"] else _walk(schema.document.root, steps)
        keyword = next((step for step in reversed(steps) if not step.isdecimal()), "")
        while node.pointer and node.pointer[-1] != keyword:
            node = node.document.node(node.pointer[:-1])
        blames.append(Blame(keyword, node, resolve(value, error["instanceLocation"])))
    # If all alternatives reject, the one that the other validator accepts is to blame.
    differing = [blame for blame in blames if explanation(blame.keyword, blame.schema.value, blame.part, accepted=False)]
    return next((blame for blame in [*differing, *blames] if blame.keyword not in _APPLICATORS), blames[0])


def _by_reference(schema: Node, errors: Iterator[ValidationError]) -> Blame:
    error = min(errors, key=lambda error: len(error.absolute_schema_path))
    while error.context:
        error = max(error.context, key=lambda inner: len(inner.absolute_path))
    node = schema
    for step in error.absolute_schema_path:
        while isinstance(node.value, dict) and step not in node.value and node.reference is not None:
            node = node.document.at(node.reference, node)  # the library's paths do not contain references
        node = _walk(node, [step])
    return Blame(str(error.validator), node, error.instance)


def _walk(node: Node, steps: list[Any]) -> Node:
    for step in steps:
        if (key := key_of(node.value, str(step))) is not None:
            node = node.raw_child(key)
    return node
