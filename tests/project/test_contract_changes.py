"""A change of openapi.yaml alone is enforced, or the error names the code that must follow. On a copy of the project."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent

import pytest

from tests.contract.contract import OPERATIONS
from tests.support.paths import ROOT

CACHE = ROOT / ".mypy_cache"

pytestmark = pytest.mark.slow

# Runs inside the copy: sends one request as a stranger and prints the status and the body.
ASK = """
import json, sys
from starlette.testclient import TestClient
from app.migrations import run
from app.core.config import Settings
from app.main import create_app

settings = Settings(database_url="sqlite:///data/ask.db", access_log=False, response_policy="raise", address_limit=0,
                    password_memory_kib=8, password_passes=1)
run.upgrade(settings.database_url)
method, path, body, headers = json.loads(sys.argv[1])
with TestClient(create_app(settings), raise_server_exceptions=False) as client:
    response = client.request(method, path, json=body, headers=headers)
print(response.status_code, response.text)
"""


class Project:
    """A copy of the project that may be changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("app", "codegen"):  # with their bytecode, which is good for files that are not changed
            shutil.copytree(ROOT / name, folder / name)
        for name in ("openapi.yaml", "pyproject.toml"):
            shutil.copy(ROOT / name, folder / name)
        if CACHE.exists():  # `make lint` has filled it: mypy need not read every library again
            shutil.copytree(CACHE, folder / CACHE.name)
        self._written: dict[Path, str] = {}

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text that occurs once in the file."""
        path = self.folder / name
        text = path.read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self._written.setdefault(path, text)
        path.write_text(text.replace(old, new))

    def line(self, text: str) -> int:
        """The line of a text in openapi.yaml."""
        return (self.folder / "openapi.yaml").read_text().split(text)[0].count("\n") + 1

    def run(self, *command: str) -> tuple[int, str]:
        """The exit code and the output of a Python command in the copy."""
        environment = {**os.environ, "ENV": "staging", "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, *command], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stderr + done.stdout

    def generate(self) -> None:
        """`make generate`."""
        code, output = self.run("-m", "accord", "generate")
        assert code == 0, output

    def mypy(self) -> str:
        """The errors that mypy reports for the service and the toolkit."""
        code, output = self.run(
            *("-m", "mypy", "--cache-dir", str(self.folder / CACHE.name), "--no-error-summary", "app", "codegen/accord")
        )
        assert (code == 0) == (output.strip() == ""), output
        return output

    def start(self) -> tuple[int, str]:
        """What the start says of handlers and document."""
        return self.run("-m", "app", "check")

    def ask(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> tuple[int, str]:
        """Send one request to the copy's service: status and body."""
        code, output = self.run("-c", ASK, json.dumps([method, path, body, headers or {}]))
        assert code == 0, output
        status, _, text = output.splitlines()[-1].partition(" ")
        return int(status), text

    def restore(self) -> None:
        """Undo the edits."""
        for path, text in self._written.items():
            path.write_text(text)
        self._written.clear()
        shutil.rmtree(self.folder / "app" / "schemas")
        shutil.copytree(ROOT / "app" / "schemas", self.folder / "app" / "schemas")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("project"))


@pytest.fixture
def project(copy: Project) -> Iterator[Project]:
    yield copy
    copy.restore()


class TestAChangeOfTheDocumentAlone:
    def test_nothing_is_wrong_before(self, project):
        project.generate()

        assert project.mypy() == ""
        assert project.start() == (0, f"openapi.yaml: {len(OPERATIONS)} operations, each with a handler\n")

    def test_a_tighter_bound_is_enforced_at_once(self, project):
        body = {"email": "ada@example.com", "username": "ada_l", "password": "engine-no-1", "full_name": "A" * 60}
        assert project.ask("POST", "/api/v1/users", body)[0] == 201

        project.edit(
            "openapi.yaml",
            "      maxLength: 100\n      pattern: '^[^\\u0000]*$'",
            "      maxLength: 50\n      pattern: '^[^\\u0000]*$'",
        )
        project.generate()

        status, text = project.ask("POST", "/api/v1/users", {**body, "email": "b@example.com", "username": "ada_m"})
        assert status == 422
        assert json.loads(text)["errors"] == [
            {"in": "body", "pointer": "/full_name", "code": "maxLength", "message": "must be at most 50 characters long"}
        ]
        assert project.mypy() == ""

    def test_a_new_required_parameter_is_enforced_and_its_handler_named(self, project):
        parameter = "        - {name: author_id, in: query, required: true, schema: {$ref: '#/components/schemas/Id'}}\n"
        before = "profile and the list of their posts are no longer found.\n      security: []\n      parameters:\n"
        project.edit("openapi.yaml", before, before + parameter)
        project.generate()

        said = project.mypy()
        code, started = project.start()

        assert "app/api/posts.py" in said
        assert "ListPosts" in said
        assert code == 1
        assert started == (
            f"error: app.api.posts.list_posts: argument 'author_id' of listPosts is missing "
            f"(openapi.yaml:{project.line('operationId: listPosts') - 1})\n"
        )

    def test_an_enum_value_less_is_refused_and_the_code_that_names_it_found(self, project):
        project.edit("openapi.yaml", "      enum: [user, admin]", "      enum: [user]")
        project.generate()

        said = project.mypy()

        assert "app/services/users/queries.py" in said  # the column may hold what the answer may not

    def test_a_new_required_response_header_is_asked_of_the_handler(self, project):
        old = "        '200':\n          description: The post.\n          headers: *own-public-headers\n"
        text = (project.folder / "openapi.yaml").read_text()
        shared = text.split("&own-public-headers\n")[1].split("    PageNotModified:")[0]
        new = old.replace(" *own-public-headers", "") + indent(shared, "    ")
        new += "            Last-Modified: {required: true, schema: {type: string, maxLength: 29}}\n"
        project.edit("openapi.yaml", old, new)
        project.generate()

        assert "app/api/posts.py" in (said := project.mypy())
        assert 'Missing named argument "last_modified"' in said

    def test_an_answer_that_is_removed_is_found_in_its_handler(self, project):
        old = "        '204':\n          description: The session has ended."
        project.edit("openapi.yaml", old, "        '202':\n          description: The session has ended.")
        project.generate()

        assert "app/api/sessions.py" in (said := project.mypy())
        assert '"type[DeleteSession]" has no attribute "NoContent"' in said

    def test_a_new_operation_asks_for_its_handler(self, project):
        old = "  /api/v1/session-tokens:\n"
        new = """  /api/v1/session-counts:
    get:
      operationId: getSessionCount
      tags: [sessions]
      responses:
        '204': {description: Counted.}
"""
        project.edit("openapi.yaml", old, new + old)
        project.generate()

        said = project.mypy()
        code, started = project.start()
        line = project.line("operationId: getSessionCount") - 1

        assert "get_session_count" in said
        assert code == 1
        assert started == (
            f"error: openapi.yaml:{line}: operation getSessionCount has no handler: "
            "write `@GetSessionCount async def get_session_count(...)`\n"
        )

    def test_a_new_tag_asks_for_its_handler_in_every_command(self, project, subtests):
        old = "  /api/v1/session-tokens:\n"
        new = """  /api/v1/comments:
    get:
      operationId: listComments
      tags: [comments]
      responses:
        '204': {description: Listed.}
"""
        project.edit("openapi.yaml", old, new + old)
        line = project.line("operationId: listComments") - 1
        missing = (
            f"error: openapi.yaml:{line}: operation listComments has no handler: "
            "write `@ListComments async def list_comments(...)`\n"
        )

        assert project.start() == (1, missing)
        project.generate()

        for command in ("check", "serve"):
            with subtests.test(command=command):
                assert project.run("-m", "app", command) == (1, missing)
        assert project.run("-m", "app", "migrate")[0] == 0
        assert '"comments"' in project.mypy()

        module = project.folder / "app/api/comments.py"
        module.write_text(
            "from app.call import SignedIn\nfrom app.schemas.operations import ListComments\n\n\n"
            "@ListComments\nasync def list_comments(call: SignedIn) -> ListComments.NoContent:\n"
            "    return ListComments.NoContent()\n"
        )
        unregistered = project.start()
        project.edit("app/api/__init__.py", "    factors,\n", "    comments,\n    factors,\n")
        code, started = project.start()
        module.unlink()
        assert unregistered == (1, missing)
        assert (code, started) == (0, f"openapi.yaml: {len(OPERATIONS) + 1} operations, each with a handler\n")

    def test_an_operation_that_is_removed_is_named_with_the_module_of_its_handler(self, project):
        text = (project.folder / "openapi.yaml").read_text()
        operation = text[text.index("  /health/ready:\n") : text.index("  /api/v1/sessions:\n")]
        project.edit("openapi.yaml", operation, "")
        project.generate()

        code, started = project.start()

        assert code == 1
        assert started.startswith("error: app.api.health: cannot import name 'GetReadiness'")
        assert started.endswith(": the document has no such operation: remove its handler\n")


class TestAHandlerThatLeavesTheDocument:
    def test_a_deleted_handler_stops_the_start(self, project):
        handler = (project.folder / "app/api/health.py").read_text().split("@GetReadiness")[1]
        project.edit("app/api/health.py", "@GetReadiness" + handler, "")

        code, started = project.start()

        assert "get_readiness" in project.mypy()
        assert code == 1
        assert "operation getReadiness has no handler: write `@GetReadiness async def get_readiness(...)`" in started

    def test_a_deleted_handler_may_be_stood_in_for_by_the_document(self, project, monkeypatch):
        handler = (project.folder / "app/api/health.py").read_text().split("@GetReadiness")[1]
        project.edit("app/api/health.py", "@GetReadiness" + handler, "")
        monkeypatch.setenv("MOCK", "true")

        assert project.ask("GET", "/health/ready") == (200, '{"status":"ready"}')

    def test_a_misspelt_operation_id_is_named_with_its_line(self, project):
        project.edit("openapi.yaml", "operationId: getReadiness", "operationId: getReadyness")

        code, started = project.start()

        assert code == 1
        assert started == (
            "error: app.api.health.get_readiness: the document has no operation getReadiness: "
            "remove the handler or run `accord generate`\n"
            f"error: openapi.yaml:{project.line('operationId: getReadyness') - 1}: operation getReadyness has no handler: "
            "write `@GetReadyness async def get_readyness(...)`\n"
        )

    def test_a_second_handler_stops_the_start(self, project):
        again = "\n\n@GetHealth\nasync def get_health_too(call):\n    return GetHealth.OK(HealthRow('healthy'))\n"
        end = '    return GetReadiness.OK(ReadinessRow("ready"))\n'
        project.edit("app/api/health.py", end, end + again)

        code, started = project.start()

        assert code == 1
        assert started == (
            "error: app.api.health.get_health_too: operation getHealth already has a handler, "
            "app.api.health.get_health: remove one\n"
        )

    def test_an_undocumented_answer_is_a_type_error(self, project):
        project.edit("app/api/users.py", "    return DeleteUser.NoContent()", "    return DeleteUser.Accepted()")

        assert '"type[DeleteUser]" has no attribute "Accepted"' in project.mypy()

    def test_a_forgotten_header_is_a_type_error(self, project):
        project.edit(
            "app/api/posts.py",
            "    return GetPost.OK(post, etag=etag(post.version))",
            "    return GetPost.OK(post)",
        )

        assert 'Missing named argument "etag" for "OK"' in project.mypy()

    def test_an_undocumented_problem_is_told_as_500_and_never_sent(self, project):
        problems = "from app.schemas.problems import "
        project.edit("app/services/profiles/__init__.py", problems, f"{problems}LastAdmin, ")
        project.edit(
            "app/services/profiles/__init__.py",
            'raise NotFound(f"There is no profile {user_id}.")',
            'raise LastAdmin("not documented here")',
        )

        status, text = project.ask("GET", "/api/v1/user-profiles/7")

        assert status == 500
        assert "not documented here" not in text


class TestTheSourcesNameNothingOfTheContract:
    def test_handlers_and_rules_hold_no_path_status_or_header(self):
        document = (ROOT / "openapi.yaml").read_text()
        assert "/api/v1/users" in document

        names = r"/api/|/health|\b[2-5][0-9]{2}\b|ETag|Location|If-Match|X-Request-ID"
        command = ["git", "grep", "-nE", names, "--", "app/api", "app/services"]
        found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout

        assert [line for line in found.splitlines() if '"""' not in line and "#" not in line] == []
