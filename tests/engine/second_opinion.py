"""What Schemathesis calls wrong, judged once more: `python -m tests.engine.second_opinion SERVED EVENTS`.

Schemathesis has its own idea of a schema: it takes a `discriminator` for a rule, and what it has changed for wrong, which
may still be right. Where all that it says is about a JSON body, the independent validator of `codegen.oracle` decides.
Prints what is left as JSON.
"""
# ruff: noqa: T201 - its output is what it is for

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

from app.engine.depth import deep
from app.engine.description import Description
from app.engine.document import Document
from app.engine.media import Media, content_type
from codegen.oracle import CIRCLES, Oracle

ACCEPTED, REFUSED = "ST201", "ST202"  # what is said to be wrong, and to be right


def main(served: Path, events: Path) -> None:
    """`failures`, a line for each kind and operation that stands; `misjudged`, how many operations are cleared of all."""
    document = Document.load(served, ())
    operations = {f"{one.method.upper()} {one.path}": one for one in Description.of(document).operations}
    oracle = Oracle(document, "request")
    standing: dict[tuple[str, str], str] = {}
    cleared: set[str] = set()
    for label, case, sent, failures in _failing(events):
        for failure in failures:
            operation = operations.get(label)
            media = _media(operation.bodies, sent["request"]) if operation is not None else None
            if media is not None and _is_misjudged(failure["code"], case, sent, oracle, media):
                cleared.add(label)
            else:
                told = f"{label}: {failure['title']} (status {sent['response']['status_code']})"
                standing.setdefault((label, failure["code"]), told)
    print(json.dumps({"failures": list(standing.values()), "misjudged": len(cleared)}))


def _failing(events: Path) -> Iterator[tuple[str, Any, Any, list[Any]]]:
    """Of every case with failures: the operation, the case, what was sent and answered, and the failures."""
    with events.open() as lines:
        for line in lines:
            recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder") if '"failure_info"' in line else None
            for name, checks in (recorder or {"checks": {}})["checks"].items():
                found = [check["failure_info"]["failure"] for check in checks if check.get("failure_info")]
                if found and (sent := recorder["interactions"].get(name)):
                    yield recorder["label"], recorder["cases"][name]["value"], sent, found


def _media(bodies: dict[str, Media], request: Any) -> Media | None:
    """The JSON media type of the document that a request has."""
    sent = content_type(next((values[0] for name, values in request["headers"].items() if name.lower() == "content-type"), ""))
    media = bodies.get(sent.essence) if sent is not None else None
    return media if media is not None and media.kind == "json" and media.schema is not None else None


def _is_misjudged(code: str, case: Any, sent: Any, oracle: Oracle, media: Media) -> bool:
    """Whether the other validator has decided as the engine has."""
    components = (case.get("meta") or {}).get("components", {})
    wrong = {name for name, component in components.items() if component["mode"] == "negative"}
    status = sent["response"]["status_code"]
    if not (code == ACCEPTED and wrong == {"body"}) and not (code == REFUSED and status == HTTPStatus.UNPROCESSABLE_ENTITY):
        return False
    try:
        value = json.loads(base64.b64decode(sent["request"]["body"]["$base64"]))
    except (KeyError, TypeError, ValueError):
        return False
    CIRCLES.clear()
    assert media.schema is not None
    accepts = oracle.judge(media.schema).is_valid(value)
    return accepts == (code == ACCEPTED) or bool(CIRCLES)


if __name__ == "__main__":
    deep(lambda: main(Path(sys.argv[1]), Path(sys.argv[2])))
