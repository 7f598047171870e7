"""The HTML page that lists the keywords of the document, and what enforces each of them."""

from __future__ import annotations

import html
from collections import defaultdict

from accord.document.deep_stack import on_deep_stack
from accord.document.document import Document
from accord.openapi.keywords.coverage import Entry, KeywordCoverage
from accord.openapi.keywords.enforcement import Enforcer
from accord.runtime.docs.layout import Layout, numbers

_INTRODUCTION = """<h1>Coverage</h1>
<p class="lead">Every keyword of the document and what enforces it.
Generation and startup fail if a keyword is not enforced.</p>
"""
_MEANINGS: dict[Enforcer, str] = {
    "validator": "Checked by the compiled JSON Schema: of requests always, of responses if they are validated.",
    "engine": "Applied before a handler is called: routing, security, parameters, media types.",
    "type": "Checked by the type checker: in the signatures and results of handlers.",
    "responses": "Written or completed when a response is encoded.",
    "documentation": "For readers only.",
    "unsupported": "Not enforced.",
}
_MOST_LINES = 3  # examples of where a keyword is written


def page(layout: Layout, document: Document) -> bytes:
    """The keywords, grouped by what enforces them, with the number and lines of their uses, and the adopted readings."""
    found = on_deep_stack(lambda: KeywordCoverage(document))
    groups: dict[Enforcer, dict[tuple[str, str], list[Entry]]] = {name: defaultdict(list) for name in _MEANINGS}
    for entry in found.entries:
        for name in entry.by:
            groups[name][entry.keyword, entry.remark].append(entry)
    groups = {name: keywords for name, keywords in groups.items() if keywords}
    counts = {"keywords": len(found.entries)} | {name: sum(map(len, keywords.values())) for name, keywords in groups.items()}
    if found.readings:
        counts["adopted"] = len(found.readings)
    sections = "\n".join(_section(name, keywords) for name, keywords in groups.items())
    adopted = _table("adopted", _ADOPTED, ("Place", "Reading", "Reason"), found.readings) if found.readings else ""
    return layout.page("/coverage", "Coverage", _INTRODUCTION + numbers(counts) + sections + adopted)


_ADOPTED = "Readings of what would otherwise be unsupported (<code>openapi.adopted.yaml</code>)."


def _section(name: Enforcer, keywords: dict[tuple[str, str], list[Entry]]) -> str:
    rows = [
        (f"{keyword}" + (f": {remark}" if remark else ""), str(len(entries)), _places(entries))
        for (keyword, remark), entries in sorted(keywords.items(), key=lambda item: -len(item[1]))
    ]
    return _table(name, _MEANINGS[name], ("Keyword", "Times", "Lines"), rows)


def _places(entries: list[Entry]) -> str:
    places = list(dict.fromkeys(entry.where for entry in entries))
    return ", ".join(places[:_MOST_LINES]) + (", …" if len(places) > _MOST_LINES else "")


def _table(name: str, meaning: str, heads: tuple[str, str, str], rows: list[tuple[str, str, str]]) -> str:
    head = "".join(f"<th scope=col>{text}</th>" for text in heads)
    body = "\n".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f'<section class="entry" id="{name}"><h2>{name.capitalize()}</h2><p class="muted">{meaning}</p>\n'
        f'<div class="scroll" tabindex="0" role="region" aria-label="{name.capitalize()}"><table>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div></section>\n"
    )
