"""S61-S66: what may be a password, and how it is compared."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from argon2 import PasswordHasher

from tests.security.client import code
from tests.support.builders import PASSWORD
from tests.support.commands import runner

pytestmark = pytest.mark.slow


def signs_up(service, password, **changes: Any):
    """Sign up with a password, and sign in with it; the status of the first."""
    new = service.new(password=password, **changes)
    created = service.post("/users", new)
    if created.status_code == 201:
        service.database.execute("UPDATE users SET email_verified = ? WHERE id = ?", (True, created.json()["id"]))
        assert service.try_to_sign_in(new["username"], password).status_code == 201
    return created


def test_s61_a_password_has_at_most_128_code_points_and_a_huge_one_is_not_hashed(service):
    """128 code points are accepted, of any script; 129 are refused, and a megabyte is refused by its size."""
    long = "".join(chr(0x4E00 + number) for number in range(126)) + "a1"

    assert signs_up(service, long).status_code == 201
    assert code(signs_up(service, f"{long}x")) == (422, "unprocessable-content")
    assert code(signs_up(service, f"{long}1" * 7700)) == (413, "content-too-large")
    assert code(service.try_to_sign_in("nobody", "a1" * 500_000)) == (413, "content-too-large")
    assert code(service.try_to_sign_in("nobody", "a1" * 50_000)) == (422, "unprocessable-content")


def test_s62_characters_after_the_seventy_second_byte_count(service):
    """Two passwords that agree in their first 72 bytes are different passwords."""
    start = "otter-kayak-9" + "a1" * 40
    user = service.sign_up(password=f"{start}first")

    assert service.try_to_sign_in(user.username, f"{start}other").status_code == 401
    assert service.try_to_sign_in(user.username, f"{start}first").status_code == 201


def test_s63_case_and_spaces_count_and_unicode_is_normalised(service):
    """Case and spaces, at the ends too, are significant; composed and decomposed letters are the same (NFC)."""
    user = service.sign_up(password=" Caf\u00e9  au lait 9 ")

    for other in ("Caf\u00e9  au lait 9 ", " Caf\u00e9  au lait 9", " Caf\u00e9 au lait 9 ", " caf\u00e9  au lait 9 "):
        assert service.try_to_sign_in(user.username, other).status_code == 401
    assert service.try_to_sign_in(user.username, " Cafe\u0301  au lait 9 ").status_code == 201


WEAK = ("passw0rd", "Password1", "qwerty123", "iloveyou1", "letmein1!", "abc12345")


def test_s64_common_and_derived_passwords_are_refused_wherever_they_are_chosen(service):
    """Common passwords and those made of the user name, the address or the product are refused on sign-up, change and reset."""
    new = service.new(username=f"marguerite{secrets.token_hex(3)}", email=f"perigueux{secrets.token_hex(3)}@example.com")
    derived = [f"{new['username']}1", f"{new['email'].partition('@')[0]}-9", "Accord123"]
    for password in (*WEAK, *derived):
        assert code(service.post("/users", {**new, "password": password})) == (409, "weak-password"), password
    user = service.sign_up(username=new["username"], email=new["email"])
    service.post("/password-resets", {"email": user.email})
    token = service.mailed_token(user.email, subject="Reset")

    for password in (WEAK[0], *derived):
        body = {"current_password": PASSWORD, "new_password": password}
        changed = service.put("/users/me/password", body, headers=user.headers)
        reset = service.post("/password-reset-confirmations", {"token": token, "password": password})
        assert code(changed) == code(reset) == (409, "weak-password"), password
    assert service.try_to_sign_in(user.username).status_code == 201


def test_s65_random_passwords_of_password_managers_are_accepted(service):
    """A pasted random password of 64 characters is accepted as it is."""
    for alphabet in ("abcdefghijklmnopqrstuvwxyz0123456789", "aB3 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"):
        password = "a1" + "".join(secrets.choice(alphabet) for _ in range(62))
        assert signs_up(service, password).status_code == 201


def test_s66_an_old_hash_is_replaced_at_the_next_sign_in_and_an_absurd_one_is_not_imported(service, user, tmp_path):
    """A hash with old parameters is replaced when the user signs in; a foreign hash of absurd cost is refused at import."""
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    service.database.execute("UPDATE users SET password_hash = ? WHERE id = ?", (old, user.id))

    service.sign_in(user.username)

    row = service.database.one("SELECT password_hash FROM users WHERE id = ?", (user.id,))
    assert row is not None
    assert row[0].startswith("$argon2id$v=19$m=8,t=1,p=1$")
    service.sign_in(user.username)
    if service.is_sqlite:  # what an import accepts does not depend on the database
        run = runner(tmp_path)
        assert run("migrate").returncode == 0
        salted = "$argon2id$v=19$m=4194304,t=1000,p=4$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA"
        (tmp_path / "users.jsonl").write_text(
            f'{{"email": "eve@example.com", "username": "eve", "password_hash": "{salted}"}}\n'
        )
        refused = run("users", "import", "users.jsonl")
        assert refused.returncode != 0
        assert "hash" in refused.stderr
