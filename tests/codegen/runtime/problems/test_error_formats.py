"""Errors raised by the runtime, in the format that the operation documents."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from accord.document.document import Document, DocumentError
from accord.jsonschema.validator import validator
from accord.runtime import ApiError
from accord.runtime.error_responses import ErrorResponses
from accord.runtime.responses.types import Body
from app.core.errors import ServiceUnavailable
from tests.codegen.support.service import Answer, Observer, answering, raw_call

OPERATION = """parameters:
      - {name: page, in: query, schema: {type: integer, maximum: 9}}
      - {name: size, in: query, schema: {type: integer}}
      - {name: x-size, in: header, schema: {type: integer}}"""


class OK(Body[Any]):
    status = 200


ANSWER = OK(1)


def engine(refusals: str, answer: Any = ANSWER, **more: Any):
    """An engine whose operation documents these responses (YAML flow members) beside its success."""
    success = "'200': {description: Y, content: {application/json: {schema: {}}}}"
    return answering(f"{{{success}, {refusals}}}", answer, operation=OPERATION, **more)


def refused(status: str, schema: str, path: str = "/p?page=10", *, media: str = "application/json", **more: Any) -> Answer:
    """The answer to a request that is refused with 422, held against its schema."""
    content = f"content: {{'{media}': {{schema: {schema}}}}}" if schema else ""
    served = engine(f"{status}: {{description: N, {content}}}", **more)
    answer = raw_call(served.serve, "GET", path)
    assert answer is not None
    assert served.findings == []
    if schema and "json" in answer.headers.get("content-type", ""):
        (operation,) = served.operations
        documented = operation.definition.response(answer.status)
        (described,) = documented.content.values()
        assert validator(described.schema, "response").is_valid(answer.json())
    return answer


DETAIL = "The request does not satisfy the contract."
TOLD = f"{DETAIL} query/page must be at most 9."
FAULT = {"in": "query", "pointer": "/page", "code": "maximum", "message": "must be at most 9"}
STRING = "{type: string}"
PLACE = "{type: string, enum: [body, path, query], default: body}"


def members(**schemas: str) -> str:
    """A schema that requires exactly these members."""
    names = ", ".join(schemas)
    properties = ", ".join(f"{name}: {schema}" for name, schema in schemas.items())
    return f"{{type: object, required: [{names}], additionalProperties: false, properties: {{{properties}}}}}"


FORMATS = {
    "code and message": (members(code=STRING, message=STRING), {"code": "unprocessable-content", "message": TOLD}),
    "a number and a message": (members(code="{type: integer}", message=STRING), {"code": 422, "message": TOLD}),
    "codes in capitals": (
        members(code="{type: string, pattern: '^[A-Z_]+$'}", error=STRING),
        {"code": "UNPROCESSABLE_CONTENT", "error": TOLD},
    ),
    "a listed code": (members(code="{enum: [bad_request, unprocessable_content]}"), {"code": "unprocessable_content"}),
    "OAuth": (
        members(error=STRING, error_description=STRING),
        {"error": "unprocessable_content", "error_description": TOLD},
    ),
    "within error": (
        members(error=members(code="{type: integer}", message=STRING, status=STRING)),
        {"error": {"code": 422, "message": TOLD, "status": "422"}},
    ),
    "flags": (
        members(success="{type: boolean}", statusCode="{type: integer}", msg=STRING),
        {"success": False, "statusCode": 422, "msg": TOLD},
    ),
    "a short message": (members(message="{type: string, maxLength: 25}"), {"message": "Unprocessable content"}),
    "a list of texts": (
        members(errors="{type: array, items: {type: string}, minItems: 1}"),
        {"errors": ["query/page must be at most 9"]},
    ),
    "a list as in problems": (members(errors="{type: array, items: {type: object}}"), {"errors": [FAULT]}),
    "FastAPI's": (
        members(
            detail="{type: array, items: "
            + members(loc="{type: array, items: {anyOf: [{type: string}, {type: integer}]}}", msg=STRING, type=STRING)
            + "}"
        ),
        {"detail": [{"loc": ["query", "page"], "msg": "must be at most 9", "type": "maximum"}]},
    ),
    "fields": (
        members(
            message=STRING,
            details="{type: array, items: " + members(field="{type: string, pattern: '^[a-z.0-9]+$'}", message=STRING) + "}",
        ),
        {"message": DETAIL, "details": [{"field": "page", "message": "must be at most 9"}]},
    ),
    "ASP.NET's": (
        members(
            title=STRING,
            status="{type: integer}",
            errors="{type: object, additionalProperties: {type: array, items: {type: string}}}",
        ),
        {"title": "Unprocessable content", "status": 422, "errors": {"/page": ["must be at most 9"]}},
    ),
    "what nobody knows": (members(message=STRING, realm="{enum: [north]}"), {"message": TOLD, "realm": "north"}),
    "what is optional and unknown": (
        "{type: object, properties: {message: {type: string}, realm: {type: string}}}",
        {"message": TOLD},
    ),
    "an open object": ("{type: object}", {"status": 422, "title": "Unprocessable content", "detail": DETAIL}),
    "a text": (STRING, TOLD),
    "a list": ("{type: array, minItems: 1, items: {type: string}}", ["query/page must be at most 9"]),
}


class TestAFormat:
    @pytest.mark.parametrize("name", FORMATS)
    def test_contains_the_error_in_its_members(self, name):
        schema, told = FORMATS[name]

        answer = refused("'422'", schema)

        assert (answer.status, answer.json()) == (422, told)
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["content-length"] == str(len(answer.body))

    @pytest.mark.parametrize("key", ["'422'", "4XX", "default"])
    def test_may_be_that_of_a_range(self, key):
        assert refused(key, members(message=STRING)).json() == {"message": TOLD}

    def test_of_the_status_itself_is_stronger(self):
        text = f"content: {{application/json: {{schema: {members(message=STRING)}}}}}"
        served = engine(f"4XX: {{description: N, {text}}}, '422': {{description: N}}, default: {{description: N, {text}}}")

        answer = raw_call(served.serve, "GET", "/p?page=10")

        assert (answer.status, answer.body, answer.headers["content-length"]) == (422, b"", "0")
        assert "content-type" not in answer.headers

    def test_lists_every_fault(self):
        schema = members(errors="{type: array, items: {type: string}}")

        assert refused("'422'", schema, "/p?page=10&size=x").json() == {
            "errors": ["query/page must be at most 9", "query/size must be an integer"]
        }

    @pytest.mark.parametrize(("required", "told"), [("", {}), (", location", {"location": "body"})])
    def test_leaves_out_a_place_that_it_cannot_name(self, required, told):
        properties = f"properties: {{message: {{type: string}}, location: {PLACE}}}"
        item = f"{{type: object, additionalProperties: false, required: [message{required}], {properties}}}"
        content = f"content: {{application/json: {{schema: {members(errors=f'{{type: array, items: {item}}}')}}}}}"
        served = engine(f"'422': {{description: N, {content}}}")

        answer = raw_call(served.serve, "GET", "/p?page=10", [(b"x-size", b"a")])

        assert answer.json() == {
            "errors": [
                {"message": "must be an integer", **told},
                {"message": "must be at most 9", "location": "query"},
            ]
        }

    def test_that_is_bounded_lists_as_many_as_it_may(self):
        schema = members(errors="{type: array, maxItems: 1, items: {type: string}}")

        assert refused("'422'", schema, "/p?page=10&size=x").json() == {"errors": ["query/page must be at most 9"]}

    def test_names_the_request_and_the_time(self):
        schema = members(
            requestId="{type: string, format: uuid}",
            instance="{type: string, format: uri}",
            timestamp="{type: string, format: date-time}",
        )

        answer = refused("'422'", schema)

        said = answer.json()
        assert said["requestId"] == answer.headers["x-request-id"]
        assert said["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
        assert said["timestamp"] > "2026"

    def test_of_any_json_is_json(self):
        assert refused("'422'", members(message=STRING), media="*/*").headers["content-type"] == "application/json"
        assert (
            refused("'422'", members(message=STRING), media="application/vnd.a+json").headers["content-type"]
            == "application/vnd.a+json"
        )

    def test_of_text_is_the_sentence(self):
        answer = refused("'422'", STRING, media="text/plain")

        assert (answer.body.decode(), answer.headers["content-type"]) == (DETAIL, "text/plain")

    def test_has_the_headers_that_the_document_requires(self):
        code, pin = "X-Code: {required: true, schema: {enum: [a]}}", "X-Pin: {required: true, schema: {const: p}}"
        headers = f"headers: {{{code}, {pin}, X-May: {{schema: {{}}}}}}"
        content = f"content: {{application/json: {{schema: {members(message=STRING)}}}}}"
        served = engine(f"'422': {{description: N, {headers}, {content}}}")

        answer = raw_call(served.serve, "GET", "/p?page=10")

        assert answer.status == 422
        assert (answer.headers["x-code"], answer.headers["x-pin"]) == ("a", "p")
        assert "x-may" not in answer.headers

    @pytest.mark.parametrize(
        ("path", "headers", "status", "message"),
        [
            ("/p", ((b"accept", b"text/html"),), 406, "Available media types: application/json."),
            ("/p?page=10", (), 422, TOLD),
        ],
    )
    def test_has_the_detail_of_each_rejection(self, path, headers, status, message):
        answer = raw_call(
            engine(f"4XX: {{description: N, content: {{application/json: {{schema: {members(message=STRING)}}}}}}}").serve,
            "GET",
            path,
            headers,
        )

        assert (answer.status, answer.json()) == (status, {"message": message})

    def test_of_a_failure_reveals_nothing_of_it(self):
        observer = Observer()
        content = f"content: {{application/json: {{schema: {members(message=STRING)}}}}}"
        served = engine(f"5XX: {{description: N, {content}}}", ZeroDivisionError("secret"), observer=observer)

        answer = raw_call(served.serve, "GET", "/p")

        assert (answer.status, answer.json()) == (500, {"message": "An unexpected error occurred."})
        assert len(observer.errors) == 1


class TestAnErrorOfTheService:
    class Gone(ApiError):
        status = 409
        type = "/problems/gone-away"
        title = "Gone away"

    @pytest.mark.parametrize("key", ["'409'", "4XX", "default"])
    def test_is_written_in_the_format_of_its_status(self, key):
        content = f"content: {{application/json: {{schema: {members(code=STRING, message=STRING)}}}}}"

        answer = raw_call(engine(f"{key}: {{description: N, {content}}}", self.Gone('It "went".')).serve, "GET", "/p")

        assert (answer.status, answer.json()) == (409, {"code": "gone-away", "message": 'It "went".'})

    def test_has_the_header_retry_after(self):
        answer = raw_call(engine("5XX: {description: N}", ServiceUnavailable("Out.", retry_after=3)).serve, "GET", "/p")

        assert (answer.status, answer.body, answer.headers["retry-after"]) == (503, b"", "3")

    def test_that_is_documented_nowhere_is_a_fault(self):
        assert raw_call(engine("'404': {description: N}", self.Gone("It went.")).serve, "GET", "/p").status == 500


class TestAProblem:
    PROBLEM = "content: {application/problem+json: {schema: {type: object, required: [type, title], properties: {}}}}"

    @pytest.mark.parametrize("key", ["'422'", "4XX", "default"])
    def test_stays_one(self, key):
        answer = raw_call(engine(f"{key}: {{description: N, {self.PROBLEM}}}").serve, "GET", "/p?page=10")

        assert answer.headers["content-type"] == "application/problem+json"
        assert list(answer.json()) == ["type", "title", "status", "detail", "code", "instance", "errors"]
        assert answer.json()["errors"] == [FAULT]

    def test_is_preferred_to_other_formats(self):
        content = "content: {application/json: {schema: {type: string}}, application/problem+json: {}}"
        answer = raw_call(engine(f"'422': {{description: N, {content}}}").serve, "GET", "/p?page=10")

        assert answer.headers["content-type"] == "application/problem+json"

    def test_of_another_shape_has_that_shape(self):
        answer = refused("'422'", members(type=STRING, title=STRING, traceId=STRING), media="application/problem+json")

        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json() == {
            "type": "/problems/unprocessable-content",
            "title": "Unprocessable content",
            "traceId": answer.headers["x-request-id"],
        }

    def test_is_sent_where_nothing_is_documented(self):
        answer = raw_call(engine("'404': {description: N}", responses="off").serve, "GET", "/p?page=10")

        assert answer.headers["content-type"] == "application/problem+json"

    @pytest.mark.parametrize("content", ["{application/json: {schema: {type: integer, not: {}}}}", "{application/xml: {}}"])
    def test_is_sent_where_the_format_cannot_be_written_and_the_start_reports_it(self, content):
        served = engine(f"'422': {{description: N, content: {content}}}", responses="off")

        (finding,) = served.findings
        assert finding.startswith("openapi.yaml:")
        assert finding.endswith("rejections with 422 are sent as application/problem+json")
        answer = raw_call(served.serve, "GET", "/p?page=10")
        assert answer.headers["content-type"] == "application/problem+json"


class TestMembersThatNobodyKnows:
    def served(self, error: str, head: str = "") -> tuple[Answer, list[str]]:
        content = f"content: {{application/json: {{schema: {error}}}}}"
        made = engine(f"'422': {{description: N, {content}}}", head=head, responses="off")
        return raw_call(made.serve, "GET", "/p?page=10"), made.findings

    def test_a_required_text_contains_the_detail_and_the_start_reports_it(self):
        answer, (finding,) = self.served(members(problem=STRING))

        assert answer.json()["problem"].startswith(DETAIL)
        assert finding.endswith(
            "the meaning of the error member 'problem' is unknown, so it contains the detail: write `x-accord-error-template`"
        )

    def test_what_the_document_lists_is_sent_as_it_is(self):
        answer, _ = self.served(members(message=STRING, severity="{enum: [low]}"))

        assert answer.json()["severity"] == "low"

    @pytest.mark.parametrize("unknown", ["{type: integer}", "{type: string, pattern: '^[A-Z]{3}$'}", "{type: boolean}"])
    def test_no_generated_value_reaches_a_client(self, unknown):
        answer, findings = self.served(members(message=STRING, level=unknown))

        assert answer.headers["content-type"] == "application/problem+json"
        assert all("nothing is known that the required member 'level' of an error could hold" in one for one in findings)

    def test_a_template_defines_what_they_contain(self):
        head = "x-accord-error-template: {problem: '{title}', ref: '{instance}', level: '{status}'}"

        answer, findings = self.served(members(problem=STRING, ref=STRING, level="{type: integer}"), head)

        assert findings == []
        assert (answer.json()["problem"], answer.json()["level"]) == ("Unprocessable content", 422)
        assert answer.json()["ref"] == f"urn:uuid:{answer.headers['x-request-id']}"

    def test_placeholders_must_be_known(self):
        with pytest.raises(
            DocumentError,
            match=r"openapi\.yaml:3: `x-accord-error-template`: there is no placeholder {titel}: write one of ",
        ):
            self.served(members(problem=STRING), "x-accord-error-template: {problem: '{titel}'}")


class TestWithoutAnOperation:
    CONTENT = f"content: {{application/json: {{schema: {members(code='{type: integer}', message=STRING)}}}}}"

    def test_errors_have_the_one_format_of_the_document(self):
        served = engine(f"'404': {{description: N, {self.CONTENT}}}")

        nowhere, wrong = raw_call(served.serve, "GET", "/nowhere"), raw_call(served.serve, "PUT", "/p")

        assert (nowhere.status, nowhere.json()) == (404, {"code": 404, "message": "There is no such resource."})
        assert (wrong.status, wrong.json()["code"], wrong.headers["allow"]) == (405, 405, "GET, HEAD, OPTIONS")

    @pytest.mark.parametrize("other", ["{description: N}", f"{{description: N, {TestAProblem.PROBLEM}}}"])
    def test_they_are_problems_if_the_document_has_several_formats_or_none(self, other):
        served = engine(f"'404': {{description: N, {self.CONTENT}}}, '422': {other}")

        assert raw_call(served.serve, "GET", "/nowhere").headers["content-type"] == "application/problem+json"


def test_formats_are_those_of_one_document():
    errors = ErrorResponses(Document(b"openapi: 3.1.1"), ())

    status, headers, body, fault = errors.response(None, ServiceUnavailable("Out."), b"7")

    assert (status, fault) == (503, None)
    assert msgspec.json.decode(body or b"")["detail"] == "Out."
    assert (b"retry-after", b"1") in headers
