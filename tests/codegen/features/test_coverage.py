"""The feature cases cover every keyword that is enforced."""

from __future__ import annotations

import itertools
from pathlib import Path

from accord.document.document import Document, Node
from accord.jsonschema.formats import ASSERTED
from accord.openapi.keywords.objects import OBJECTS
from tests.codegen.features.cases import CASES, schemas

DOCUMENTS = [Document.load(Path(__file__).with_name(name)) for name in ("features.yaml", "features30.yaml")]

# Nothing of a request depends on them alone.
BEYOND_REQUESTS = {
    **dict.fromkeys(("document/openapi", "document/jsonSchemaDialect", "schema/$schema"), "which language schemas are in"),
    "document/x-accord-error-template": "how refusals are written (tests/codegen/runtime/problems/test_error_template.py)",
    **dict.fromkeys(("operation/tags", "operation/operationId"), "names in generated code"),
    **dict.fromkeys(("operation/parameters", "operation/requestBody"), "they hold what has cases of its own"),
    **dict.fromkeys(("document/webhooks", "operation/callbacks"), "requests that the service sends"),
    **dict.fromkeys(("response/links", "link/operationRef", "link/operationId"), "for who asks next"),
    **dict.fromkeys(("link/parameters", "link/requestBody"), "for who asks next"),
}
# Headers of every answer: no request can break them.
NEVER_BROKEN = {"operation/x-accord-deprecation", "operation/x-accord-sunset"}


def enforced() -> set[str]:
    return {
        f"{kind}/{name}"
        for kind, keywords in OBJECTS.items()
        for name, keyword in keywords.items()
        if callable(keyword.enforcement) or keyword.enforcement.by not in ("documentation", "unsupported")
    }


def test_every_enforced_keyword_has_an_accepted_and_a_rejected_request():
    accepted = {case.feature for _, case in CASES if case.accepted}
    refused = {case.feature for _, case in CASES if not case.accepted}

    assert enforced() - BEYOND_REQUESTS.keys() - accepted == set()
    assert enforced() - BEYOND_REQUESTS.keys() - NEVER_BROKEN - refused == set()


def test_every_case_is_about_a_keyword_of_the_grammar():
    assert {case.feature for _, case in CASES} <= enforced()


def test_there_are_hundreds():
    assert len(CASES) >= 300


def test_every_format_that_is_asserted_is_accepted_and_rejected():
    assert schemas.FORMATS.keys() == ASSERTED
    assert all(accepted and refused for accepted, refused in schemas.FORMATS.values())


def parameters() -> list[Node]:
    """The parameters of all operations, at the places where they are written."""
    items = [item for document in DOCUMENTS for _, item in document.root.child("paths").items()]
    owners = [*items, *(node for item in items for _, node in item.items() if isinstance(node.value, dict))]
    lists = (owner.get("parameters") for owner in owners)
    return list(itertools.chain.from_iterable(listed.elements() for listed in lists if listed is not None))


def test_every_style_that_openapi_defines_has_a_parameter_of_every_shape():
    """OpenAPI 3.1.1, 4.8.12.2, and the table of 4.8.12.3, in which cookies are not exploded."""
    written = set()
    for node in parameters():
        if (schema := node.get("schema")) is None:
            continue
        value, kind = node.value, schema.value.get("type")
        style = value.get("style", "form" if value["in"] in ("query", "cookie") else "simple")
        shape = kind if kind in ("array", "object") else "scalar"
        exploded = style == "deepObject" or value.get("explode", style == "form")  # it has no other form
        written.add((value["in"], style, exploded, shape))

    shapes = ("scalar", "array", "object")
    places = (*(("path", style) for style in ("simple", "label", "matrix")), ("query", "form"), ("header", "simple"))
    whole = {
        (*place, explode, shape) for place in (*places, ("cookie", "form")) for explode in (True, False) for shape in shapes
    }
    delimited = {("query", style, False, shape) for style in ("spaceDelimited", "pipeDelimited") for shape in shapes[1:]}
    assert written == whole | delimited | {("query", "deepObject", True, "object")}
