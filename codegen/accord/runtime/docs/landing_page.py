"""The landing page: what the API is, its operations, and where to go from here."""

from __future__ import annotations

import html
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accord.document.document import Document
from accord.openapi.api import API
from accord.openapi.operation import Operation
from accord.runtime.docs import sign_in
from accord.runtime.docs.layout import ASSETS, Layout, inline, markdown, numbers, operations

Link = tuple[str, str, str]  # a path without its first slash, a name, and a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What a service adds to the landing page."""

    links: tuple[Link, ...] = ()
    changelog: Path | None = None  # a file in Markdown, which `/changelog` shows
    recent_requests: bool = False  # whether `/requests.json` is served, by `RecentRequests`


NO_EXTRAS = Extras()
_PAGES: tuple[Link, ...] = (
    ("docs", "Docs", "Try every operation in the browser (Swagger UI)."),
    ("redoc", "Reference", "The whole document to read and search (ReDoc)."),
    ("console", "Console", "Work with the data: tables and forms for every operation."),
    ("problems", "Problems", "Every type of error, and which operations return it."),
    ("coverage", "Coverage", "Which keywords of the document are enforced, and by what."),
    ("changelog", "Changelog", "What changed in each version."),
    ("openapi.yaml", "openapi.yaml", "The document as it is written."),
    ("openapi.json", "openapi.json", "The same document for programs."),
)


def page(layout: Layout, document: Document, api: API, extras: Extras) -> bytes:
    """The landing page."""
    pages = [link for link in _PAGES if f"/{link[0]}" in layout.paths]
    main = "\n".join(
        (
            _introduction(document, api, {path for path, _, _ in pages}),
            f'<div class="columns">\n{_links("Pages", pages)}',
            f"<div>{sign_in.form(document, api)}\n{_service(document, extras)}</div>\n</div>",
            (ASSETS / "recent.html").read_text() if extras.recent_requests else "",
            _operations(document, api),
            _clients(api),
        )
    )
    return layout.page("/", "", main, head='<script src="assets/landing.js" type="module"></script>')


def _introduction(document: Document, api: API, pages: set[str]) -> str:
    info: dict[str, Any] = document.data["info"]
    chips = [f"Version {info['version']}", f"OpenAPI {document.data['openapi']}"]
    if name := info.get("license", {}).get("name"):
        chips.append(name)
    counts = {
        "operations": len(api.operations),
        "tags": len({operation.tag for operation in api.operations}),
        "webhooks": len(api.webhooks),
        "schemas": len(document.data.get("components", {}).get("schemas", ())),
        "problems": len(document.data.get("x-accord-problems", ())),
    }
    first, _, rest = str(info.get("description", "")).strip().partition("\n\n")
    about = markdown(first, deepest=1)
    if rest:
        about += f"<details><summary>More about this API</summary>\n{markdown(rest, deepest=1)}</details>"
    names = {"docs": "Try it out", "redoc": "Read the reference", "console": "Open the console"}
    classes = {"docs": "button primary"}
    buttons = "".join(
        f'<a class="{classes.get(path, "button")}" href="{path}">{name}</a>' for path, name in names.items() if path in pages
    )
    return f"""<h1>{html.escape(str(info["title"]))}</h1>
<p class="chips">{"".join(f'<span class="chip">{html.escape(str(chip))}</span>' for chip in chips)}</p>
<p class="lead">{inline(str(info.get("summary", "")))}</p>
<p class="actions">{buttons}</p>
{numbers({name: count for name, count in counts.items() if count})}
<div class="prose">{about}</div>"""


def _links(title: str, links: Iterable[Link]) -> str:
    items = "\n".join(
        f'<li><a href="{html.escape(path)}">{html.escape(name)}</a> <span class="muted">{html.escape(text)}</span></li>'
        for path, name, text in links
    )
    return f'<section class="card links"><h2>{title}</h2>\n<ul>{items}</ul></section>'


def _service(document: Document, extras: Extras) -> str:
    """What the service adds, and the servers of the document other than the one of this page."""
    servers = {
        str(server.value.get("url", "/")): str(server.value.get("description", ""))
        for server in document.root.elements("servers")
    }
    links = [*extras.links, *((url, url, text) for url, text in servers.items() if url != "/")]
    return _links("Service", links) if links else ""


def _operations(document: Document, api: API) -> str:
    """The operations by tag, in the order of the document's tags."""
    about = {str(tag.value.get("name")): str(tag.value.get("description", "")) for tag in document.root.elements("tags")}
    by_tag: dict[str, list[Operation]] = defaultdict(list)
    for operation in api.operations:
        by_tag[operation.tag].append(operation)
    cards = "\n".join(
        f'<section class="card"><h3>{html.escape(tag)}</h3>\n<p class="muted">{inline(_first(about.get(tag, "")))}</p>\n'
        f"{operations(by_tag[tag])}</section>"
        for tag in sorted(by_tag, key=lambda tag: [*about, tag].index(tag))
    )
    return f'<h2 id="operations">Operations</h2>\n<div class="cards">\n{cards}\n</div>'


def _first(text: str) -> str:
    """The first paragraph."""
    return text.strip().partition("\n\n")[0]


def _clients(api: API) -> str:
    """Commands that generate a client; the script of the page inserts the address of this server."""
    generator = "npx @openapitools/openapi-generator-cli generate --generator-name java --output client --input-spec"
    commands = {
        "Python": "pipx run openapi-python-client generate --url URL/openapi.json",
        "TypeScript": "npx openapi-typescript URL/openapi.json --output schema.d.ts",
        "Java and others": f"{generator} URL/openapi.json",
    }
    hint = ""
    if api.webhooks:
        without = "curl --silent URL/openapi.json | jq 'del(.webhooks)' > client.json"
        commands["Java and others"] = f"{without}\n{generator} client.json"
        hint = "<code>webhooks</code> are removed: the Python and TypeScript of openapi-generator 7 for them does not compile."
    blocks = "\n".join(
        f'<section class="command"><h3>{name}</h3>\n<pre tabindex="0"><code>{html.escape(command)}</code></pre></section>'
        for name, command in commands.items()
    )
    about = f'<p class="muted">{hint}</p>'
    return f'<h2 id="clients">Clients</h2>\n<p>Generate a client from the document.</p>\n{blocks}\n{about}'
