"""The page that says which keywords of the document are enforced."""

from __future__ import annotations

import re

from starlette.applications import Starlette
from starlette.testclient import TestClient

from accord.document.adoption.readings import given
from accord.document.document import Document
from accord.openapi.api import API
from accord.runtime.docs import pages

DOCUMENT = b"""\
openapi: 3.1.1
info: {title: T, version: "1"}
paths:
  /things:
    get:
      operationId: listThings
      parameters: [{name: size, in: query, schema: {type: integer, minimum: 1, format: "<odd>"}}]
      responses: {"200": {description: Them.}}
"""


def coverage(document: Document) -> dict[str, str]:
    """The sections of the page by name."""
    page = TestClient(Starlette(routes=pages.routes(document, API.of(document)))).get("/coverage").text
    return dict(re.findall(r'<section class="entry" id="(\w+)">(.*?)</section>', page, re.DOTALL))


def test_keywords_are_counted_by_what_enforces_them_with_their_lines():
    sections = coverage(Document(DOCUMENT, "things.yaml"))

    assert list(sections) == ["validator", "engine", "type", "documentation"]
    assert "<td>minimum</td><td>1</td><td>things.yaml:7</td>" in sections["validator"]
    assert "<td>description</td><td>1</td><td>things.yaml:8</td>" in sections["documentation"]
    assert "format: the format &#x27;&lt;odd&gt;&#x27; is not asserted" in sections["documentation"]


def test_readings_that_were_adopted_are_listed():
    odd = DOCUMENT.replace(b"minimum: 1", b"minimum: 1, colour: red")

    sections = coverage(Document(odd, readings=(given("#/paths/~1things/get/parameters/0/schema/colour=drop"),)))

    assert "colour: drop</td>" in sections["adopted"]
