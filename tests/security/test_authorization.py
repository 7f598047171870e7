"""S35-S44: what one user can learn of another, or do to them. S34, the matrix of all operations, is in `matrix/`."""

from __future__ import annotations

import pytest

from tests.contract.contract import OPERATIONS, Operation, members
from tests.contract.wire import Request
from tests.security.client import code, fresh_address, same
from tests.security.matrix.responses import undocumented
from tests.security.matrix.things import Things
from tests.support.builders import new_post

pytestmark = pytest.mark.slow


def test_s35_an_id_of_somebody_else_reaches_nothing_of_theirs(service, user):
    """Ids of others in a path, a body, a query or a cursor reach nothing that belongs to them."""
    other = service.sign_up()
    draft = service.write(other, is_published=False)
    mine = user.headers

    for method, path in (
        *(("GET", f"/users/{other.id}"), ("PATCH", f"/users/{other.id}"), ("DELETE", f"/users/{other.id}")),
        *(("GET", f"/users/{other.id}/export"), ("PUT", f"/users/{other.id}/role")),
    ):
        body = {"json": {"role": "admin"} if "role" in path else {"bio": "mine"}} if method in {"PATCH", "PUT"} else {}
        assert code(service.send(method, path, headers=mine, **body)) == (403, "forbidden"), path
    for method, path in (
        *(("GET", f"/posts/{draft['id']}"), ("DELETE", f"/posts/{draft['id']}")),
        *(("DELETE", f"/sessions/{other.tokens['session_id']}"), ("DELETE", f"/users/me/factors/{other.id}")),
    ):
        assert code(service.send(method, path, headers=mine)) == (404, "not-found"), path
    for name in ("author_id", "owner_id", "user_id"):
        assert code(service.post("/posts", new_post(**{name: other.id}), headers=mine)) == (422, "unprocessable-content")
        assert code(service.get("/users/me", params={name: other.id}, headers=mine)) == (422, "unprocessable-content")
    posts = f"/users/{other.id}/posts"
    for _ in range(2):
        service.write(other, is_published=False)
    cursor = service.get(posts, params={"page_size": 1}, headers=other.headers).json()["next_cursor"]
    with_cursor = service.get(posts, params={"page_size": 1, "cursor": cursor}, headers=mine)
    assert with_cursor.status_code == 404 or not with_cursor.json()["posts"]
    assert service.get("/users/me", headers=other.headers).json()["bio"] != "mine"


def test_s36_a_walk_through_ids_shows_the_public_profile_and_nothing_else(service, user):
    """Whether an id exists cannot be told where that is promised, and a profile has only public members."""
    beyond = 10**9
    others = [service.sign_up() for _ in range(3)]

    for path in ("/users/{}", "/users/{}/export"):
        known, unknown = (service.get(path.format(number), headers=user.headers) for number in (others[0].id, beyond))
        assert same(known) == same(unknown)
        assert known.status_code == 403
    draft = service.write(others[0], is_published=False)
    known, unknown = (service.get(f"/posts/{number}", headers=user.headers) for number in (draft["id"], beyond))
    assert known.status_code == unknown.status_code == 404
    assert known.json()["detail"].replace(str(draft["id"]), str(beyond)) == unknown.json()["detail"]
    profiles = [service.get(f"/user-profiles/{number}") for number in range(1, user.id)]
    shown = [profile.json() for profile in profiles if profile.status_code == 200]
    assert shown
    assert {name for profile in shown for name in profile} == {*members({"$ref": "#/components/schemas/UserProfile"})}
    assert not {"email", "email_verified", "role", "is_active"} & {*shown[0]}
    text = "".join(profile.text for profile in profiles)
    assert not [email for [email] in service.database.execute("SELECT email FROM users") if email in text]


STOLEN = {
    "role": "admin",
    "is_active": False,
    "id": 1,
    "is_admin": True,
    "hashed_password": "x",
    "password_hash": "x",
    "created_at": "2020-01-01T00:00:00Z",
    "email_verified": True,
    "owner_id": 1,
    "author_id": 1,
    "version": 7,
}


def test_s37_no_member_that_is_not_offered_can_be_assigned(service, user):
    """Members such as `role`, `id` and `email_verified` are refused when a user or a post is created or changed."""
    post = service.write(user)
    before = service.get("/users/me", headers=user.headers).json()

    for name, value in STOLEN.items():
        sent = {name: value}
        assert service.post("/users", service.new(**sent)).status_code == 422, name
        assert service.post("/posts", new_post(**sent), headers=user.headers).status_code == 422, name
        changed = service.patch(f"/users/{user.id}", sent, headers=user.headers)
        assert changed.status_code == (403 if name == "is_active" else 422), name
        assert service.patch(f"/posts/{post['id']}", sent, headers=user.headers).status_code == 422, name

    assert service.get("/users/me", headers=user.headers).json() == before
    created = service.post("/users", service.new()).json()
    assert (created["role"], created["is_active"]) == ("user", True)


def _reads(operation: Operation) -> bool:
    return operation.method == "GET" and "application/json" in operation.responses[200].content


@pytest.mark.parametrize("who", ["user", "admin"])
def test_s38_responses_have_no_member_that_the_document_does_not_name(service, user, admin, who):
    """No response contains a password, a hash, a secret, or a member that its schema does not name."""
    sender = {"user": user, "admin": admin}[who]
    service.key(sender)
    service.write(sender)

    for operation in filter(_reads, OPERATIONS):
        if "admin" in operation.roles and who == "user":
            continue
        things = Things(service, sender)
        request = Request.on_rows(operation, **things.path_of(operation))
        headers = {"X-Forwarded-For": fresh_address(), **sender.headers}
        response = service.client.get(request.path, headers=headers)
        things.remove()
        assert response.status_code == 200, (operation.id, response.text)
        assert undocumented(operation.responses[200].content["application/json"], response.json()) == [], operation.id
        for secret in ("$argon2", "password_hash", "access_hash", sender.tokens["access_token"], "acr_", "ack_"):
            assert secret not in response.text, operation.id
        if "admin" not in operation.roles:
            assert response.text.replace(sender.email, "").count("@example.com") == 0, operation.id


def test_s39_the_method_is_the_one_of_the_request(service, user):
    """Headers and parameters that override the method are ignored."""
    path = f"/users/{user.id}"
    for name in ("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"):
        assert service.get(path, headers={**user.headers, name: "DELETE"}).status_code == 200
        assert service.post(path, {}, headers={**user.headers, name: "DELETE"}).status_code == 405
    assert service.get(path, params={"_method": "DELETE"}, headers=user.headers).status_code == 422
    assert service.post("/posts", {**new_post(), "_method": "DELETE"}, headers=user.headers).status_code == 422

    assert service.is_signed_in(user.tokens)


def test_s40_no_spelling_of_a_path_reaches_an_operation_without_its_rights(service, user):
    """Other cases, doubled and trailing slashes, dots, parameters and encoded slashes are other paths, and never redirect."""
    spellings = [
        *("/API/V1/USERS", "/api/v1//users", "/api/v1/users/", "/api//v1/users", "//api/v1/users", "/api/v1/./users"),
        *("/api/v1/users/me/../../users", "/api/v1/users;a=b", "/api/v1/%75sers/", "/api%2fv1%2fusers", "/api/v1/users%2f"),
        *("/api/v1/x/%2e%2e/users", "/api/v1/users%00", "/api/v1/users%20", "/api/v1/users.json", "/api/v1/users\\", "/users"),
    ]
    for path in spellings:
        for headers in (dict[str, str](), user.headers):
            response = service.client.get(service.url + path, headers={"X-Forwarded-For": fresh_address(), **headers})
            assert response.status_code in {400, 404, 401, 403}, path
            assert "Location" not in response.headers
    for path in ("/api/users", "/api/v1/users", "/api/v1/%75sers"):
        response = service.client.get(service.url + path, headers={"X-Forwarded-For": fresh_address(), **user.headers})
        assert response.status_code in {403, 404}, path


def test_s41_the_last_administrator_stays(service):
    """The last active administrator cannot be deleted, demoted or deactivated, also when two do it to each other at once."""
    last = service.sign_up_admin()
    service.database.execute("UPDATE users SET role = 'user' WHERE id <> ?", (last.id,))
    path = f"/users/{last.id}"
    for response in (
        service.delete(path, headers=last.headers),
        service.patch(path, {"is_active": False}, headers=last.headers),
        service.put(f"{path}/role", {"role": "user"}, headers=last.headers),
    ):
        assert code(response) == (409, "last-admin")

    for act in ("delete", "deactivate", "demote"):
        first, second = service.sign_up_admin(), service.sign_up_admin()
        service.database.execute("UPDATE users SET role = 'user' WHERE id NOT IN (?, ?)", (first.id, second.id))
        send = {
            "delete": lambda by, whom: service.delete(f"/users/{whom.id}", headers=by.headers),
            "deactivate": lambda by, whom: service.patch(f"/users/{whom.id}", {"is_active": False}, headers=by.headers),
            "demote": lambda by, whom: service.put(f"/users/{whom.id}/role", {"role": "user"}, headers=by.headers),
        }[act]
        answers = service.together(
            lambda first=first, second=second, send=send: send(first, second),
            lambda first=first, second=second, send=send: send(second, first),
        )
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses[0] < 300 <= statuses[1] < 500, act
        left = service.database.one("SELECT count(*) FROM users WHERE role = 'admin' AND is_active")
        assert left is not None
        assert left[0] == 1


def test_s42_a_field_of_administrators_is_forbidden_to_others(service, user, admin):
    """`is_active` sent by a user who is no administrator is 403, for their own account too."""
    for value in (True, False):
        refused = service.patch(f"/users/{user.id}", {"is_active": value}, headers=user.headers)
        assert code(refused) == (403, "forbidden")
    key = service.key(user, ["users:write"])
    assert code(service.patch(f"/users/{user.id}", {"is_active": True}, headers=key)) == (403, "forbidden")

    assert service.patch(f"/users/{user.id}", {"is_active": False}, headers=admin.headers).status_code == 200


def test_s43_no_answer_to_one_user_is_served_to_another(service, user):
    """The same URL with another token, or without one, is another answer, also with the ETag of the first."""
    other = service.sign_up()
    draft = service.write(user, is_published=False)
    paths = {"/users/me": 401, f"/posts/{draft['id']}": 404, f"/users/{user.id}/posts": 200, "/posts": 200}

    for path, to_nobody in paths.items():
        for _ in range(2):
            mine = service.get(path, headers=user.headers)
            theirs = service.get(path, headers=other.headers)
            nobodys = service.get(path, headers={"If-None-Match": mine.headers.get("ETag", '"1"')})
            assert mine.status_code == 200
            assert nobodys.status_code in {to_nobody, 304 if path == "/posts" else to_nobody}, path
            for response in (theirs, nobodys):
                assert draft["title"] not in response.text or path == "/posts"
                assert user.email not in response.text
    assert "Authorization" in service.get(f"/users/{user.id}/posts").headers["Vary"]
    assert service.get("/users/me", headers=user.headers).headers["Cache-Control"] == "no-store"


def test_s44_drafts_of_others_are_in_no_list_count_or_search(service, user):
    """A draft is in no list, total, cursor or search of anybody but its author."""
    other = service.sign_up()
    service.write(user, title="A published one")
    before = service.get("/posts", params={"page_size": 1}).json()["total"]
    draft = service.write(user, title="Unpublished zyzzyva", is_published=False)

    own = f"/users/{user.id}/posts"
    for headers in (dict[str, str](), other.headers):
        listed = service.get(own, headers=headers).json()
        assert (listed["total"], [post["id"] == draft["id"] for post in listed["posts"]]) == (1, [False])
        for params in ({"page_size": 100}, {"page_size": 100, "page": 2}):
            found = service.get("/posts", params=params, headers=headers)
            assert "zyzzyva" not in found.text
    assert service.get("/posts", params={"page_size": 1}).json()["total"] == before
    assert service.get(own, headers=user.headers).json()["total"] == 2
