"""Rules: names of operations, paths, parameters and aliases."""

import pytest

VERBS = (
    "use one of list, get, create, update, replace, delete, set, change, request, confirm, enrol, rotate, redeliver, export"
    " followed by a noun, in camelCase, as in getUser"
)


class TestOperations:
    @pytest.mark.parametrize(
        ("old", "new", "mark", "text"),
        [
            ("Id: createUser", "Id: addUser", "Id: addUser", f"operationId 'addUser' is not a verb and a noun: {VERBS}"),
            (
                "Id: createUser",
                "Id: create_user",
                "Id: create_",
                f"operationId 'create_user' is not a verb and a noun: {VERBS}",
            ),
            ("Id: createUser", "Id: create", "Id: create\n", f"operationId 'create' is not a verb and a noun: {VERBS}"),
            (
                "Id: createUser",
                "Id: replaceUser",
                "Id: replaceUser",
                "operationId 'replaceUser' does not match the method POST: use PUT, or another verb",
            ),
            ("tags: [users]", "tags: []", "    get:", "GET /api/v1/users has 0 tags: use exactly one"),
            ("tags: [users]", "tags: [users, users]", "    get:", "GET /api/v1/users has 2 tags: use exactly one"),
            (
                "tags: [users]",
                "tags: [people]",
                "tags: [people]",
                "the tag 'people' is not declared: add it to the document's `tags`",
            ),
            (
                ", description: Accounts.",
                "",
                "- {name: users}",
                "the tag 'users' has no description: describe what its operations do",
            ),
            (
                "Accounts.}\n",
                "Accounts.}\n  - {name: posts, description: Texts.}\n",
                "- {name: posts",
                "the tag 'posts' is not used by any operation: remove it",
            ),
            (
                "      summary: List users\n",
                "",
                "    get:",
                "GET /api/v1/users has no summary: describe in a few words what it does",
            ),
        ],
    )
    def test_an_inconsistent_name_is_reported(self, broken, old, new, mark, text):
        document = broken(old, new)

        assert document.at(mark, text) in document.findings


class TestPaths:
    @pytest.mark.parametrize(
        ("path", "text"),
        [
            ("/api/v1/users/", "ends with a slash: remove it"),
            ("/api/v1/blogUsers", "has the segment 'blogUsers', which is not kebab-case: use lowercase words joined by `-`"),
            ("/api/v1/blog_users", "has the segment 'blog_users', which is not kebab-case: use lowercase words joined by `-`"),
            ("/api/v1/fetch-users", "has the segment 'fetch-users', an action: name the resource; the method is the verb"),
            ("/api/v1/user", "has the singular collection name 'user': use the plural"),
        ],
    )
    def test_a_path_without_nouns_is_reported(self, broken, path, text):
        document = broken("  /api/v1/users:", f"  {path}:")

        assert document.findings == [document.at(f"  {path}:", f"{path} {text}")]

    def test_one_of_a_singular_collection_is_reported(self, broken):
        document = broken("  /api/v1/users/{user_id}:", "  /api/v1/user/{user_id}:")

        text = "/api/v1/user/{user_id} has the singular collection name 'user': use the plural"
        assert document.findings == [document.at("  /api/v1/user/{", text)]

    def test_a_plural_without_s_is_a_plural(self, broken):
        document = broken("  /api/v1/users:", "  /api/v1/people:")

        assert document.findings == []


class TestParameters:
    @pytest.mark.parametrize(
        ("old", "new", "mark", "text"),
        [
            (
                "name: page_size",
                "name: pageSize",
                "name: pageSize",
                "the parameter 'pageSize' is not snake_case: use lowercase words joined by `_`",
            ),
            (
                "name: page_size",
                "name: page_size\n          required: true",
                "default: 10",
                "the parameter 'page_size' is required and has a default: make it optional or remove the default",
            ),
        ],
    )
    def test_an_inconsistent_name_is_reported(self, broken, old, new, mark, text):
        document = broken(old, new)

        assert document.findings == [document.at(mark, text)]

    def test_headers_have_a_spelling_of_their_own(self, broken):
        header = "X-Trace-ID, in: header, schema: {type: string, maxLength: 9, pattern: '^[0-9]*$'}"

        document = broken("        - {name: If-Match", f"        - {{name: {header}}}\n        - {{name: If-Match")

        assert document.findings == []

    def test_only_headers_with_a_grammar_need_no_pattern(self, broken):
        document = broken("name: If-Match", "name: If-Lucky")

        where = "PATCH /api/v1/users/{user_id}.parameters.If-Lucky"
        text = "is request input without a `pattern`: add one, at least `^[^\\u0000]*$`"
        assert document.at("name: If-Lucky", f"{where} {text}") in document.findings


class TestAliases:
    @pytest.mark.parametrize(
        ("alias", "text"),
        [
            ("{/api: /api/v1/}", "the alias '/api' is not a path prefix: begin and end it with `/`"),
            ("{/api/: /api/v1}", "the alias '/api/v1' is not a path prefix: begin and end it with `/`"),
            ("{/api/: /api/v2/}", "the alias '/api/' stands for '/api/v2/', which no path begins with: correct or remove it"),
        ],
    )
    def test_an_alias_that_leads_nowhere_is_reported(self, broken, alias, text):
        document = broken("{/api/: /api/v1/}", alias)

        assert document.findings == [document.at("x-accord-alias", text)]
