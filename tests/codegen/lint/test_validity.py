"""Invalid documents: each fault is reported with its line."""

import pytest

from accord.document.document import Document
from accord.validate.openapi import validity

SIZE = "          schema: {type: integer, format: int32, minimum: 1, maximum: 100, default: 10}\n"
VERSIONS = "write 3.1.1, or 3.0.4 for an older document"
PATH = "the parameter 'user_id' of the path '/api/v1/users/{user_id}' is not declared: declare it with `in: path`"
RENAME = "correct its name, remove it, or begin it with `x-`"


class TestValidity:
    @pytest.mark.parametrize(
        ("old", "new", "mark", "text"),
        [
            ("openapi: 3.1.1", "openapi: 2.0.0", "openapi", f"`openapi` names no known version: {VERSIONS}"),
            ("openapi: 3.1.1\n", "", "info", f"`openapi` names no known version: {VERSIONS}"),
            ("title: Users, ", "", "info", '"title" is a required property: add it'),
            (
                "in: query",
                "in: quer",
                "in: quer\n",
                '"quer" is not one of "query", "header", "path", "cookie": write one of those',
            ),
            (SIZE, "", "- name: page_size", '"schema" is a required property: add it'),
            (
                "        '200':",
                "        'abc':",
                "'abc'",
                f"'abc' is not known here: {RENAME}",
            ),
            (
                "summary: List",
                "sumary: List",
                "sumary",
                f"'sumary' is not known here: {RENAME}",
            ),
            (
                "schemas/UserList'",
                "schemas/UserLst'",
                "UserLst",
                "$ref '#/components/schemas/UserLst' leads nowhere: there is no 'UserLst': correct the reference",
            ),
            (
                "Id: createUser",
                "Id: listUsers",
                "operationId: listUsers\n      tags: [users]\n      summary: C",
                "operationId 'listUsers' is used twice, first in openapi.yaml:21: rename one",
            ),
            (
                "default: 10}",
                "default: ten}",
                "default: ten",
                'the `default` is not valid: "ten" is not of type "integer": correct it, or remove it',
            ),
            (
                "'^[a-z]*$'",
                "'^([a-z]*$'",
                "'^([a-z]*$'",
                "the pattern '^([a-z]*$' cannot be read: a `(` is not closed: write it in other words of ECMA-262",
            ),
            (
                "name: search",
                "name: page_size",
                "- name: page_size\n          in: query\n          schema: {type: string",
                "the parameter 'page_size' in query is declared twice: remove one",
            ),
            (
                "      - name: user_id\n",
                "      - name: id\n",
                "    get:\n      operationId: getUser",
                PATH,
            ),
        ],
    )
    def test_a_fault_is_reported_with_its_line(self, broken, old, new, mark, text):
        document = broken(old, new)

        assert document.at(mark, text) in [finding.partition("; or ")[0] for finding in document.findings]

    def test_a_schema_that_is_invalid_is_reported_with_its_line(self, broken):
        document = broken("Name: {type: string", "Name: {type: strin")

        assert [finding.startswith(document.at("Name: {", "")) for finding in document.findings] == [True]

    def test_a_fault_in_openapi_3_0_is_reported_by_the_alternative_that_was_meant(self):
        document = Document(b"""openapi: 3.0.3
info: {title: a, version: '1'}
paths:
  /things:
    get:
      responses:
        '200': {description: All., content: {application/json: {schema: {type: strin}}}}
        '300': {}
""")

        findings = validity(document)

        types = '"array", "boolean", "integer", "number", "object", "string"'
        assert [finding.partition("; or ")[0] for finding in findings] == [
            f'openapi.yaml:7: "strin" is not one of {types}: write one of those',
            'openapi.yaml:8: "description" is a required property: add it',
        ]
