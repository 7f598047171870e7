"""Password hashes of other systems: scrypt, PBKDF2, bcrypt and argon2 with other parameters, as the import takes them.

A hash is a text in PHC form (`$scrypt$ln=17,r=8,p=1$SALT$HASH`), or in the form of bcrypt (`$2b$12$...`). Whoever signs in with
one gets a hash of our own.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable

Verify = Callable[[bytes], bool]  # whether a password in UTF-8 matches

# What verifying one password may take, so that an imported hash cannot exhaust the service: at most about half a second of one
# core with argon2 and PBKDF2, and 1.5 seconds with bcrypt and scrypt.
MAX_MEMORY_KIB = 128 * 1024  # the scrypt parameters that OWASP recommends (ln=17, r=8) take exactly this
MAX_MEMORY_PASSES = 512 * 1024  # KiB, times the passes of argon2 or the parallelism of scrypt
MAX_LANES = 16
MAX_ITERATIONS = 2_000_000  # PBKDF2-SHA256
MIN_BCRYPT_COST, MAX_BCRYPT_COST = 4, 14  # 2**14 rounds
MAX_LENGTH = 255  # characters

_MIN_SALT, _MIN_HASH, _MAX_BYTES = 8, 16, 64
_ARGON2_KIB_PER_LANE = 8  # RFC 9106, 3.1
_BCRYPT_BYTES = 72  # bcrypt ignores what follows, and so did the system that made the hash

_BASE64 = "[A-Za-z0-9+/.]+"  # without padding; `.` for `+` in what passlib writes
# argon2 reads only what it would write: no leading zeros, and in base64 no unused bits that are set.
_BYTES = "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048])?"
_NUMBER = r"([1-9]\d{0,9})"
_ARGON2 = re.compile(
    rf"\$argon2(id|i|d)(?:\$v=(?:16|19))?\$m={_NUMBER},t={_NUMBER},p={_NUMBER}\$({_BYTES})\$({_BYTES})", re.ASCII
).fullmatch
_SCRYPT = re.compile(rf"\$scrypt\$ln=(\d{{1,2}}),r=(\d{{1,4}}),p=(\d{{1,4}})\$({_BASE64})\$({_BASE64})", re.ASCII).fullmatch
_PBKDF2 = re.compile(rf"\$pbkdf2-sha256\$(?:i=)?(\d{{1,10}})\$({_BASE64})\$({_BASE64})", re.ASCII).fullmatch
# The last characters of salt and hash have four and two unused bits, which bcrypt sets to zero: others match no password.
_BCRYPT = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26]", re.ASCII).fullmatch


class UnsupportedHash(ValueError):
    """The hash has an unknown form, is damaged, or is too expensive to verify. The message does not contain it."""


def is_foreign(stored: str) -> bool:
    """Whether a stored hash is of another algorithm than argon2, which `argon2-cffi` verifies."""
    return not stored.startswith("$argon2")


def check(stored: str) -> None:
    """Check that passwords can be verified against a hash, at a bounded cost.

    Raises:
        UnsupportedHash: they cannot.
    """
    if len(stored) > MAX_LENGTH:
        raise UnsupportedHash(f"is longer than {MAX_LENGTH} characters")
    if is_foreign(stored):
        _read(stored)
        return
    found = _ARGON2(stored)
    if found is None:
        raise UnsupportedHash("is not a valid argon2 hash")
    variant, memory, passes, lanes, salt, digest = found.groups()
    _check_argon2(variant, int(memory), int(passes), int(lanes), _decoded(salt), _decoded(digest))


def matches(stored: str, password: str) -> bool:
    """Whether a password matches a hash of another algorithm. Blocks; False for a hash that cannot be verified."""
    try:
        return _read(stored)(password.encode())
    except (UnsupportedHash, UnicodeEncodeError):
        return False


def _check_argon2(  # noqa: PLR0913, PLR0917 - the parts of the text
    variant: str, memory: int, passes: int, lanes: int, salt: bytes, digest: bytes
) -> None:
    if variant == "d":
        raise UnsupportedHash("is argon2d, which is open to timing attacks")
    _check_lengths(salt, digest)
    if memory > MAX_MEMORY_KIB or memory * passes > MAX_MEMORY_PASSES:
        raise _too_expensive(f"m={memory},t={passes}")
    if lanes > MAX_LANES:
        raise _too_expensive(f"p={lanes}")
    if memory < _ARGON2_KIB_PER_LANE * lanes:
        raise UnsupportedHash(f"has less memory than its lanes need (m={memory},p={lanes})")


def _read(stored: str) -> Verify:
    if (found := _SCRYPT(stored)) is not None:
        log_n, r, p, salt, digest = found.groups()
        return _scrypt(int(log_n), int(r), int(p), _decoded(salt), _decoded(digest))
    if (found := _PBKDF2(stored)) is not None:
        return _pbkdf2(int(found[1]), _decoded(found[2]), _decoded(found[3]))
    if (found := _BCRYPT(stored)) is not None:
        return _bcrypt(int(found[1]), stored)
    raise UnsupportedHash("is not a password hash in PHC form: argon2id, argon2i, scrypt, pbkdf2-sha256 or bcrypt")


def _scrypt(log_n: int, r: int, p: int, salt: bytes, digest: bytes) -> Verify:
    _check_lengths(salt, digest)
    memory = 128 * r * 2**log_n  # bytes
    if not (log_n and r and p):
        raise UnsupportedHash("has a parameter of zero")
    if memory > MAX_MEMORY_KIB * 1024 or memory * p > MAX_MEMORY_PASSES * 1024 or p > MAX_LANES:
        raise _too_expensive(f"ln={log_n},r={r},p={p}")
    if log_n >= 16 * r:
        raise UnsupportedHash(f"has parameters that scrypt does not allow (ln={log_n},r={r})")  # RFC 7914, 2
    limit = memory + 128 * r * (p + 2) + 1024 * 1024  # OpenSSL counts its working space too

    def verify(password: bytes) -> bool:
        made = hashlib.scrypt(password, salt=salt, n=2**log_n, r=r, p=p, maxmem=limit, dklen=len(digest))
        return hmac.compare_digest(made, digest)

    return verify


def _pbkdf2(iterations: int, salt: bytes, digest: bytes) -> Verify:
    _check_lengths(salt, digest)
    if not iterations:
        raise UnsupportedHash("has a parameter of zero")
    if iterations > MAX_ITERATIONS:
        raise _too_expensive(f"i={iterations}")

    def verify(password: bytes) -> bool:
        return hmac.compare_digest(hashlib.pbkdf2_hmac("sha256", password, salt, iterations, len(digest)), digest)

    return verify


def _bcrypt(cost: int, stored: str) -> Verify:
    if cost > MAX_BCRYPT_COST:
        raise _too_expensive(f"cost {cost}")
    if cost < MIN_BCRYPT_COST:
        raise UnsupportedHash(f"has a cost that bcrypt does not allow ({cost})")

    def verify(password: bytes) -> bool:
        import bcrypt  # noqa: PLC0415 - only users who were imported need it

        return bcrypt.checkpw(password[:_BCRYPT_BYTES], stored.encode())

    return verify


def _decoded(text: str) -> bytes:
    text = text.replace(".", "+")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise UnsupportedHash("has a salt or hash that is not base64") from None


def _check_lengths(salt: bytes, digest: bytes) -> None:
    if not _MIN_SALT <= len(salt) <= _MAX_BYTES or not _MIN_HASH <= len(digest) <= _MAX_BYTES:
        raise UnsupportedHash("has a salt or hash of an unusual length")


def _too_expensive(parameters: str) -> UnsupportedHash:
    return UnsupportedHash(f"is too expensive to verify ({parameters})")
