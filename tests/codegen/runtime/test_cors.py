"""CORS preflights are answered from the document."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest

from accord.document.document import Document
from accord.openapi.api import API
from accord.runtime import Engine, Service
from accord.runtime.fastapi import OpenAPIApp
from accord.runtime.handlers.binding import Operation
from accord.runtime.responses.types import Empty
from tests.codegen.support.preflights import METHODS, asking, documented, exposed, passes
from tests.codegen.support.service import Recent, make_client

ORIGIN = "https://shelf.example"
FEATURES = Path(__file__).parents[1] / "features"


class Done(Empty):
    status = 204


def served(document: Document):
    described = API.of(document)

    async def handler(_: object, **__: object) -> Done:
        return Done()

    schemes = document.data.get("components", {}).get("securitySchemes", {})
    service = Service(schemes={name: Recent() for name in schemes}, call=lambda exchange: exchange.principal)
    bound = {operation.id: Operation(handler) for operation in described.operations}
    client = make_client(OpenAPIApp(Engine(described, bound, service), origins=[ORIGIN]))
    prefixes = {operation.path: operation.prefixes[0] for operation in described.operations}
    return client, lambda path: prefixes[path] + quote(re.sub(r"\{[^}]*\}", "1", path))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["features.yaml", "features30.yaml"])
class TestEveryPath:
    def test_takes_each_documented_method_with_each_documented_header(self, name):
        document = Document.load(FEATURES / name)
        client, url = served(document)
        asked = 0

        for path, methods, sent in documented(document):
            for method in methods:
                for header in sent or {""}:
                    answer = client.options(url(path), headers=asking(ORIGIN, method, header))
                    assert answer.status_code == 204, path
                    assert passes(dict(answer.headers), method, header) or not header, (path, method, header)
                    asked += 1

        assert asked >= len(document.data["paths"])

    def test_takes_no_other_method_and_no_other_header(self, name):
        document = Document.load(FEATURES / name)
        client, url = served(document)
        everywhere = set().union(*(sent for _, _, sent in documented(document)), {"x-evil", "if-match"})

        for path, methods, sent in documented(document):
            for method in {one.upper() for one in METHODS} - methods:
                for header in sent or {"accept"}:
                    answer = client.options(url(path), headers=asking(ORIGIN, method, header))
                    assert not passes(dict(answer.headers), method, header), (path, method, header)
            for header in everywhere - sent:
                answer = client.options(url(path), headers=asking(ORIGIN, min(methods), header))
                assert not passes(dict(answer.headers), min(methods), header), (path, header)

    def test_lets_pages_read_each_documented_header(self, name):
        document = Document.load(FEATURES / name)
        client, url = served(document)

        for path, _, _ in documented(document):
            read = client.get(url(path), headers={"Origin": ORIGIN}).headers["Access-Control-Expose-Headers"]
            assert {one.lower() for one in read.split(", ")} == exposed(document)
