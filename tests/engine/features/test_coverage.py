"""Whether the cases are about everything that the grammar says is enforced."""

from __future__ import annotations

from app.engine.grammar import OBJECTS
from tests.engine.features.cases import CASES

# Nothing of a request depends on them alone.
BEYOND_REQUESTS = {
    **dict.fromkeys(("document/openapi", "document/jsonSchemaDialect", "schema/$schema"), "which language schemas are in"),
    **dict.fromkeys(("operation/tags", "operation/operationId"), "names in generated code"),
    **dict.fromkeys(("operation/parameters", "operation/requestBody"), "they hold what has cases of its own"),
    **dict.fromkeys(("discriminator/propertyName", "discriminator/mapping"), "cases of `schema/discriminator`"),
    **dict.fromkeys(("document/webhooks", "operation/callbacks"), "requests that the service sends"),
    **dict.fromkeys(("response/links", "link/operationRef", "link/operationId"), "for who asks next"),
    **dict.fromkeys(("link/parameters", "link/requestBody"), "for who asks next"),
}
# Headers of every answer, and a default for operations: no request can break them.
NEVER_BROKEN = {"operation/x-deprecation", "operation/x-sunset", "document/security"}


def enforced() -> set[str]:
    return {
        f"{kind}/{name}"
        for kind, keywords in OBJECTS.items()
        for name, keyword in keywords.items()
        if callable(keyword.said) or keyword.said.by not in ("documentation", "unsupported")
    }


def test_every_enforced_keyword_has_an_accepted_and_a_refused_request():
    accepted = {case.feature for _, case in CASES if case.accepted}
    refused = {case.feature for _, case in CASES if not case.accepted}

    assert enforced() - BEYOND_REQUESTS.keys() - accepted == set()
    assert enforced() - BEYOND_REQUESTS.keys() - NEVER_BROKEN - refused == set()


def test_every_case_is_about_a_keyword_of_the_grammar():
    assert {case.feature for _, case in CASES} <= enforced()


def test_there_are_hundreds():
    assert len(CASES) >= 300
