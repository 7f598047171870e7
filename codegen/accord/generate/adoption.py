"""`accord adopt`: finds a reading for everything that keeps a document from being used."""

from __future__ import annotations

import contextlib
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace

from accord.document.adoption.places import pointer_of
from accord.document.adoption.readings import Reading, Readings
from accord.document.document import Document, DocumentError
from accord.document.findings import Finding
from accord.generate.ir.faults import CRASHES, crash_text
from accord.generate.sources import sources
from accord.openapi.keywords.suggestions import explained, objects
from accord.validate.openapi import by_line, invalid
from accord.validate.unsupported.document import findings

Step = Callable[[Document], object]

_ROUNDS = 60  # each resolves what the readings of the one before have uncovered


@dataclass(frozen=True, slots=True)
class Adoption:
    """The readings with which a document can be used, and all findings on the way; `refused` are those without a reading."""

    document: Document
    readings: Readings
    findings: tuple[Finding, ...]
    refused: tuple[Finding, ...]


def check_document(document: Document) -> list[Finding]:
    """The faults of a document and its unsupported keywords, by line."""
    faults = invalid(document)
    places = {fault.where for fault in faults}
    # The second check may fail on an invalid document; what it has found by then is kept.
    with contextlib.suppress(*([Exception] if faults else [])):
        faults += [fault for fault in findings(document) if fault.where not in places]
    return sorted(faults, key=lambda fault: by_line(document, fault))


def adoption(document: Document, start: Step | None = None) -> Adoption:
    """Add readings to those of the document until nothing is found any more; `start` serves the document too."""
    chosen: dict[str, Reading] = {}
    tried: set[tuple[str, str, str]] = set()
    reported: dict[tuple[str, str], Finding] = {}
    left: list[Finding] = []
    current = document
    for _ in range(_ROUNDS):
        left, fresh = [], dict[str, Reading]()
        for finding in _findings(current, start):
            reading = next((one for one in finding.readings if one.place in fresh or one.key not in tried), None)
            if reading is None:
                left.append(finding)
                reported.setdefault((finding.where, finding.text), finding)
                continue
            reading = fresh.setdefault(reading.place, reading)
            tried.add(reading.key)
            if reading.place not in chosen:
                reported.setdefault((finding.where, finding.text), finding._replace(readings=(reading, *finding.readings)))
        if not fresh:
            break
        for place in fresh.keys() & chosen.keys():
            # The earlier reading was not enough: the new one resolves the finding that came first.
            fresh[place] = replace(fresh[place], finding=chosen[place].finding)
            for key, finding in reported.items():
                if finding.readings and finding.readings[0].place == place:
                    reported[key] = finding._replace(readings=(fresh[place], *finding.readings[1:]))
        chosen |= fresh
        current = document.reread((*document.readings, *chosen.values()))
    readings = _outermost(document, list(chosen.values()))
    ordered = sorted(reported.values(), key=lambda finding: by_line(document, finding))
    return Adoption(current, (*document.readings, *readings), tuple(ordered), tuple(left))


def renewed(document: Document, start: Step) -> tuple[Adoption, Readings]:
    """The adoption of a document with the readings that it still needs, in the order of its lines; and the others.

    Readings without a `finding` were written by hand, and are kept.
    """
    stale = unneeded(document, start)
    document = document.reread(tuple(one for one in document.readings if one not in stale))
    result = adoption(document, start)
    places = {one.place: document.written_at(pointer_of(document.original, one.place)) for one in result.readings}
    ordered = sorted(result.readings, key=lambda one: by_line(document, Finding(places[one.place], one.place)))
    return replace(result, readings=tuple(ordered)), stale


def unneeded(document: Document, start: Step) -> Readings:
    """The readings whose findings the document does not have any more; not those without a `finding`, written by hand."""
    if not any(one.finding for one in document.readings):
        return ()
    found = adoption(document.reread(()), start).findings
    needed = {reading.place for finding in found for reading in finding.readings}
    return tuple(one for one in document.readings if one.finding and one.place not in needed)


def _findings(document: Document, start: Step | None) -> list[Finding]:
    """The findings of the first step that has any: the checks, generation, or the start."""
    if found := check_document(document):
        return found
    steps: list[Step] = [lambda part: sources(part, "accord.runtime"), *([start] if start is not None else [])]
    for step in steps:
        try:
            step(document)
        except DocumentError as error:
            return list(explained(document, error))
        except CRASHES as error:
            return list(explained(document, _located(document, step, error)))
    return []


def _located(document: Document, step: Step, error: Exception) -> DocumentError:
    """An unexpected error with a place: the first operation or component schema with which it occurs, found by bisection."""
    kinds = objects(document)
    schemas = [place for place, kind in kinds.items() if kind == "schema" and place[:-1] == ("components", "schemas")]
    parts = schemas + [place for place, kind in kinds.items() if kind == "operation" and place[0] == "paths"]

    def fails(count: int) -> bool:
        """Whether it occurs with only so many of the parts: schemas are emptied, operations dropped."""
        empty = [Reading(document.place(place), "set", {}, where="") for place in parts[count : len(schemas)]]
        gone = [Reading(document.place(place), "drop", where="") for place in parts[max(count, len(schemas)) :]]
        try:
            step(document.reread((*document.readings, *gone, *empty)))
        except (DocumentError, *CRASHES) as other:
            return isinstance(other, type(error))
        return False

    if not parts or fails(0):
        return document.root.error(crash_text(error))
    return document.node(parts[bisect_left(range(1, len(parts)), x=True, key=fails)]).error(crash_text(error))


def _outermost(document: Document, readings: list[Reading]) -> Readings:
    """The readings without those inside of what another drops or replaces."""
    places = {one.place: pointer_of(document.original, one.place) for one in readings}
    whole = {places[one.place] for one in readings if one.word in ("drop", "set")}
    return tuple(
        one for one in readings if not any(places[one.place][:end] in whole for end in range(1, len(places[one.place])))
    )
