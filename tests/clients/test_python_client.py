"""A Python client made from the document by somebody else's generator, used against the really running server."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from tests.support.builders import new_post
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow


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
