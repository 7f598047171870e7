"""Unusual documents: each is rejected with lines and proposed readings, and is usable once those are adopted."""

from __future__ import annotations

import pytest

from accord.cli import mock
from accord.document.adoption.readings import given
from accord.document.document import Document, DocumentError
from accord.generate.adoption import adoption, check_document
from accord.lint import lint
from accord.lint.profiles import severities

pytestmark = pytest.mark.slow

HEAD = "openapi: 3.1.1\ninfo: {title: T, version: '1'}\n"
OK = "responses: {'200': {description: ok}}"
GET = f"{HEAD}paths: {{/x: {{get: {{{OK}}}}}}}\n"
MAPPED = f"""{HEAD}paths: {{}}
components:
  schemas:
    A: {{type: object}}
    B:
      oneOf: [{{$ref: '#/components/schemas/A'}}]
      discriminator:
        propertyName: k
        mapping: """
PATH_PARAMETER = f"""{HEAD}paths:
  /x:
    get:
      parameters:
      - in: path
        name: [a]
        required: true
        schema: {{}}
      {OK}
"""
BESIDE = f"{GET}components:\n  schemas:\n    A: {{type: string}}\n    B:\n      $ref: '#/components/schemas/A'\n"


def parameter(content: str) -> str:
    return f"{HEAD}paths: {{/x: {{get: {{parameters: [{{name: j, in: query, content: {content}}}], {OK}}}}}}}\n"


ODD = {
    "paths null": (f"{HEAD}paths:\n", 3, "#/paths=set:{}"),
    "paths list": (f"{HEAD}paths: []\n", 3, "#/paths=set:{}"),
    "info null": ("openapi: 3.1.1\ninfo:\npaths: {}\n", 2, '#/info=set:{"title": "", "version": ""}'),
    "version object": ("openapi: 3.1.1\ninfo:\n  title: T\n  version: {x: 1}\npaths: {}\n", 4, '#/info/version=set:""'),
    "license name": (
        "openapi: 3.1.1\ninfo:\n  title: T\n  version: '1'\n  license:\n    name: []\npaths: {}\n",
        6,
        '#/info/license/name=set:""',
    ),
    "contact reference": (
        "openapi: 3.1.1\ninfo:\n  title: T\n  version: '1'\n  contact:\n    $ref: 5\npaths: {}\n",
        6,
        "#/info/contact/$ref=drop",
    ),
    "components list": (f"{GET}components: []\n", 4, "#/components=drop"),
    "components null 3.0": (f"{GET}components:\n".replace("3.1.1", "3.0.4"), 4, "#/components=drop"),
    "headers number": (f"{GET}components:\n  headers: 5\n", 5, "#/components/headers=drop"),
    "callbacks text": (f"{GET}components:\n  callbacks: ''\n", 5, "#/components/callbacks=drop"),
    "responses list": (
        f"{HEAD}paths:\n  /x:\n    get:\n      responses: []\n",
        6,
        '#/paths/~1x/get/responses=set:{"default": {"description": ""}}',
    ),
    "description null": (
        f"{HEAD}paths:\n  /x:\n    get:\n      responses:\n        '200':\n          description:\n",
        8,
        '#/paths/~1x/get/responses/200/description=set:""',
    ),
    "content text": (parameter("x"), 3, "#/paths/~1x/get/parameters/query:j=drop"),
    "component name": (
        f"{GET}components:\n  schemas:\n    List<a b>: {{type: string}}\n",
        6,
        "#/components/schemas/List<a b>=keep",
    ),
    "empty component name": (f"{GET}components:\n  schemas:\n    '': {{type: string}}\n", 6, "#/components/schemas/=keep"),
    "scheme name": (
        f"{GET}security: [{{a b: []}}]\ncomponents:\n  securitySchemes:\n    a b: {{type: http, scheme: bearer}}\n",
        7,
        "#/components/securitySchemes/a b=keep",
    ),
    "discriminator without a name": (
        MAPPED.replace("propertyName: k", "x-k: 1") + "{}\n",
        9,
        "#/components/schemas/B/discriminator=drop",
    ),
    "discriminator text": (
        MAPPED.partition("discriminator:")[0] + "discriminator: k\n",
        9,
        "#/components/schemas/B/discriminator=drop",
    ),
    "mapping number": (f"{MAPPED}5\n", 11, "#/components/schemas/B/discriminator/mapping=drop"),
    "mapping to number": (f"{MAPPED}\n          a: 5\n", 12, "#/components/schemas/B/discriminator/mapping/a=drop"),
    "mapping to nothing": (f"{MAPPED}\n          a: Nope\n", 12, "#/components/schemas/B/discriminator/mapping/a=drop"),
    "server": (f"{GET}servers:\n- url: /v1\n- url: 'http://[::1'\n", 6, "#/servers/1=drop"),
    "name of a path's parameter": (PATH_PARAMETER, 8, "#/paths/~1x/get/parameters/0=drop"),
    "x-accord-alias": (f"{GET}x-accord-alias: [a]\n", 4, "#/x-accord-alias=drop"),
    "x-accord-alias to a number": (f"{GET}x-accord-alias: {{a: 5}}\n", 4, "#/x-accord-alias=drop"),
    "template of another schema": (
        GET.replace("'200'", "4XX: {description: no, content: {application/json: {schema: {type: object}}}}, '200'")
        + "x-accord-error-template: '{detail}'\n",
        4,
        "#/x-accord-error-template=drop",
    ),
    "template without JSON": (
        GET.replace("'200'", "4XX: {description: no, x-accord-error-template: {}}, '200'"),
        3,
        "#/paths/~1x/get/responses/4XX/x-accord-error-template=drop",
    ),
    "x-accord-problems": (f"{GET}x-accord-problems: [a]\n", 4, "#/x-accord-problems=drop"),
    "x-accord-body-limit": (f"{GET}x-accord-body-limit: 10 MB\n", 4, "#/x-accord-body-limit=drop"),
    "x-accord-body-limit of nothing": (f"{GET}x-accord-body-limit: 0\n", 4, "#/x-accord-body-limit=drop"),
    "x-accord-body-limit that is true": (f"{GET}x-accord-body-limit: true\n", 4, "#/x-accord-body-limit=drop"),
    "x-accord-step-up of nobody": (
        GET.replace("{get: {", "{get: {x-accord-step-up: true, "),
        3,
        "#/paths/~1x/get/x-accord-step-up=drop",
    ),
    "x-accord-console of no role": (
        GET.replace("{get: {", "{get: {x-accord-console: admin, "),
        3,
        "#/paths/~1x/get/x-accord-console=drop",
    ),
    "unknown extension": (f"{GET}x-accord-limit: 10\n", 4, "#/x-accord-limit=drop"),
    "extension elsewhere": (
        GET.replace("{get: {", "{get: {x-accord-alias: {/a: /b}, "),
        3,
        "#/paths/~1x/get/x-accord-alias=drop",
    ),
    "beside a reference": (
        f"{BESIDE}      required: true\n".replace("3.1.1", "3.0.4"),
        9,
        "#/components/schemas/B/required=drop",
    ),
}


class TestOddDocuments:
    @pytest.mark.parametrize(("text", "line", "words"), ODD.values(), ids=ODD)
    def test_are_reported_with_the_options_that_adopt_them_and_start(self, text, line, words):
        document = Document(text.encode())

        found = adoption(document).findings

        assert {finding.line for finding in found} == {line}
        assert {finding.readings[0].option.partition(" ")[2].strip("'") for finding in found} == {words}
        adopted = document.reread((given(words),))
        assert check_document(adopted) == []
        mock.application(adopted, mock.schemes(adopted, None))
        assert isinstance(lint(adopted, severities("house")), list)

    def test_may_have_extensions_of_other_tools(self):
        document = Document(f"{GET}x-files: [5]\nx-alias: [a]\nx-body-limit: 10 MB\n".encode())

        assert check_document(document) == []
        mock.application(document, mock.schemes(document, None))

    def test_hold_no_other_files_but_by_name(self):
        with pytest.raises(
            DocumentError, match=r"openapi.yaml:4: `x-accord-files` contains the other files of the document by name"
        ):
            Document(f"{GET}x-accord-files: [5]\n".encode())


class TestTwoFindings:
    def test_of_one_part_leave_out_no_more_than_it(self):
        """The parameter goes, and not the operation too."""
        text = parameter("{application/json: []}")

        assert [one.place for one in adoption(Document(text.encode())).readings] == ["#/paths/~1x/get/parameters/query:j"]


class TestUnreadableTexts:
    @pytest.mark.parametrize(
        ("raw", "where"),
        [
            (b"a: 1\nb: \x00\n", "openapi.yaml:2"),
            ("a: 1\nb: é\n".encode("latin-1"), "openapi.yaml:2"),
            (b"a: 1\nb: " + b"[" * 300_000, "openapi.yaml:2"),
            (b'a: 1\nb: {"c": ' + b'{"c": ' * 20_000, "openapi.yaml:2"),
        ],
        ids=["control character", "latin-1", "lists", "mappings"],
    )
    def test_are_reported_with_their_line(self, raw, where):
        with pytest.raises(DocumentError, match=f"^{where}: [^\n]*$"):
            Document(raw)

    def test_a_reference_into_another_file_is_reported_as_it_is_written(self):
        text = f"{HEAD}paths:\n  /x:\n    $ref: 'b.yaml#/nope'\n"

        [finding] = check_document(Document(text.encode(), files={"b.yaml": b"a: {}\n"}.__getitem__, readings=()))

        assert str(finding).startswith("openapi.yaml:4: $ref 'b.yaml#/nope' leads nowhere: there is no 'nope'")

    def test_swagger_2_is_reported(self):
        document = Document(b"info: {title: T, version: '1'}\nswagger: '2.0'\npaths: {}\n")

        assert [str(finding) for finding in adoption(document).findings] == [
            "openapi.yaml:2: Swagger 2.0 is not read: convert the document to OpenAPI 3, for example with swagger2openapi"
        ]
