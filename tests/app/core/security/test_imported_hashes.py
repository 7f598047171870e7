"""Password hashes of other systems: verified at sign-in, refused at import if they are damaged or too expensive."""

from __future__ import annotations

import base64
import hashlib

import argon2
import bcrypt
import pytest

from app.core.security.imported_hashes import UnsupportedHash, check
from app.core.security.passwords import Passwords

PASSWORD = "orbit-by-hand-62"
SALT = b"sixteen bytes of"


def b64(data, plus="+"):
    return base64.b64encode(data).decode().rstrip("=").replace("+", plus)


def scrypt(password=PASSWORD, n=4, r=8, p=1):
    made = hashlib.scrypt(password.encode(), salt=SALT, n=2**n, r=r, p=p, dklen=32)
    return f"$scrypt$ln={n},r={r},p={p}${b64(SALT)}${b64(made)}"


def pbkdf2(password=PASSWORD, prefix="i=", plus="+"):
    made = hashlib.pbkdf2_hmac("sha256", password.encode(), SALT, 1000)
    return f"$pbkdf2-sha256${prefix}1000${b64(SALT, plus)}${b64(made, plus)}"


def of_bcrypt(password=PASSWORD, prefix="2b"):
    return bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode().replace("$2b$", f"${prefix}$")


def argon2i():
    return argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, type=argon2.Type.I).hash(PASSWORD)


HASHES = {
    "scrypt": scrypt(),
    "PBKDF2": pbkdf2(),
    "PBKDF2 of passlib": pbkdf2(prefix="", plus="."),
    "bcrypt 2a": of_bcrypt(prefix="2a"),
    "bcrypt 2b": of_bcrypt(),
    "bcrypt 2y": of_bcrypt(prefix="2y"),
    "argon2i": argon2i(),
}


@pytest.fixture
def passwords():
    pool = Passwords(memory_kib=8, passes=1, threads=1, queue=3)
    yield pool
    pool.close()


@pytest.mark.anyio
class TestVerifying:
    @pytest.mark.parametrize("name", HASHES)
    async def test_the_password_matches_and_is_to_be_hashed_again(self, passwords, name):
        stored = HASHES[name]
        check(stored)

        assert await passwords.verify(stored, PASSWORD)
        assert not await passwords.verify(stored, PASSWORD + "x")
        assert passwords.needs_rehash(stored)

    async def test_bcrypt_compares_72_bytes_as_the_system_did_that_made_the_hash(self, passwords):
        stored = of_bcrypt("a1" * 40)

        assert await passwords.verify(stored, "a1" * 40)
        assert not await passwords.verify(stored, "a1" * 35)

    async def test_the_password_may_have_been_hashed_as_it_was_typed_or_prepared(self, passwords):
        typed, prepared = "o\u0308rbit by\u00a0hand 62", "\u00f6rbit by hand 62"

        for stored in (pbkdf2(typed), pbkdf2(prepared)):
            assert await passwords.verify(stored, typed)
        assert not await passwords.verify(pbkdf2(typed), prepared)

    async def test_a_damaged_hash_matches_nothing(self, passwords):
        for stored in ("$2b$03$" + "x" * 53, "$scrypt$ln=0,r=8,p=1$AAAAAAAAAAAA$" + "A" * 43, "$pbkdf2-sha256$i=1$A$A", "$2b$"):
            assert not await passwords.verify(stored, PASSWORD)


REFUSED = {
    "$1$salt$hash": "is not a password hash in PHC form",
    "5f4dcc3b5aa765d61d8327deb882cf99": "is not a password hash in PHC form",
    "$argon2d$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$" + "A" * 43: "is argon2d",
    "$argon2id$v=19$m=8,t=1,p=1$broken": "is not a valid argon2 hash",
    "$argon2id$v=19$m=4194304,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$" + "A" * 43: r"too expensive to verify \(m=4194304,t=1\)",
    "$argon2id$v=19$m=65536,t=9,p=1$AAAAAAAAAAAAAAAAAAAAAA$" + "A" * 43: "too expensive",
    "$argon2id$v=19$m=8192,t=1,p=17$AAAAAAAAAAAAAAAAAAAAAA$" + "A" * 43: "too expensive",
    "$scrypt$ln=18,r=8,p=1$AAAAAAAAAAAA$" + "A" * 43: "too expensive",
    "$scrypt$ln=17,r=8,p=5$AAAAAAAAAAAA$" + "A" * 43: "too expensive",
    "$scrypt$ln=99,r=9999,p=9999$AAAAAAAAAAAA$" + "A" * 43: "too expensive",
    "$scrypt$ln=14,r=8,p=0$AAAAAAAAAAAA$" + "A" * 43: "parameter of zero",
    "$pbkdf2-sha256$i=2000001$AAAAAAAAAAAA$" + "A" * 43: "too expensive",
    "$pbkdf2-sha256$i=0$AAAAAAAAAAAA$" + "A" * 43: "parameter of zero",
    "$pbkdf2-sha256$i=1000$AAAAA$" + "A" * 43: "not base64",
    "$pbkdf2-sha256$i=1000$AAAA$" + "A" * 43: "unusual length",
    "$2b$15$" + "." * 53: r"too expensive to verify \(cost 15\)",
    # Of these no password can be verified: the libraries refuse them, or compute another text.
    "$2b$03$" + "." * 53: "a cost that bcrypt does not allow",
    "$2b$10$" + "." * 21 + "/" + "." * 31: "is not a password hash in PHC form",
    "$2b$10$" + "." * 52 + "/": "is not a password hash in PHC form",
    "$scrypt$ln=16,r=1,p=1$AAAAAAAAAAAA$" + "A" * 43: "parameters that scrypt does not allow",
    "$argon2id$v=19$m=0,t=0,p=0$AAAAAAAAAAAAAAAAAAAAAA$" + "A" * 43: "is not a valid argon2 hash",
    "$argon2id$v=19$m=08,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$" + "A" * 43: "is not a valid argon2 hash",
    "$argon2id$v=19$t=1,m=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$" + "A" * 43: "is not a valid argon2 hash",
    "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAA*$" + "A" * 43: "is not a valid argon2 hash",
    "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAB$" + "A" * 43: "is not a valid argon2 hash",
    "$argon2id$v=19$m=8,t=1,p=16$AAAAAAAAAAAAAAAAAAAAAA$" + "A" * 43: "less memory than its lanes need",
    "$2x$10$" + "a" * 53: "is not a password hash in PHC form",
    "$2b$10$" + "a" * 300: "longer than 255 characters",
}


@pytest.mark.parametrize("stored", REFUSED)
def test_a_hash_that_cannot_be_verified_at_a_bounded_cost_is_refused(stored):
    with pytest.raises(UnsupportedHash, match=REFUSED[stored]) as refused:
        check(stored)

    assert stored[-20:] not in str(refused.value)


@pytest.mark.parametrize(
    "stored",
    [
        "$scrypt$ln=17,r=8,p=1$AAAAAAAAAAAA$" + "A" * 43,
        "$pbkdf2-sha256$600000$AAAAAAAAAAAA$" + "A" * 43,
        "$2b$14$" + "." * 53,
        "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$" + "A" * 43,
    ],
)
def test_the_usual_parameters_of_other_systems_are_accepted(stored):
    check(stored)
