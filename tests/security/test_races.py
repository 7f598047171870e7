"""S74-S77, S79: requests at the same time. A kill between commit and mail (S78) is in `tests/faults/test_mail.py`."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable

import httpx2
import pyotp
import pytest

from tests.security.client import code
from tests.support.builders import PASSWORD, new_post

pytestmark = pytest.mark.slow

CROWD = 50


def _case(text: str, number: int) -> str:
    """The text in another case for each number."""
    return "".join(letter.upper() if number >> at & 1 else letter for at, letter in enumerate(text))


@pytest.mark.parametrize("same", ["email", "username"])
def test_s74_of_50_sign_ups_with_one_name_in_any_case_one_succeeds(service, same):
    """Of 50 parallel sign-ups with one address or user name, in any case, one is 201, all others 409, and one mail is sent."""
    first = service.new()
    bodies = [{**service.new(), same: _case(first[same], number)} for number in range(CROWD)]

    answers = service.together(*[lambda body=body: service.post("/users", body) for body in bodies])

    statuses = Counter(answer.status_code for answer in answers)
    assert statuses == {201: 1, 409: CROWD - 1}
    assert {code(answer)[1] for answer in answers if answer.status_code == 409} == {"already-registered"}
    service.settle()
    addresses = {body["email"] for body in bodies}
    assert len([mail for mail in service.mails.mails if mail.recipients[0] in addresses]) == 1


def test_s75_of_two_changes_of_one_version_one_succeeds(service, user):
    """Of parallel changes with the same ETag one is 200 and the others are 412."""
    post = service.write(user)
    headers = {**user.headers, "If-Match": service.get(f"/posts/{post['id']}").headers["ETag"]}

    answers = service.together(
        *[lambda n=n: service.patch(f"/posts/{post['id']}", {"title": f"By {n}"}, headers=headers) for n in range(6)]
    )

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 5
    [winner] = [answer for answer in answers if answer.status_code == 200]
    assert service.get(f"/posts/{post['id']}").json()["title"] == winner.json()["title"]


def test_s76_a_change_during_a_deletion_leaves_no_orphan(service, admin):
    """Changes and new posts while their user is deleted are done before it or refused; no row is left, and nothing is 500."""
    for _ in range(4):
        user = service.sign_up()
        path, post = f"/users/{user.id}", service.write(user)
        requests: list[Callable[[], httpx2.Response]] = [
            functools.partial(service.patch, path, {"bio": "x"}, headers=admin.headers),
            functools.partial(service.post, "/posts", new_post(), headers=user.headers),
            functools.partial(service.patch, f"/posts/{post['id']}", {"title": "x"}, headers=user.headers),
            functools.partial(service.delete, path, headers=admin.headers),
            functools.partial(service.post, "/posts", new_post(), headers=user.headers),
            functools.partial(service.delete, path, headers=admin.headers),
            functools.partial(service.try_to_sign_in, user.username),
        ]

        answers = service.together(*requests)

        assert sorted(answers[at].status_code for at in (3, 5)) == [204, 404]
        assert {answer.status_code for answer in answers} <= {200, 201, 204, 401, 404}
        for table, column in (("posts", "author_id"), ("sessions", "user_id"), ("known_addresses", "user_id")):
            assert not service.database.execute(f"SELECT 1 FROM {table} WHERE {column} = ?", (user.id,))  # noqa: S608 - ours
        assert service.get(path, headers=admin.headers).status_code == 404


def test_s77_an_idempotency_key_has_one_effect(service, user):
    """Of parallel requests with one key one takes effect; another payload is 422, and another caller is independent."""
    key, body = {"Idempotency-Key": f"one-key-of-{user.id:010}"}, new_post()

    answers = service.together(*[lambda: service.post("/posts", body, headers={**user.headers, **key})] * 20)

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.text for answer in answers if answer.status_code == 201}) == 1
    assert service.get(f"/users/{user.id}/posts").json()["total"] == 1
    assert service.post("/posts", body, headers={**user.headers, **key}).status_code == 201
    other = service.post("/posts", new_post(title="Another"), headers={**user.headers, **key})
    assert code(other) == (422, "idempotency-key-reused")
    stranger = service.sign_up()
    theirs = service.post("/posts", body, headers={**stranger.headers, **key})
    assert (theirs.status_code, theirs.json()["author_id"]) == (201, stranger.id)


def test_s79_a_token_and_a_code_are_valid_for_one_of_parallel_requests(service, user):
    """A reset token, a code of an app and a recovery code, each used in parallel, succeed once."""
    service.post("/password-resets", {"email": user.email})
    token = service.mailed_token(user.email, subject="Reset")
    body = {"token": token, "password": PASSWORD}
    resets = service.together(*[lambda: service.post("/password-reset-confirmations", body)] * 6)
    assert sorted(answer.status_code for answer in resets) == [204] + [409] * 5

    headers = {"Authorization": f"Bearer {service.sign_in(user.username)['access_token']}"}
    secret = service.post("/users/me/totp", {"name": "Phone"}, headers=headers).json()["secret"]
    app = pyotp.TOTP(secret)
    confirmed = service.post("/users/me/totp-confirmations", {"code": app.now()}, headers=headers)
    recovery = confirmed.json()["recovery_codes"][0]
    service.database.execute("UPDATE factors SET counter = 0 WHERE user_id = ?", (user.id,))
    for proof in ({"totp_code": app.now()}, {"recovery_code": recovery}):
        signed = service.together(*[lambda proof=proof: service.try_to_sign_in(user.username, **proof)] * 6)
        assert sorted(answer.status_code for answer in signed) == [201] + [401] * 5, proof
