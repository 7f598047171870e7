"""Weak and strong passwords."""

from __future__ import annotations

import random
import string
import subprocess
import sys
import time
import unicodedata

import pytest

from app.core.security.password_strength import is_weak, log10_guesses
from tests.support.paths import ROOT

NAMES = ("grace_h", "rear.admiral")
OTHERS = ("example.com", "Grace Hopper", "Accord <accord@localhost>", "api.acme.example")


class TestWeak:
    @pytest.mark.parametrize(
        "password",
        [
            *(
                "password1",
                "Password1",
                "letmein1",
                "trustno1",
                "iloveyou2",
                "welcome1",
                "monkey123",
                "admin123",
            ),  # in every list
            *(
                "Password123!",
                "Passw0rd!",
                "Changeme1",
                "changeme2026!",
                "football99",
                "Welcome2026!",
                "Test1234!",
            ),  # decorated
            *(
                "P@ssw0rd123",
                "P455w0rd!!",
                "dr4g0n2024",
                "drowssap1",
                "P\u00e0ssw\u00f6rd12",
                "\uff30\uff41\uff53\uff53word1",
            ),  # spelt otherwise
            *("Summer2026", "Winter2025!", "Summer-2026!", "January2026", "june2026!", "Monday2026"),
            *("Michael1987", "Jessica1!", "Company2026!", "London2024!"),
            *("qwerty123", "qwertyuiop1", "1qaz2wsx3edc", "!QAZ2wsx", "zxcvbn123", "asdfghjkl1", "1q2w3e4r", "Qwertz123"),
            *("abcd1234", "12345678a", "abcdefgh1", "87654321z"),
            *("aaaaaaaa1", "a1a1a1a1", "abcabc123", "x7" * 32, "1" * 127 + "a", "Password123!" * 10),
            *("accord2026", "Acc0rd-api1", "Accord123!", "acme-api-2026", "ACME2026!"),  # the service
            *("Gr4ce.Hopper1", "hopper1906", "reppoh-1906", "Grace2026!!"),  # the user
        ],
    )
    def test_common_passwords_are_weak(self, password):
        assert is_weak(password, NAMES, OTHERS)

    @pytest.mark.parametrize(
        "password",
        [
            *("correct-horse-9", "bombe-1940", "c0bol-is-fine", "Tr0ub4dor&3", "correct-horse-battery-staple-1"),
            *("xK9#mQ2$vL", "xk49fmq2", "j8Kd02ma", "vK3-pQ9z"),
            *("lobster-kayak7", "7wooden-spoons", "blue-horse1", "tiny7rivers", "mein-hund-heisst-9"),
            *("accord-of-otters-7", "\u043f\u0430\u0440\u043e\u043b\u044c-\u0434\u043b\u044f-a1", "  two  spaces 1 "),
        ],
    )
    def test_other_passwords_are_not(self, password):
        assert not is_weak(password, NAMES, OTHERS)

    @pytest.mark.parametrize("password", ["plover-GRACE_H-otter-7", "plover-gr4c3_h-otter-7", "plover-rear.admir4l-7-otter"])
    def test_a_password_with_a_name_of_the_user_is_weak_however_strong_the_rest(self, password):
        assert is_weak(password, NAMES)

    def test_a_very_short_name_may(self):
        assert not is_weak("cicada-and-adverb-7", ("ada", "ad"))

    @pytest.mark.parametrize("length", [8, 12, 16])
    def test_random_passwords_are_almost_never_weak(self, length):
        chance = random.Random(length)  # noqa: S311 - no secret
        made = ["".join(chance.choices(string.ascii_letters + string.digits, k=length)) for _ in range(500)]

        assert sum(is_weak(password, NAMES, OTHERS) for password in made) <= 5

    def test_more_different_pieces_take_more_guesses(self):
        assert log10_guesses("otter7") < log10_guesses("otter7-lobster") < log10_guesses("otter7-lobster-kayak")


@pytest.mark.slow
class TestTime:
    @pytest.mark.parametrize(
        "password",
        [
            "4@8({[<369!1|705$+%2z" * 7,  # every sign that can be a letter
            *("a1" * 64, "p4ssw0rd" * 16, "qwertyuiop" * 13, "1" * 128, "19911231" * 16, "".join(string.printable[:94]) * 2),
            *(
                "\ufdfa" * 128,
                "e\u0301" * 64,
                "".join(chr(0x4E00 + number) for number in range(128)),
            ),  # \ufdfa has 18 letters in NFKD
        ],
    )
    def test_the_time_is_bounded(self, password):
        log10_guesses("first-time-7")
        begun = time.process_time()
        for _ in range(10):
            log10_guesses(password[:128], (*NAMES, *OTHERS, "x" * 64, password[:50]))

        assert (time.process_time() - begun) / 10 < 0.1  # 2 ms; a library that tries all substitutions took 22 s

    def test_the_word_list_is_loaded_on_first_use(self):
        program = (
            "import app.main; from app.core.security.password_strength import _common_words as words;"
            "print(words.cache_info().currsize)"
        )

        ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)

        assert ran.stdout.strip() == "0"


def test_spelling_does_not_matter():
    for password in ("caf\u00e9-2026", "CAF\u00c9-2026"):
        assert log10_guesses(password) == log10_guesses(unicodedata.normalize("NFD", password)) == log10_guesses("cafe-2026")
