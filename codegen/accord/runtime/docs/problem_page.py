"""The HTML page that explains every type of problem in the document."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from accord.document.document import Document
from accord.openapi.api import API
from accord.openapi.operation import Operation
from accord.problems.problem import Problems

_SECTION = """<section id="{slug}">
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


def problems(document: Document, api: API) -> list[Problem]:
    """The document's `x-accord-problems` in their order, then the engine's own problems that are not among them."""
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
    return list(named.values())


def _text(markdown: str) -> str:
    """Markdown as HTML; only `code` is supported."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(markdown))


def _uses(status: int, operations: Sequence[Operation]) -> str:
    """One status and its operations, each with a link to Swagger UI."""
    items = "\n".join(
        f'<li><a href="docs#/{quote(operation.tag)}/{quote(operation.id)}"><code>{operation.method} '
        f"{html.escape(operation.path)}</code></a> {_text(operation.summary)}</li>"
        for operation in operations
    )
    return f"<h3>{status} {html.escape(HTTPStatus(status).phrase)}</h3>\n<ul>\n{items}\n</ul>"


def sections(problems: Sequence[Problem]) -> str:
    """The problems as HTML."""
    return "\n".join(
        _SECTION.format(
            slug=html.escape(problem.slug),
            title=_text(problem.title),
            description=_text(problem.description),
            uses="\n".join(_uses(status, operations) for status, operations in problem.uses.items()),
        )
        for problem in problems
    )
