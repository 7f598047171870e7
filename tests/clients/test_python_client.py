"""A Python client made from the document by somebody else's generator, used against the really running server."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from tests.support.builders import PASSWORD, new_post, new_user
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """What openapi-python-client said while it wrote the package `accord_client` into its working directory, `args[-1]`."""
    folder = tmp_path_factory.mktemp("client") / "generated"
    command: list[str | Path] = [
        BIN / "openapi-python-client",
        "generate",
        "--path",
        ROOT / "openapi.yaml",
        "--output-path",
        folder,
    ]
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"  # it calls ruff
    return subprocess.run(command, env={**os.environ, "PATH": path}, check=True, capture_output=True, text=True)


@pytest.fixture(scope="module")
def folder(generated: subprocess.CompletedProcess[str]) -> Path:
    """Where the package is."""
    return Path(generated.args[-1])


class Visitor:
    """Somebody at the service: the generated client, without a token or with one, and its package by the document's names."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.models: Any = importlib.import_module("accord_client.models")

    def call(self, tag: str, operation: str, **arguments: Any) -> Any:
        """The whole answer of an operation: `status_code`, `headers`, `parsed`."""
        module = importlib.import_module(f"accord_client.api.{tag}.{operation}")
        return module.sync_detailed(client=self._client, **arguments)

    def sign_in(self, username: str) -> Any:
        """The tokens of a new session."""
        body = self.models.SessionCreate(identifier=username, password=PASSWORD)
        return self.call("sessions", "create_session", body=body).parsed

    def sign_up(self, **changes: Any) -> Any:
        """The whole answer of createUser, for somebody new."""
        return self.call("users", "create_user", body=self.models.UserCreate.from_dict(new_user(**changes)))


@pytest.fixture(scope="module")
def package(folder: Path) -> Iterator[Any]:
    """The generated package, imported."""
    sys.path.insert(0, str(folder))
    yield importlib.import_module("accord_client")
    sys.path.remove(str(folder))


@pytest.fixture
def enter(package: Any, server_url: str) -> Iterator[Callable[[str], Visitor]]:
    """Makes a visitor with an access token; their connections end with the test."""
    with ExitStack() as clients:

        def visitor(token: str) -> Visitor:
            client = package.AuthenticatedClient(base_url=server_url, token=token, raise_on_unexpected_status=True)
            return Visitor(clients.enter_context(client))

        yield visitor


@pytest.fixture
def visitor(package: Any, server_url: str) -> Iterator[Visitor]:
    """Nobody yet."""
    with package.Client(base_url=server_url, raise_on_unexpected_status=True) as client:
        yield Visitor(client)


@pytest.fixture
def signed_in(enter: Callable[[str], Visitor], visitor: Visitor) -> Callable[[str], Visitor]:
    """Makes a visitor who has signed in under a username."""
    return lambda username: enter(visitor.sign_in(username).access_token)


class TestGeneration:
    def test_the_generator_warns_about_nothing(self, generated):
        said = generated.stdout + generated.stderr

        assert "WARNING" not in said.upper(), said
        assert "unsupported" not in said.lower(), said

    def test_every_operation_is_in_the_client(self, folder):
        from_document = (ROOT / "openapi.yaml").read_text().count("\n      operationId: ")
        modules = [path for path in (folder / "accord_client" / "api").glob("*/*.py") if path.stem != "__init__"]

        assert len(modules) == from_document


class TestUse:
    def test_a_visitor_signs_up_and_gets_a_typed_user(self, visitor):
        answer = visitor.sign_up(full_name="Grace Hopper")

        assert answer.status_code == HTTPStatus.CREATED
        assert isinstance(answer.parsed, visitor.models.User)
        assert answer.parsed.full_name == "Grace Hopper"
        assert answer.parsed.role is visitor.models.Role.USER
        assert answer.parsed.additional_properties == {}

    def test_an_administrator_reads_a_typed_page_of_users(self, visitor, signed_in):
        visitor.sign_up()
        visitor.sign_up()

        page = signed_in("admin").call("users", "list_users", page_size=2, role=visitor.models.Role.USER).parsed

        assert isinstance(page, visitor.models.UserList)
        assert [type(user) for user in page.users] == [visitor.models.User] * 2
        assert {user.role for user in page.users} == {visitor.models.Role.USER}
        assert page.total >= 2

    def test_a_page_is_followed_by_its_cursor(self, visitor):
        visitor.sign_up()
        first = visitor.call("profiles", "list_user_profiles", page_size=1).parsed

        second = visitor.call("profiles", "list_user_profiles", page_size=1, cursor=first.next_cursor)

        assert second.parsed.page == 2
        assert second.parsed.profiles[0].id > first.profiles[0].id

    def test_a_name_that_is_taken_is_a_typed_problem(self, visitor):
        user = visitor.sign_up().parsed

        answer = visitor.sign_up(username=user.username)

        assert answer.status_code == HTTPStatus.CONFLICT
        assert isinstance(answer.parsed, visitor.models.UserConflictProblem)
        assert answer.parsed.code == "already-registered"

    def test_a_refused_body_is_a_typed_problem_with_its_faults(self, visitor):
        answer = visitor.sign_up(username="x!", password="short")

        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert isinstance(answer.parsed, visitor.models.ValidationProblem)
        assert {fault.pointer for fault in answer.parsed.errors} == {"/username", "/password"}
        assert {fault.in_ for fault in answer.parsed.errors} == {visitor.models.FaultIn.BODY}

    def test_a_merge_patch_sends_only_what_was_set(self, visitor, signed_in):
        user = visitor.sign_up(full_name="Grace Hopper").parsed

        body = visitor.models.UserUpdate(bio="Compilers.")
        changed = signed_in(user.username).call("users", "update_user", user_id=user.id, body=body).parsed

        assert (changed.full_name, changed.bio) == ("Grace Hopper", "Compilers.")

    def test_a_post_is_written_and_read(self, visitor, signed_in):
        user = visitor.sign_up().parsed

        body = visitor.models.PostCreate.from_dict(new_post())
        post = signed_in(user.username).call("posts", "create_post", body=body).parsed

        assert post.author_id == user.id
        assert visitor.call("posts", "get_post", post_id=post.id).parsed == post

    def test_a_refresh_token_gives_the_next_pair(self, visitor, enter):
        user = visitor.sign_up().parsed
        tokens = visitor.sign_in(user.username)

        body = visitor.models.SessionTokenCreate(refresh_token=tokens.refresh_token)
        following = visitor.call("sessions", "create_session_token", body=body).parsed

        assert isinstance(following, visitor.models.Tokens)
        assert following.session_id == tokens.session_id
        assert enter(following.access_token).call("users", "get_current_user").parsed == user

    def test_after_sign_out_the_token_is_refused(self, visitor, signed_in):
        user = visitor.sign_up().parsed
        member = signed_in(user.username)

        over = member.call("sessions", "delete_session", session_id="current")

        assert over.status_code == HTTPStatus.NO_CONTENT
        refused = member.call("users", "get_current_user")
        assert refused.status_code == HTTPStatus.UNAUTHORIZED
        assert isinstance(refused.parsed, visitor.models.UnauthorizedProblem)
