"""Rules: every possible response is documented with its headers, and every error is a known problem."""

import pytest

ID = "X-Request-ID: {$ref: '#/components/headers/RequestId'}"
GET, POST, PATCH = "GET /api/v1/users", "POST /api/v1/users", "PATCH /api/v1/users/{user_id}"
DUE = [
    (
        "'401': {$ref: '#/components/responses/Unauthorized'}",
        "    get:",
        f"{GET} has no 401 response, returned if the credential is missing or invalid",
    ),
    (
        "'403': {$ref: '#/components/responses/Forbidden'}",
        "    get:",
        f"{GET} has no 403 response, returned if the caller lacks a required scope",
    ),
    (
        "'406': {$ref: '#/components/responses/NotAcceptable'}",
        "    get:",
        f"{GET} has no 406 response, returned if `Accept` allows no media type of the response",
    ),
    (
        "'422': {$ref: '#/components/responses/UnprocessableContent'}",
        "    get:",
        f"{GET} has no 422 response, returned if the query has an unknown parameter",
    ),
    (
        "'429': {$ref: '#/components/responses/TooManyRequests'}",
        "    get:",
        f"{GET} has no 429 response, returned if the rate limit is exceeded",
    ),
    (
        "'400': {$ref: '#/components/responses/BadRequest'}",
        "    post:",
        f"{POST} has no 400 response, returned if the body cannot be parsed",
    ),
    (
        "'413': {$ref: '#/components/responses/ContentTooLarge'}",
        "    post:",
        f"{POST} has no 413 response, returned if the body is too large",
    ),
    (
        "'415': {$ref: '#/components/responses/UnsupportedMediaType'}",
        "    post:",
        f"{POST} has no 415 response, returned if the body has an unsupported media type",
    ),
    (
        "'412': {$ref: '#/components/responses/PreconditionFailed'}",
        "    patch:",
        f"{PATCH} has no 412 response, returned if `If-Match` does not match",
    ),
    (
        f"'304':\n          description: The same.\n          headers: {{{ID}}}",
        "    get:\n      operationId: getUser",
        "GET /api/v1/users/{user_id} has no 304 response, returned if `If-None-Match` matches",
    ),
    (
        "'404': {$ref: '#/components/responses/NotFound'}",
        "    get:\n      operationId: getUser",
        "GET /api/v1/users/{user_id} has no 404 response, returned if the resource does not exist",
    ),
]


class TestScopes:
    @pytest.mark.parametrize("security", ["[{bearer: []}, {bearer: [read]}]", "[{}, {bearer: [admin]}]"])
    def test_of_one_alternative_are_enough_for_403(self, broken, security):
        document = broken("security: [{bearer: []}]", f"security: {security}")

        text = "GET /api/v1/users/{user_id} has no 403 response, returned if the caller lacks a required scope: document it"
        assert any(text in found for found in document.findings)


class TestStatuses:
    @pytest.mark.parametrize(("old", "mark", "text"), DUE)
    def test_a_status_that_can_come_is_reported(self, broken, old, mark, text):
        document = broken(f"        {old}\n", "")

        assert document.at(mark, f"{text}: document it") in document.findings

    @pytest.mark.parametrize(
        ("status", "name", "text"),
        [
            ("304", "", "has neither `If-None-Match` nor `If-Modified-Since`"),
            ("412", "PreconditionFailed", "has no conditional request header"),
            ("413", "ContentTooLarge", "takes no body"),
            ("415", "UnsupportedMediaType", "takes no body"),
        ],
    )
    def test_a_status_that_cannot_come_is_reported(self, broken, status, name, text):
        same = f"{{description: The same., headers: {{{ID}}}}}"
        answer = f"{{$ref: '#/components/responses/{name}'}}" if name else same

        document = broken("        '422'", f"        '{status}': {answer}\n        '422'")

        what = f"GET /api/v1/users.{status} is never returned, the operation {text}: remove it"
        assert document.at(f"'{status}': ", what) in document.findings

    def test_negotiation_without_an_answer_is_reported(self, broken):
        document = broken("        '400'", "        '406': {$ref: '#/components/responses/NotAcceptable'}\n        '400'")

        what = "POST /api/v1/users.406 is never returned, the operation returns no content to negotiate: remove it"
        assert document.at("'406': {$ref: '#/components/responses/NotAcceptable'}\n        '400'", what) in document.findings

    def test_500_is_never_documented(self, broken):
        document = broken("        '422'", "        '500': {$ref: '#/components/responses/NotFound'}\n        '422'")

        what = "GET /api/v1/users.500 documents an internal error: remove it, or document an outage as 503"
        assert document.at("'500': ", what) in document.findings


class TestHeaders:
    @pytest.mark.parametrize(
        ("old", "new", "mark", "text"),
        [
            (
                f"          headers: {{{ID}}}\n          content",
                "          content",
                "'200':",
                "GET /api/v1/users.200 has no required X-Request-ID header",
            ),
            (
                "            Location: {required: true",
                "            Location: {required: false",
                "'201':",
                "POST /api/v1/users.201 has no required Location header, which 201 needs",
            ),
            (
                "WWW-Authenticate: {required: true",
                "WWW-Authenticate: {required: false",
                "    Unauthorized:",
                "Unauthorized has no required WWW-Authenticate header, which 401 needs",
            ),
            (
                "Accept: {required: true",
                "Accept: {required: false",
                "    UnsupportedMediaType:",
                "UnsupportedMediaType has no required Accept header, which 415 needs",
            ),
            (
                "RetryAfter: {required: true",
                "RetryAfter: {required: false",
                "    TooManyRequests:",
                "TooManyRequests has no required Retry-After header, which 429 needs",
            ),
            (
                "ETag: {required: true",
                "ETag: {required: false",
                "'200':\n          description: The user.",
                "GET /api/v1/users/{user_id}.200 has no required ETag header, but the operation accepts `If-None-Match`",
            ),
        ],
    )
    def test_a_header_that_a_client_needs_is_reported_once(self, broken, old, new, mark, text):
        document = broken(old, new)

        assert document.findings == [document.at(mark, f"{text}: add it with `required: true`")]

    def test_an_outage_says_when_to_come_back(self, broken):
        problem = "{$ref: '#/components/responses/NotFound'}"

        document = broken("        '422'", f"        '503': {problem}\n        '422'")

        text = "NotFound has no required Retry-After header, which 503 needs: add it with `required: true`"
        assert document.at("    NotFound:", text) in document.findings


class TestProblems:
    def test_an_error_without_a_pinned_type_is_reported(self, broken):
        document = broken("type: {enum: [/problems/not-found], x-enum-varnames: [NOT_FOUND]}, ", "")

        text = "NotFound does not restrict `type`: add a `const` or an `enum` of /problems/... values"
        unused = "the problem 'not-found' is not used by any response: remove it"
        assert document.findings == [document.at("not-found: {", unused), document.at("    NotFound:", text)]

    def test_an_error_that_may_leave_out_its_type_is_reported(self, broken):
        document = broken("required: [type, status]", "required: [status]")

        assert document.at("    NotFound:", "NotFound does not require `type`: add it to `required`") in document.findings

    def test_an_unknown_type_is_reported(self, broken):
        document = broken("  not-found: {title", "  lost: {title")

        unknown = "the problem type '/problems/not-found' is not declared: add it to `x-accord-problems`"
        assert document.findings == [
            document.at("  lost: {", "the problem 'lost' is not used by any response: remove it"),
            document.at("[/problems/not-found]", unknown),
        ]

    def test_a_type_that_is_not_a_path_is_reported(self, broken):
        document = broken(
            "[/problems/not-found], x-enum-varnames: [NOT_FOUND]",
            "[about:blank, /problems/not-found], x-enum-varnames: [BLANK, NOT_FOUND]",
        )

        text = "the problem type 'about:blank' does not begin with /problems/: use a path that the docs pages serve"
        assert document.findings == [document.at("about:blank", text)]

    def test_a_body_without_its_status_is_reported(self, broken):
        document = broken(", status: {enum: [404]}", "")

        text = "NotFound does not restrict `status`: set its `enum` to [404]"
        assert document.findings == [document.at("    NotFound:", text)]

    def test_a_body_with_another_status_is_reported(self, broken):
        document = broken("status: {enum: [404]}", "status: {enum: [410]}")

        text = "NotFound restricts `status` to 410 in a 404 response: set its `enum` to [404]"
        assert document.at("    NotFound:", text) in document.findings

    def test_a_type_with_two_statuses_is_reported(self, broken):
        document = broken(
            "'403': {$ref: '#/components/responses/Forbidden'}", "'403': {$ref: '#/components/responses/NotFound'}"
        )

        line = document.at("[/problems/not-found]", "").split(":")[1]
        what = f"the problem type '/problems/not-found' is used with status 404, and with 403 on line {line}"
        assert document.at("[/problems/not-found]", f"{what}: use a separate type for each status") in document.findings

    @pytest.mark.parametrize(
        ("old", "member"),
        [("title: Not found, ", "title"), (", description: There is none.", "description")],
    )
    def test_a_problem_without_a_text_is_reported(self, broken, old, member):
        document = broken(old, "")

        assert document.findings == [document.at("not-found: {", f"the problem 'not-found' has no {member}: add it")]
