"""A document is read once, and so is what its operations share."""

from __future__ import annotations

from accord.document.document import Document
from accord.openapi.api import API

SHARED = b"""
openapi: 3.1.1
paths:
  /a: {get: {responses: {'404': {$ref: '#/components/responses/Problem'}, '410': {$ref: '#/components/responses/Problem'}}}}
  /b: {get: {responses: {'404': {$ref: '#/components/responses/Problem'}}}}
components: {responses: {Problem: {description: A problem.}}}
"""


def test_a_document_is_read_once():
    document = Document(SHARED)

    assert API.of(document) is API.of(document)
    assert API.of(Document(SHARED)) is not API.of(document)


def test_operations_share_a_response_that_they_refer_to():
    first, second = API.of(Document(SHARED)).operations

    assert first.responses[404] is second.responses[404]
    assert [response.status for response in first.responses.values()] == [404, 410]
