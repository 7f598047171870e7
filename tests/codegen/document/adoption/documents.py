"""Small documents that are refused until they are adopted."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from accord.cli import mock
from accord.cli.main import main
from accord.document.adoption.readings import given
from accord.document.document import Document

HEAD = "info: {title: T, version: '1'}\n"


def document(text: str, version: str = "3.0.4", *readings: str) -> Document:
    return Document(f"openapi: {version}\n{HEAD}{text}".encode(), readings=tuple(map(given, readings)))


def document_of(text: str, *readings: str) -> Document:
    return Document(text.encode(), readings=tuple(map(given, readings)))


def body(schema: str, version: str = "3.0.4", rest: str = "") -> str:
    content = f"{{application/json: {{schema: {schema}}}}}"
    operation = (
        f"{{operationId: x, requestBody: {{required: true, content: {content}}}, responses: {{'204': {{description: ok}}}}}}"
    )
    return f"openapi: {version}\n{HEAD}paths: {{/x: {{post: {operation}}}}}\n{rest}"


def client(doc: Document) -> TestClient:
    return TestClient(mock.application(doc, mock.schemes(doc, None)))


def adopted(tmp_path: Path, text: str, name: str = "openapi.yaml") -> Document:
    """The document as `adopt` leaves it."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert main(["adopt", str(path)]) == 0
    return Document.load(path)
