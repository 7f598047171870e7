"""An invalid document is told why, each fault with its line."""

import pytest

from app.engine.document import Document
from codegen.validity import validity

SIZE = "          schema: {type: integer, format: int32, minimum: 1, maximum: 100, default: 10}\n"
VERSIONS = "write 3.1.1, or 3.0.4 for an older document"
PATH = (
    "Path parameter 'user_id' for 'get' operation in '/api/v1/users/{user_id}' was not resolved: "
    "declare it with `in: path`, or take it out of the path or the list"
)
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
                "      responses",
                f"Unevaluated properties are not allowed ('abc' was unexpected): {RENAME}",
            ),
            (
                "summary: List",
                "sumary: List",
                "    get",
                f"Unevaluated properties are not allowed ('sumary' was unexpected): {RENAME}",
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
                "    post",
                "Operation ID 'listUsers' for 'post' in '/api/v1/users' is not unique: rename one",
            ),
            ("default: 10}", "default: ten}", "default: ten", "'ten' is not of type 'integer': write a value of that type"),
            ("'^[a-z]*$'", "'^([a-z]*$'", "'^([a-z]*$'", "'^([a-z]*$' is not a 'regex': correct the regular expression"),
            ("name: search", "name: page_size", "      parameters", "Duplicate parameter 'page_size': rename one"),
            (
                "      - name: user_id\n",
                "      - name: id\n",
                "    get:\n      operationId: getUser",
                PATH,
            ),
        ],
    )
    def test_a_fault_is_told_with_its_line(self, broken, old, new, mark, text):
        document = broken(old, new)

        assert document.at(mark, text) in document.findings

    def test_a_schema_that_is_none_is_told_with_its_line(self, broken):
        document = broken("Name: {type: string", "Name: {type: strin")

        assert [finding.startswith(document.at("Name: {", "")) for finding in document.findings] == [True]

    def test_a_fault_in_openapi_3_0_is_told_by_the_alternative_that_was_meant(self):
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
        assert findings == [
            f'openapi.yaml:7: "strin" is not one of {types}: write one of those',
            'openapi.yaml:8: "description" is a required property: add it',
        ]
