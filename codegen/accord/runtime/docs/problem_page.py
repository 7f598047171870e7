"""The HTML page that explains every type of problem in the document."""

from __future__ import annotations

import html
from collections import defaultdict
from dataclasses import dataclass
from http import HTTPStatus

from accord.document.document import Document
from accord.openapi.api import API
from accord.openapi.operation import Operation
from accord.problems.problem import Problems
from accord.runtime.docs.layout import Layout, inline, operations

_INTRODUCTION = """<h1>Problems</h1>
<p class="lead">Every error is one RFC 9457 problem (<code>application/problem+json</code>).
Its <code>type</code> is one of these.</p>
"""
_SECTION = """<section id="{slug}" class="entry">
<h2><a href="#{slug}">{title}</a></h2>
<p><code>/problems/{slug}</code></p>
<p>{description}</p>
{uses}
</section>"""


@dataclass(frozen=True, slots=True)
class Problem:
    """One type of problem, and the operations that document it, by status."""

    slug: str
    title: str
    description: str
    uses: dict[int, list[Operation]]


def problems(document: Document, api: API) -> dict[str, Problem]:
    """By slug, the document's `x-accord-problems` in their order, then the engine's own problems that are not among them."""
    uses: dict[str, dict[int, list[Operation]]] = defaultdict(lambda: defaultdict(list))
    for operation in api.operations:
        for status, response in operation.problems.items():
            for kind in response.problem_types:
                uses[kind][status].append(operation)
    named: dict[str, Problem] = {}
    for slug, entry in document.data.get("x-accord-problems", {}).items():
        found = dict(sorted(uses[f"/problems/{slug}"].items()))
        named[slug] = Problem(slug, str(entry.get("title", slug)), str(entry.get("description", "")), found)
    standard = Problems(document)
    for own in map(standard.type_of, filter(standard.is_standard, HTTPStatus)):
        named.setdefault(own.code, Problem(own.code, own.title, own.detail, {}))
    return named


def page(layout: Layout, problems: dict[str, Problem]) -> bytes:
    """The page of all problems."""
    sections = "\n".join(
        _SECTION.format(
            slug=html.escape(problem.slug),
            title=inline(problem.title),
            description=inline(problem.description),
            uses="\n".join(
                f"<h3>{status} {html.escape(HTTPStatus(status).phrase)}</h3>\n{operations(found)}"
                for status, found in problem.uses.items()
            ),
        )
        for problem in problems.values()
    )
    return layout.page("/problems", "Problems", _INTRODUCTION + sections)
