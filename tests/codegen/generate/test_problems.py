"""problems.py: the errors of a document as exceptions."""

from __future__ import annotations

from accord.generate.package import generated


class TestOneResponseOfSeveralStatuses:
    def test_each_status_has_an_error_of_its_own(self, settings):
        made = settings(
            "openapi: 3.1.1\ninfo: {title: Problems, version: '1'}\npaths:\n  /a:\n    get:\n      operationId: get\n"
            "      responses:\n        '204': {description: Yes.}\n"
            "        '404': {$ref: '#/components/responses/Problem'}\n        '410': {$ref: '#/components/responses/Problem'}\n"
            "components:\n  responses:\n    Problem:\n      description: No.\n"
            "      content: {application/problem+json: {schema: {type: object}}}\n"
        )

        text = generated(made)["problems.py"]

        assert [line for line in text.splitlines() if "status =" in line] == ["    status = 404", "    status = 410"]
