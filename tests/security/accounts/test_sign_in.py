"""S01, S03-S05, S08, S09, S12, S13: how users sign in, and for how long."""

from __future__ import annotations

import itertools
import time

import pytest

from app.core.security.passwords import DEMO_PASSWORD
from tests.security.client import code, fresh_address, same
from tests.security.service import INTERVAL
from tests.support.builders import PASSWORD
from tests.support.commands import messages, runner

pytestmark = pytest.mark.slow

WRONG = "wrong-guess-17"
NEW_PASSWORD = "otter-kayak-47-lantern"


def test_s01_wrong_password_unknown_inactive_and_unverified_user_get_the_same_response(service, user):
    """A wrong password, an unknown, an inactive and an unverified user get the same status, headers and body."""
    inactive, unverified = service.sign_up(), service.new()
    service.post("/users", unverified)
    service.database.execute("UPDATE users SET is_active = ? WHERE id = ?", (False, inactive.id))

    answers = [
        service.try_to_sign_in(user.username, WRONG),
        service.try_to_sign_in("nobody_at_all"),
        service.try_to_sign_in("nobody@example.com"),
        service.try_to_sign_in(inactive.username),
        service.try_to_sign_in(unverified["username"]),
        service.try_to_sign_in(unverified["email"], WRONG),
    ]

    assert code(answers[0]) == (401, "invalid-credentials")
    assert all(same(answer) == same(answers[0]) for answer in answers)
    assert len({tuple(answer.headers.keys()) for answer in answers}) == 1
    assert len({answer.headers["Content-Length"] for answer in answers}) == 1


def test_s03_failures_of_others_delay_the_owner_and_never_lock_them_out(service, user):
    """After failures from many addresses unknown ones wait; the correct password still works, from wherever it comes."""
    home = fresh_address()
    service.sign_in(user.username, address=home)

    assert service.makes_wait(lambda: service.try_to_sign_in(user.username, WRONG))

    assert service.try_to_sign_in(user.email, address=home).status_code == 201
    assert service.try_to_sign_in(user.username).status_code == 201


def test_s04_one_address_cannot_try_a_password_on_many_accounts(service, user):
    """Failures of one address are counted over all accounts: beyond the limit it is refused, and no other address is."""
    attacker, victims = fresh_address(), itertools.count()

    service.exhaust("SIGN_IN_FAILURE_LIMIT", lambda: service.try_to_sign_in(f"victim_{next(victims)}", WRONG, address=attacker))

    assert service.try_to_sign_in(user.username).status_code == 201


def test_s05_guesses_of_codes_proofs_and_tokens_are_throttled_too(service, user):
    """Guesses of second factors count as failed sign-ins and are few; proofs count per session, and tokens per address."""
    service.add_factor(user)
    codes = itertools.count(100_000)
    assert service.makes_wait(lambda: service.try_to_sign_in(user.username, totp_code=str(next(codes))))
    service.exhaust("GUESS_LIMIT", lambda: service.try_to_sign_in(user.username, totp_code=str(next(codes))))

    other = service.sign_up()
    waits = []
    for _ in range(service.most("SIGN_IN_LIMIT") + 2):
        before = time.monotonic()
        proof = service.post("/reauthentications", {"password": WRONG}, headers=other.headers)
        waits.append(time.monotonic() - before)
        assert code(proof) == (403, "verification-failed")
    assert min(waits[-2:]) >= 0.9 * INTERVAL

    for path, body in (
        ("/session-tokens", {"refresh_token": "acr_" + "0" * 72}),
        ("/password-reset-confirmations", {"token": "acp_" + "0" * 72, "password": NEW_PASSWORD}),
    ):
        attacker = fresh_address()
        guesses = service.exhaust("ADDRESS_LIMIT", lambda: service.post(path, body, address=attacker))  # noqa: B023 - at once
        assert {guess.status_code for guess in guesses} <= {401, 409, 429}


def test_s08_a_password_change_ends_the_other_sessions_and_not_its_own(service, user):
    """Other sessions end when the password is changed; the one that changed it continues."""
    other = service.sign_in(user.username)

    changed = service.put(
        "/users/me/password", {"current_password": PASSWORD, "new_password": NEW_PASSWORD}, headers=user.headers
    )

    assert changed.status_code == 204
    assert (service.is_signed_in(user.tokens), service.is_signed_in(other)) == (True, False)
    assert service.refresh(user.tokens["refresh_token"]).status_code == 201
    assert service.refresh(other["refresh_token"]).status_code == 401
    statuses = [service.try_to_sign_in(user.username, password).status_code for password in (PASSWORD, NEW_PASSWORD)]
    assert statuses == [401, 201]


def test_s09_sessions_end_when_they_are_idle_and_after_their_whole_lifetime(service, user):
    """A session that is not refreshed ends after 30 days, and one that is refreshed after 90 days at the latest."""
    idle, tokens = service.sign_in(user.username), user.tokens
    service.age_session(idle, minutes=16)
    assert not service.is_signed_in(idle)
    service.age_session(idle, days=30)
    assert code(service.refresh(idle["refresh_token"])) == (401, "invalid-refresh-token")

    for _ in range(3):
        service.age_session(tokens, days=29)
        tokens = service.refresh(tokens["refresh_token"]).json()
    assert service.is_signed_in(tokens)
    assert 0 < tokens["refresh_expires_in"] <= 3 * 86_400
    service.age_session(tokens, days=2, hours=23, minutes=59)
    tokens = service.refresh(tokens["refresh_token"]).json()
    assert 0 < tokens["expires_in"] <= 60
    service.age_session(tokens, minutes=1)
    assert not service.is_signed_in(tokens)
    assert service.refresh(tokens["refresh_token"]).status_code == 401


def test_s12_a_password_is_changed_by_its_owner_who_knows_it(service, user, admin):
    """Without the current password, or with a wrong one, no password changes; administrators cannot set one."""
    missing = service.put("/users/me/password", {"new_password": NEW_PASSWORD}, headers=user.headers)
    wrong = service.put("/users/me/password", {"current_password": WRONG, "new_password": NEW_PASSWORD}, headers=user.headers)
    for name in ("password", "new_password", "password_hash"):
        refused = service.patch(f"/users/{user.id}", {name: NEW_PASSWORD}, headers=admin.headers)
        assert code(refused) == (422, "unprocessable-content")
    path = f"/users/{user.id}/password"
    by_path = service.put(path, {"current_password": PASSWORD, "new_password": NEW_PASSWORD}, headers=admin.headers)

    assert code(missing) == (422, "unprocessable-content")
    assert code(wrong) == (403, "verification-failed")
    assert by_path.status_code == 404
    assert service.try_to_sign_in(user.username).status_code == 201


def test_s13_there_are_no_default_credentials_and_no_start_without_a_secret(service, tmp_path):
    """No default credentials work, and outside development nothing starts without a secret, or with the sample value."""
    for name in ("admin", "root", "administrator", "test", "demo", "grace"):
        for password in ("admin", "password", "changeme", "root", name, DEMO_PASSWORD):
            assert service.try_to_sign_in(name, password).status_code in {401, 422}
    taken = service.post("/users", service.new(password=DEMO_PASSWORD))
    assert code(taken) == (409, "weak-password")

    if service.is_sqlite:  # it does not depend on the database
        run = runner(tmp_path)
        sample = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
        for env, key in (("production", ""), ("production", sample), ("staging", sample)):
            assert messages(run("serve", ENV=env, SECRET_KEY=key), 2)[0].startswith("SECRET_KEY: ")
