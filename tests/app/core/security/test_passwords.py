"""Password hashing and PRECIS normalization."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import unicodedata

import pytest

from app.core.errors import DisallowedCharacters, ServiceUnavailable
from app.core.security.passwords import Passwords, prepare
from tests.support.paths import ROOT


@pytest.fixture
def passwords():
    pool = Passwords(memory_kib=8, passes=1, threads=2, queue=3)
    yield pool
    pool.close()


@pytest.mark.anyio
class TestPasswords:
    async def test_a_password_fits_its_own_hash_only(self, passwords):
        stored = await passwords.hash("correct-horse-9")

        assert await passwords.verify(stored, "correct-horse-9")
        assert not await passwords.verify(stored, "correct-horse-8")
        assert stored.startswith("$argon2id$v=19$m=8,t=1,p=1$")

    async def test_two_hashes_of_one_password_differ(self, passwords):
        assert await passwords.hash("correct-horse-9") != await passwords.hash("correct-horse-9")

    async def test_without_a_stored_hash_nothing_matches(self, passwords):
        assert not await passwords.verify(None, "nobody has this password")

    @pytest.mark.parametrize("stored", ["", "plain text", "$argon2id$v=19$m=8,t=1,p=1$broken", "$2b$12$" + "x" * 53])
    async def test_an_invalid_stored_hash_matches_nothing(self, passwords, stored):
        assert not await passwords.verify(stored, "plain text")

    async def test_a_hash_of_other_parameters_is_outdated(self, passwords):
        stored = await passwords.hash("correct-horse-9")

        assert not passwords.needs_rehash(stored)
        assert passwords.needs_rehash(stored.replace("t=1", "t=2"))

    async def test_a_full_queue_rejects_until_it_has_room(self, passwords):
        found = await asyncio.gather(*(passwords.hash("correct-horse-9") for _ in range(9)), return_exceptions=True)

        refused = [error for error in found if isinstance(error, ServiceUnavailable)]
        assert len(refused) == 9 - (2 + 3)
        assert {error.retry_after for error in refused} == {1}
        assert (passwords.waiting, passwords.rejected) == (0, len(refused))
        assert await passwords.hash("correct-horse-9")

    async def test_a_cancelled_caller_frees_its_place(self, passwords):
        for _ in range(20):
            work = asyncio.ensure_future(passwords.hash("correct-horse-9"))
            await asyncio.sleep(0)
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        await asyncio.sleep(0.05)

        assert await passwords.hash("correct-horse-9")

    async def test_the_loop_goes_on_while_a_hash_is_computed(self):
        slow = Passwords(memory_kib=65_536, passes=3, threads=1, queue=1)
        work = asyncio.ensure_future(slow.hash("correct-horse-9"))
        turns = 0
        while not work.done():
            turns += 1
            await asyncio.sleep(0)
        slow.close()

        assert turns > 10

    async def test_closing_leaves_no_thread(self):
        pool = Passwords(memory_kib=8, passes=1, threads=2, queue=3)
        await pool.hash("correct-horse-9")
        pool.close()

        assert not [thread for thread in threading.enumerate() if thread.name.startswith("password") and thread.is_alive()]


class TestPreparing:
    @pytest.mark.parametrize("password", ["caf\u00e9-horse-9", "\u00c5ngstr\u00f6m-7", "\ud55c\uae00-a1-\ud55c\uae00"])
    def test_composed_and_decomposed_passwords_are_one(self, password):
        decomposed = unicodedata.normalize("NFD", password)

        assert decomposed != password
        assert prepare(decomposed) == prepare(password) == password

    @pytest.mark.parametrize("space", ["\u00a0", "\u2003", "\u3000", "\u202f"])
    def test_every_space_is_an_ascii_space(self, space):
        assert prepare(f"two{space}words{space}1") == "two words 1"

    @pytest.mark.parametrize("password", ["  two  spaces 1 ", "\uff21\uff22\uff23-a1", "Pa\u00df-a1", "\U0001f511-a1"])
    def test_case_width_and_the_number_of_spaces_count(self, password):
        assert prepare(password) == password

    @pytest.mark.parametrize(
        "character", ["\t", "\x7f", "\x85", "\u200b", "\u00ad", "\u0378", "\ufffe", "\ue000", "\ud800", "\u1100"]
    )
    def test_disallowed_characters_are_rejected_and_not_repeated(self, character):
        with pytest.raises(DisallowedCharacters) as refused:
            prepare(f"hunter{character}2-horse")

        assert "hunter" not in f"{refused.value!r} {refused.value.__cause__!r}"

    @pytest.mark.anyio
    async def test_a_password_is_verified_in_each_of_its_spellings_and_a_disallowed_one_is_wrong(self, passwords):
        stored = await passwords.hash("cafe\u0301\u00a0horse-9")

        assert await passwords.verify(stored, "caf\u00e9 horse-9")
        assert not await passwords.verify(stored, "cafe horse-9")
        assert not await passwords.verify(stored, "caf\u00e9 horse-9\u200b")
        assert not await passwords.verify(None, "caf\u00e9 horse-9\u200b")

    def test_ascii_passwords_do_not_load_precis(self):
        program = (
            "import sys; from app.core.security.passwords import prepare; prepare('horse-9');"
            "print('precis_i18n' in sys.modules)"
        )

        ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)

        assert ran.stdout.strip() == "False"


@pytest.mark.anyio
class TestWaiting:
    async def test_a_timeout_rejects_the_caller_and_frees_its_place(self):
        slow = Passwords(memory_kib=65_536, passes=3, threads=1, queue=100, timeout=0.01)
        found = await asyncio.gather(*(slow.hash("correct-horse-9") for _ in range(5)), return_exceptions=True)
        again = await slow.hash("correct-horse-9")
        slow.close()

        assert [type(one) for one in found] == [str] + [ServiceUnavailable] * 4
        assert again.startswith("$argon2id$")

    async def test_a_cancelled_caller_occupies_its_thread_until_the_hash_is_done(self):
        slow = Passwords(memory_kib=65_536, passes=3, threads=1, queue=1, timeout=10)
        left = asyncio.ensure_future(slow.hash("correct-horse-9"))
        await asyncio.sleep(0.01)
        left.cancel()
        found = await asyncio.gather(*(slow.hash("correct-horse-9") for _ in range(3)), return_exceptions=True)
        slow.close()

        assert [type(one) for one in found] == [str, ServiceUnavailable, ServiceUnavailable]
