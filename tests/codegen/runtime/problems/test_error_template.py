"""Errors in the format that `x-accord-error-template` declares."""

from __future__ import annotations

from typing import Any

import pytest

from accord.document.document import Document, DocumentError
from accord.lint import lint
from accord.runtime import ApiError
from accord.validate.unsupported.document import unsupported
from tests.codegen.runtime.problems.test_error_formats import OPERATION, STRING, members
from tests.codegen.support.service import Answer, answering, raw_call

DETAIL = "The request does not satisfy the contract."
LIST = "{type: array, items: {type: object}}"


def answered(template: str, schema: str = "{}", path: str = "/p?page=10", *, at: str = "root", media: str = "application/json"):
    """The answer to a request that is refused, where a template is declared for the document or for the response."""
    own = f"x-accord-error-template: {template}, " if at == "response" else ""
    content = f"content: {{'{media}': {{schema: {schema}}}}}"
    engine = answering(
        f"{{4XX: {{description: N, {own}{content}}}, '200': {{description: Y}}}}",
        Gone("It went."),
        operation=OPERATION,
        head=f"x-accord-error-template: {template}" if at == "root" else "",
    )
    assert engine.findings == []
    return raw_call(engine.serve, "GET", path)


class Gone(ApiError):
    status = 409
    type = "/problems/gone-away"
    title = "Gone away"


class TestAPlaceholder:
    @pytest.mark.parametrize(
        ("placeholder", "value"),
        [
            ("{status}", 409),
            ("{status_text}", "409"),
            ("{code}", "gone-away"),
            ("{CODE_NAME}", "GONE_AWAY"),
            ("{code_name}", "gone_away"),
            ("{CodeName}", "GoneAway"),
            ("{codeName}", "goneAway"),
            ("{title}", "Gone away"),
            ("{type}", "/problems/gone-away"),
            ("{detail}", "It went."),
            ("{status}: {detail}", "409: It went."),
            ("E-{CODE_NAME}!", "E-GONE_AWAY!"),
        ],
    )
    @pytest.mark.parametrize("at", ["root", "response"])
    def test_is_replaced_by_a_value_of_the_error(self, placeholder, value, at):
        answer = answered(f"{{is: '{placeholder}', and: 7, kept: [null, 'a']}}", path="/p", at=at)

        assert (answer.status, answer.json()) == (409, {"is": value, "and": 7, "kept": [None, "a"]})
        assert answer.headers["content-type"] == "application/json"

    def test_names_the_request_and_the_time(self):
        answer = answered("{id: '{request_id}', urn: '{instance}', at: '{timestamp}'}")

        number = answer.headers["x-request-id"]
        assert (answer.json()["id"], answer.json()["urn"]) == (number, f"urn:uuid:{number}")
        assert answer.json()["at"] > "2026"

    def test_that_is_unknown_is_reported_with_its_line_and_the_names_of_all(self):
        text = DOCUMENT.replace("{message: '{detail}'}", "\n  message: '{detail}'\n  is: '{details}'")

        (told,) = unsupported(Document(text.encode()))

        assert told.startswith("openapi.yaml:5: `x-accord-error-template`: there is no placeholder {details}: write one of ")
        assert "{status}, {status_text}, {code}, {CODE_NAME}," in told

    @pytest.mark.parametrize(
        ("template", "text"),
        [
            ("{message: '{errors.message}'}", "{errors.message} is of one fault: write it in the items of a list"),
            ("{message: '{detail}', e: [{l: ['{title}'], p: 1}], f: '{errors.in}'}", "{errors.in} is of one fault"),
            ("{message: 'a {errors}'}", "{errors} is a list: write it alone"),
            ("{message: '{detail}', e: ['a {errors.loc}']}", "{errors.loc} is a list: write it alone"),
        ],
    )
    def test_that_has_no_value_where_it_is_written_is_rejected(self, template, text):
        (told,) = unsupported(Document(DOCUMENT.replace("{message: '{detail}'}", template).encode()))

        assert told.startswith(f"openapi.yaml:3: `x-accord-error-template`: {text}")


class TestFaults:
    ITEM = "{field: '{errors.field}', why: '{errors.in}: {errors.message}', of: {code: '{errors.code}'}, loc: '{errors.loc}'}"

    def test_are_listed_whole(self):
        fault = {"in": "query", "pointer": "/page", "code": "maximum", "message": "must be at most 9"}

        assert answered("{message: '{detail}', errors: '{errors}'}").json() == {"message": DETAIL, "errors": [fault]}

    def test_are_listed_in_the_form_of_the_item(self):
        answer = answered(f"{{message: '{{detail}}', errors: [{self.ITEM}]}}", path="/p?page=10&size=x")

        assert answer.json()["errors"] == [
            {"field": "page", "why": "query: must be at most 9", "of": {"code": "maximum"}, "loc": ["query", "page"]},
            {"field": "size", "why": "query: must be an integer", "of": {"code": "type"}, "loc": ["query", "size"]},
        ]

    def test_are_repeated_in_the_innermost_list(self):
        answer = answered("{about: [{kind: '{code}', all: ['{errors.message}']}]}", path="/p?page=10&size=x")

        told = ["must be at most 9", "must be an integer"]
        assert answer.json() == {"about": [{"kind": "unprocessable-content", "all": told}]}

    def test_are_in_the_detail_where_there_is_no_list(self):
        told = f"{DETAIL} query/page must be at most 9. query/size must be an integer."

        assert answered("{message: '{detail}'}", path="/p?page=10&size=x").json() == {"message": told}

    def test_are_as_many_as_the_schema_takes(self):
        schema = members(message=STRING, errors="{type: array, maxItems: 1}")

        answer = answered("{message: '{detail}', errors: '{errors}'}", schema, "/p?page=10&size=x")

        assert len(answer.json()["errors"]) == 1

    @pytest.mark.parametrize(
        ("template", "schema", "told"),
        [
            ("{message: '{detail}', errors: '{errors}'}", "{}", {"message": "It went."}),
            (
                "{message: '{detail}', errors: ['{errors.message}']}",
                members(message=STRING, errors="{type: array, minItems: 1}"),
                {"message": "It went.", "errors": ["It went."]},
            ),
            ("{errors: [{status: '{status_text}', detail: '{errors.message}'}]}", "{}", "one"),
            ("[{code: '{errors.code}', detail: '{errors.message}'}]", "{}", [{"code": "gone-away", "detail": "It went."}]),
        ],
    )
    def test_of_an_error_without_any_are_left_out_or_the_error_itself(self, template, schema, told):
        answer = answered(template, schema, "/p")

        assert answer.json() == ({"errors": [{"status": "409", "detail": "It went."}]} if told == "one" else told)


class TestADetail:
    def test_is_cut_to_what_the_schema_takes(self):
        schema = members(message="{type: string, maxLength: 90}")

        answer = answered("{message: '{detail}'}", schema, "/p?page=10&size=x")

        assert answer.json() == {"message": f"{DETAIL} query/page must be at most 9."}


DOCUMENT = """openapi: 3.1.1
info: {title: T, version: '1'}
x-accord-error-template: {message: '{detail}'}
paths:
  /x:
    get:
      responses:
        '200': {description: Y}
        '404':
          description: N
          content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}
        '422': {description: N, content: {application/problem+json: {}}}
components:
  schemas:
    Error: {type: object, required: [message], properties: {message: {type: string}}}
"""


class TestADocument:
    def test_is_served_with_a_template_that_matches(self):
        assert unsupported(Document(DOCUMENT.encode())) == []

    @pytest.mark.parametrize(
        ("template", "what"),
        [
            ("{message: '{status}'}", "`type` at /message"),
            ("{msg: '{detail}'}", "`required` at /"),
            ("'{detail}'", "`type` at /"),
            ("{message: [['{detail}']]}", "`type` at /message"),
        ],
    )
    def test_is_rejected_where_the_errors_differ_from_their_schema(self, template, what):
        document = Document(DOCUMENT.replace("{message: '{detail}'}", template).encode())
        text = f"openapi.yaml:3: `x-accord-error-template`: the error 404 does not match its schema (openapi.yaml:11), {what}"

        (told,) = unsupported(document)

        assert told.startswith(f"{text}: correct the template, or give the response one of its own")
        assert [reported.text for reported in lint(document)] == [told]

    def test_may_have_another_format_where_the_response_declares_it(self):
        own = "'404':\n          x-accord-error-template: {message: '{title}'}"
        text = DOCUMENT.replace("{message: '{detail}'}", "{msg: '{detail}'}").replace("'404':", own)

        assert unsupported(Document(text.encode())) == []

    def test_has_the_template_checked_for_each_status_of_a_range(self):
        text = DOCUMENT.replace("'404'", "4XX").replace("type: string", "enum: [Not found, Unauthorized, Forbidden]")

        (told,) = unsupported(Document(text.replace("{detail}", "{title}").encode()))

        assert "the error 400 does not match its schema (openapi.yaml:11), `enum` at /message" in told

    def test_has_problems_where_it_describes_them(self):
        answer = answered("{message: '{detail}'}", "{type: object, required: [title]}", media="application/problem+json")

        assert answer.json()["title"] == "Unprocessable content"

    def test_writes_problems_by_the_template_of_their_response(self):
        template, schema = "{type: '{type}', reason: '{detail}'}", "{type: object, required: [type]}"

        answer = answered(template, schema, media="application/problem+json", at="response", path="/p")

        assert answer.json() == {"type": "/problems/gone-away", "reason": "It went."}
        assert answer.headers["content-type"] == "application/problem+json"

    def test_has_one_format_for_paths_that_it_lacks(self):
        answer = answered("{message: '{detail}', of: '{status}'}", path="/nowhere")

        assert (answer.status, answer.json()) == (404, {"message": "There is no such resource.", "of": 404})

    def test_with_a_template_where_no_body_is_json_is_rejected(self):
        with pytest.raises(DocumentError, match="`x-accord-error-template`: the response has no JSON body: remove it"):
            answered("{}", at="response", media="text/plain")


def test_any_value_of_a_detail_is_encoded():
    said: list[Any] = []
    for text in ('"', "\\", "é\n", "{title}", "@detail@"):
        engine = answering(
            "{4XX: {description: N, content: {application/json: {}}}, '200': {description: Y}}",
            Gone(text),
            head="x-accord-error-template: {m: '{detail}', n: 'a {detail}'}",
        )
        answer = raw_call(engine.serve, "GET", "/p")
        assert isinstance(answer, Answer)
        said.append(answer.json() == {"m": text, "n": f"a {text}"})

    assert all(said)
