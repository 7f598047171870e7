"""Opaque tokens."""

from __future__ import annotations

import re

import pytest

from app.core.security import tokens


class TestNew:
    def test_a_token_is_a_prefix_256_random_bits_and_a_checksum(self):
        assert re.fullmatch("aca_[0-9a-f]{64}[0-9a-f]{8}", tokens.new(tokens.ACCESS))
        assert re.fullmatch("acr_[0-9a-f]{64}[0-9a-f]{8}", tokens.new(tokens.REFRESH))

    def test_a_thousand_are_all_different(self):
        assert len({tokens.new(tokens.ACCESS) for _ in range(1000)}) == 1000


class TestWellFormed:
    def test_a_token_is_well_formed_only_with_its_own_prefix(self):
        for prefix, other in ((tokens.ACCESS, tokens.REFRESH), (tokens.REFRESH, tokens.ACCESS)):
            for token in (tokens.new(prefix), tokens.successor("x", "y", prefix)):
                assert tokens.is_well_formed(token, prefix)
                assert not tokens.is_well_formed(token, other)

    def test_one_wrong_character_anywhere_is_noticed(self):
        token = tokens.new(tokens.ACCESS)

        for place in range(len(token)):
            wrong = token[:place] + ("0" if token[place] != "0" else "1") + token[place + 1 :]
            assert not tokens.is_well_formed(wrong, tokens.ACCESS)

    @pytest.mark.parametrize(
        "text", ["", "aca_", "x" * 76, "aca_" + "0" * 72, "aca_" + "é" * 72, "aca_" + "0" * 71, "\ud800" * 76]
    )
    def test_other_text_is_not(self, text):
        assert not tokens.is_well_formed(text, tokens.ACCESS)


class TestSuccessor:
    def test_it_is_the_same_each_time_and_differs_by_token_nonce_and_prefix(self):
        found = [
            tokens.successor(token, nonce, prefix)
            for token in ("a", "b")
            for nonce in ("1", "2")
            for prefix in (tokens.ACCESS, tokens.REFRESH)
        ]

        assert len({token[4:68] for token in found}) == 8
        assert tokens.successor("a", "1", tokens.ACCESS) == found[0]


def test_a_digest_does_not_hold_the_token():
    token = tokens.new(tokens.ACCESS)

    assert re.fullmatch("[0-9a-f]{64}", tokens.digest(token))
    assert tokens.digest(token) not in token
