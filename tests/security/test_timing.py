"""S02 and S25: how long a response takes does not tell whether a user exists."""

from __future__ import annotations

import random
import statistics
import time
from collections import defaultdict

import pytest

from tests.security.service import running

pytestmark = [pytest.mark.slow, pytest.mark.alone]

SAMPLES = 200  # of each kind of user, at least
MOST = 1.10  # the largest ratio of two medians
ATTEMPTS = 3  # something else on the machine may disturb one measurement; a real difference is in each of them


@pytest.fixture(scope="module")
def unlimited(template, tmp_path_factory):
    """A service without limits, which would be what is measured. Hashes take milliseconds, so that they can be seen."""
    off = dict.fromkeys(("ADDRESS_LIMIT", "SIGN_IN_LIMIT", "SIGN_IN_FAILURE_LIMIT", "MAIL_REQUEST_LIMIT", "MAIL_LIMIT"), "0")
    with running(template, tmp_path_factory.mktemp("timing"), PASSWORD_MEMORY_KIB="2048", **off) as service:
        yield service


@pytest.fixture(scope="module")
def emails(unlimited):
    """An address of each kind of user."""
    known, inactive = unlimited.sign_up(), unlimited.sign_up()
    unlimited.database.execute("UPDATE users SET is_active = ? WHERE id = ?", (False, inactive.id))
    return {"known": known.email, "unknown": unlimited.new()["email"], "inactive": inactive.email}


def medians(emails, send):
    """Milliseconds by kind of user. The next kind is drawn by chance: a mail is delivered during the next measurement."""
    seconds: dict[str, list[float]] = defaultdict(list)
    chance = random.Random(1)  # noqa: S311 - repeatable on purpose
    while len(seconds) < len(emails) or min(map(len, seconds.values())) < SAMPLES:
        kind, email = chance.choice(sorted(emails.items()))
        before = time.perf_counter()
        send(email)
        seconds[kind].append(time.perf_counter() - before)
    return {kind: 1000 * statistics.median(found) for kind, found in sorted(seconds.items())}


def take_as_long(what, emails, send, capsys):
    """Whether all kinds of users wait as long; prints the medians."""
    for _ in range(ATTEMPTS):
        found = medians(emails, send)
        with capsys.disabled():
            print(f"\n{what}: " + ", ".join(f"{kind} {median:.2f} ms" for kind, median in found.items()), end="")  # noqa: T201 - for people
        if max(found.values()) <= MOST * min(found.values()):
            return True
    return False


@pytest.mark.parametrize("password", ["a-wrong-password-7", "x", "x" * 256], ids=["wrong", "short", "long"])
def test_s02_a_sign_in_takes_as_long_for_every_user(unlimited, emails, password, capsys):
    """The medians for known, unknown and inactive users are within 10 %, whatever the length of the password."""

    def sign_in(email):
        assert unlimited.try_to_sign_in(email, password).status_code == 401

    assert take_as_long(f"sign-in, password of {len(password)}", emails, sign_in, capsys)


@pytest.mark.parametrize("path", ["/password-resets", "/email-verifications"])
def test_s25_a_request_for_a_mail_takes_as_long_for_every_address(unlimited, emails, path, capsys):
    """The medians for known, unknown and inactive users are within 10 %, and each gets 202."""

    def request(email):
        assert unlimited.post(path, {"email": email}).status_code == 202

    assert take_as_long(path, emails, request, capsys)
