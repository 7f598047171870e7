"""The comparison: thousands of instances of every schema, validated by the runtime and by the reference validator."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from jsonschema import ValidationError
from jsonschema_rs import Draft202012Validator

from accord.document.document import Document, Node
from accord.document.pointer import Pointer, key_of, resolve, tokens
from accord.document.strict_json import strict_json
from accord.fidelity.instances import PER_SCHEMA, instances
from accord.fidelity.known_differences import KnownDifference, known_difference
from accord.fidelity.models import body_models
from accord.fidelity.reference_validator import CYCLES, ReferenceValidator
from accord.jsonschema.read_write_only import Direction
from accord.jsonschema.sampling import Sampler
from accord.jsonschema.schema import applied
from accord.jsonschema.validator import validator
from accord.openapi.keywords.objects import parts
from accord.validate.metaschema import outermost

Compile = Callable[[Node, Direction], Draft202012Validator]


class Violation(NamedTuple):
    """The keyword by which one of the two rejects an instance."""

    keyword: str
    schema: Node
    """Where the keyword is written."""
    part: Any
    """The part of the instance that it rejects."""


@dataclass(slots=True)
class Disagreement:
    """All instances on which the two validators disagree because of one keyword of one schema."""

    title: str
    where: str
    accepted: bool
    """The verdict of the runtime."""
    example: str
    """The smallest of the instances."""
    count: int = 0
    known: KnownDifference | None = None

    def __str__(self) -> str:
        if self.title.startswith("model"):
            verdicts = f"the {self.title} rejects, but the runtime accepts"
        else:
            ours, theirs = ("accepts", "rejects") if self.accepted else ("rejects", "accepts")
            verdicts = f"{self.title}: the runtime {ours}, but the reference validator {theirs}"
        known = f" (known difference, the runtime is right: {self.known.why})" if self.known else ""
        return f"{self.where}: {verdicts} {self.count} instances, for example {self.example}{known}"


@dataclass(slots=True)
class Report:
    """The result for one document."""

    name: str
    schemas: int = 0
    valid: int = 0
    invalid: int = 0
    seconds: float = 0.0
    found: dict[tuple[str, str, bool, KnownDifference | None], Disagreement] = field(default_factory=dict)
    undefined: Counter[str] = field(default_factory=Counter)
    """By schema, the disagreements that do not count because it refers to itself for the same value."""

    @property
    def disagreements(self) -> list[Disagreement]:
        """The disagreements without an explanation."""
        return [found for found in self.found.values() if found.known is None]

    @property
    def known(self) -> list[Disagreement]:
        """The known differences."""
        return [found for found in self.found.values() if found.known is not None]

    def add(self, violation: Violation, value: Any, *, accepted: bool) -> None:  # noqa: ANN401 - any JSON value
        """Count one instance."""
        expected = violation.schema.value
        title = f"format {expected}" if violation.keyword == "format" else violation.keyword
        known = known_difference(violation.keyword, expected, violation.part, accepted=accepted)
        text = json.dumps(value, ensure_ascii=True)
        entry = self.found.setdefault(
            (title, violation.schema.where, accepted, known),
            Disagreement(title, violation.schema.where, accepted, text, known=known),
        )
        entry.count += 1
        entry.example = min(entry.example, text, key=lambda example: (len(example), example))

    def __str__(self) -> str:
        total = (
            f"{self.name}: {self.schemas} schemas, {self.valid + self.invalid} instances"
            f" ({self.valid} valid, {self.invalid} invalid),"
            f" {sum(found.count for found in self.disagreements)} disagreements,"
            f" {sum(found.count for found in self.known)} known differences, {self.seconds:.1f} s"
        )
        ordered = sorted(self.found.values(), key=lambda found: (found.known is not None, found.title, found.where))
        cycles = (
            f"  {where}: the schema refers to itself for the same value, which JSON Schema (Core, 9.4.1) leaves undefined:"
            f" {count} disagreements do not count"
            for where, count in self.undefined.items()
        )
        return "\n".join([total, *(f"  {found}" for found in ordered), *cycles])


def fidelity(
    document: Document, per_schema: int = PER_SCHEMA, seed: int = 0, *, models: str | None = None, compile_: Compile = validator
) -> Report:
    """Validate about `per_schema` instances of each schema of the document with both validators.

    `models` is a generated package: its models must also accept every body that the runtime accepts.
    """
    report, started = Report(document.name), time.perf_counter()
    by_schema = body_models(document, models) if models else {}
    references: dict[Direction, ReferenceValidator] = {}
    for schema, direction in used_schemas(document):
        report.schemas += 1
        if direction not in references:
            references[direction] = ReferenceValidator(document, direction)
        reference = references[direction].of(schema)
        runtime = compile_(schema, direction)
        seen: set[bytes] = set()
        for value in instances(schema, Sampler(direction), per_schema, f"{seed} {schema.pointer}"):
            raw = json.dumps(value).encode()
            if raw in seen:
                continue
            seen.add(raw)
            read = strict_json(raw)
            accepted = runtime.is_valid(read)
            report.valid += accepted
            report.invalid += not accepted
            if accepted and direction == "request" and not all(m.accepts(read) for m in by_schema.get(schema.pointer, ())):
                report.add(Violation(f"model of {models}", schema, read), value, accepted=True)
            CYCLES.clear()
            if accepted != reference.is_valid(value):
                if CYCLES:
                    report.undefined[schema.where] += 1
                    continue
                errors = reference.iter_errors(value)
                violation = _by_reference(schema, errors) if accepted else _by_runtime(schema, runtime, read)
                report.add(violation, value, accepted=accepted)
    report.seconds = time.perf_counter() - started
    return report


def used_schemas(document: Document) -> Iterator[tuple[Node, Direction]]:
    """Every schema that validates something, with its direction; with both if it has different meanings in them."""
    seen: set[tuple[Pointer, Direction]] = set()
    for used in outermost(document.root):
        if not isinstance(used.value, dict):
            continue
        schema = used.resolved() if used.value.keys() == {"$ref"} else used  # perhaps in another file
        for direction in _directions(schema, used.pointer):
            if isinstance(schema.value, dict) and (schema.pointer, direction) not in seen:
                seen.add((schema.pointer, direction))
                yield schema, direction


def _directions(schema: Node, used: Pointer) -> tuple[Direction, ...]:
    named = schema.pointer[:2] == ("components", "schemas")
    if not _depends_on_direction(schema, set()) or (not named and {"requestBody", "requestBodies", "parameters"} & set(used)):
        return ("request",)
    return ("response",) if not named and {"responses", "headers"} & set(used) else ("request", "response")


def _depends_on_direction(schema: Node, seen: set[Any]) -> bool:
    """Whether `readOnly` or `writeOnly` is used in a schema or its subschemas."""
    if schema.pointer in seen or not isinstance(schema.value, dict):
        return False
    seen.add(schema.pointer)
    if schema.value.get("readOnly") is True or schema.value.get("writeOnly") is True:
        return True
    return any(_depends_on_direction(part, seen) for part in (*parts(schema), *applied(schema)))


# --- which keyword rejects an instance, and where it is written

_APPLICATORS = frozenset({"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "$ref", "properties", "items", "prefixItems"})


def _by_runtime(schema: Node, runtime: Draft202012Validator, value: Any) -> Violation:  # noqa: ANN401 - any JSON value
    violations = []
    for error in runtime.evaluate(value).errors():
        steps = tokens(error["schemaLocation"])
        node = _walk(schema, steps[2:]) if steps[:2] == ["allOf", "0"] else _walk(schema.document.root, steps)
        keyword = next((step for step in reversed(steps) if not step.isdecimal()), "")
        while node.pointer and node.pointer[-1] != keyword:
            node = node.document.node(node.pointer[:-1])
        violations.append(Violation(keyword, node, resolve(value, error["instanceLocation"])))
    # If several alternatives reject the instance, the one with a known difference explains the disagreement.
    known = [found for found in violations if known_difference(found.keyword, found.schema.value, found.part, accepted=False)]
    return next((found for found in [*known, *violations] if found.keyword not in _APPLICATORS), violations[0])


def _by_reference(schema: Node, errors: Iterator[ValidationError]) -> Violation:
    error = min(errors, key=lambda error: len(error.absolute_schema_path))
    while error.context:
        error = max(error.context, key=lambda inner: len(inner.absolute_path))
    node = schema
    for step in error.absolute_schema_path:
        while isinstance(node.value, dict) and step not in node.value and node.reference is not None:
            node = node.document.at(node.reference, node)  # the library omits references from its paths
        node = _walk(node, [step])
    return Violation(str(error.validator), node, error.instance)


def _walk(node: Node, steps: list[Any]) -> Node:
    for step in steps:
        if (key := key_of(node.value, str(step))) is not None:
            node = node.raw_child(key)
    return node
