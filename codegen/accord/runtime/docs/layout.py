"""What the pages share: the frame with its navigation bar, and text in Markdown."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import quote

from accord.openapi.operation import Operation

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

ASSETS = Path(__file__).parent / "assets"
# The pages of the bar.
_BAR = {"/docs": "Docs", "/redoc": "Reference", "/console": "Console", "/problems": "Problems", "/coverage": "Coverage"}


class Layout:
    """The frame of every page of a document. `paths` contains the paths of the pages that are served."""

    def __init__(self, title: str, paths: Container[str]) -> None:
        self._title, self.paths = title, paths

    def console(self) -> bytes:
        """The page of the console, which its script fills."""
        return Template((ASSETS / "console/index.html").read_text()).substitute(title=html.escape(self._title)).encode()

    def page(self, path: str, name: str, main: str, *, head: str = "", wide: bool = False) -> bytes:
        """A page as HTML. `name` is text; `main` and `head` are HTML. `main` of a wide page has its own `<main>`."""
        current = {path: " aria-current=page"}
        links = "\n".join(
            f'<a href="{place[1:]}"{current.get(place, "")}>{label}</a>' for place, label in _BAR.items() if place in self.paths
        )
        title = html.escape(self._title)
        return (
            Template((ASSETS / "page.html").read_text())
            .substitute(
                title=f"{html.escape(name)} · {title}" if name else title,
                brand=title,
                links=links,
                head=head,
                main=main if wide else f'<main id="main" class="page">\n{main}\n</main>',
            )
            .encode()
        )


@functools.cache
def _markdown() -> MarkdownIt:
    """CommonMark with tables, but without HTML, images, and links that run scripts."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - it takes 80 ms, and only pages need it

    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def markdown(text: str, *, deepest: int = 0) -> str:
    """Markdown as HTML. Its headings begin below the level `deepest`."""
    parser = _markdown()
    tokens = parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + deepest, 6)}"
    return str(parser.renderer.render(tokens, parser.options, {}))


def inline(text: str) -> str:
    """One line of Markdown as HTML."""
    return str(_markdown().renderInline(text))


def in_docs(operation: Operation) -> str:
    """The address of an operation in Swagger UI, which derives a name if there is no `operationId`."""
    written = "operationId" in operation.node.value
    name = operation.id if written else operation.method.lower() + re.sub(r"\W", "_", operation.path, flags=re.ASCII)
    return f"docs#/{quote(operation.tag, safe='')}/{quote(name, safe='')}"


def operations(found: Iterable[Operation]) -> str:
    """A list of operations, each with a link to Swagger UI."""
    items = "\n".join(map(_operation, found))
    return f'<ul class="operation-list">\n{items}\n</ul>'


def _operation(operation: Operation) -> str:
    deprecated = ' <span class="chip warning">deprecated</span>' if operation.deprecated else ""
    return (
        f'<li><a href="{in_docs(operation)}"><span class="method {operation.method}">{operation.method}</span> '
        f"<code>{html.escape(operation.path)}</code></a>{deprecated} "
        f'<span class="muted">{inline(operation.summary)}</span></li>'
    )


def numbers(counts: Mapping[str, int]) -> str:
    """Numbers and what they count."""
    items = "".join(f"<div><dt>{html.escape(name)}</dt><dd>{count:,}</dd></div>" for name, count in counts.items())
    return f'<dl class="numbers">{items}</dl>\n'
