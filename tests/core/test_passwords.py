"""The pool of hashes, and passwords that everybody tries first."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time

import pytest

from app.core.errors import ServiceUnavailable
from app.core.passwords import Passwords, weak
from tests.servers import ROOT


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

    async def test_without_a_stored_hash_nothing_fits(self, passwords):
        assert not await passwords.verify(None, "nobody has this password")

    @pytest.mark.parametrize("stored", ["", "plain text", "$argon2id$v=19$m=8,t=1,p=1$broken", "$2b$12$" + "x" * 53])
    async def test_a_stored_text_that_is_no_hash_fits_nothing(self, passwords, stored):
        assert not await passwords.verify(stored, "plain text")

    async def test_a_hash_of_other_parameters_is_outdated(self, passwords):
        stored = await passwords.hash("correct-horse-9")

        assert not passwords.outdated(stored)
        assert passwords.outdated(stored.replace("t=1", "t=2"))

    async def test_beyond_the_queue_it_is_overloaded_and_afterwards_not(self, passwords):
        found = await asyncio.gather(*(passwords.hash("correct-horse-9") for _ in range(9)), return_exceptions=True)

        refused = [error for error in found if isinstance(error, ServiceUnavailable)]
        assert len(refused) == 9 - (2 + 3)
        assert {error.retry_after for error in refused} == {1}
        assert await passwords.hash("correct-horse-9")

    async def test_a_caller_who_left_gives_the_place_back(self, passwords):
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


class TestWeak:
    @pytest.mark.parametrize("password", ["password1", "Password1", "1q2w3e4r", "abcd1234", "letmein1"])
    def test_what_everybody_tries_first_is_weak(self, password):
        assert weak(password, ())

    @pytest.mark.parametrize("password", ["correct-horse-9", "c0bol-is-fine", "x7" * 32])
    def test_other_passwords_are_not(self, password):
        assert not weak(password, ("grace", "ada"))

    def test_ones_own_names_are_weak_in_any_case_and_anywhere(self):
        assert weak("xx-GRACE-7", ("grace",))
        assert not weak("xx-ada-77", ("ada",))  # too short a name to tell anything

    def test_it_is_told_in_no_time_once_the_list_is_read(self):
        weak("first-time-7", ())
        begun = time.perf_counter()
        for _ in range(100):
            weak("a1" * 64, ("grace", "grace.hopper"))

        assert time.perf_counter() - begun < 0.1

    def test_the_dictionaries_that_are_not_needed_do_not_stay_in_memory(self):
        program = (
            "import sys; from app.core.passwords import weak; assert weak('password1', ()); print('zxcvbn' in sys.modules)"
        )

        ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)

        assert ran.stdout.strip() == "False"
