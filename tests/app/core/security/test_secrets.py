"""Encryption of stored secrets with SECRET_KEY."""

from __future__ import annotations

import base64

import pytest

from app.core.security.secrets import Secrets

OLD, NEW = (base64.b64encode(bytes([number] * 32)).decode() for number in (1, 2))


def test_of_two_keys_the_first_encrypts_and_both_decrypt():
    before, meanwhile, after = Secrets([OLD]), Secrets([NEW, OLD]), Secrets([NEW])
    stored = before.encrypt("totp", "a secret")

    assert meanwhile.decrypt("totp", stored) == "a secret"
    assert after.decrypt("totp", meanwhile.encrypt("totp", "another")) == "another"
    with pytest.raises(ValueError, match="SECRET_KEY lacks the key"):
        after.decrypt("totp", stored)


def test_what_was_changed_or_encrypted_for_something_else_is_refused():
    secrets = Secrets([NEW])
    stored = secrets.encrypt("totp", "a secret")
    content = bytearray(base64.urlsafe_b64decode(stored))

    for at in (0, 8, 16, len(content) // 2, len(content) - 1):  # version, time, initial vector, text, signature
        changed = bytearray(content)
        changed[at] ^= 1
        with pytest.raises(ValueError, match="cannot be decrypted"):
            secrets.decrypt("totp", base64.urlsafe_b64encode(changed).decode())
    with pytest.raises(ValueError, match="for 'totp', not for 'webhook'"):
        secrets.decrypt("webhook", stored)
    assert "secret" not in stored
    assert secrets.encrypt("totp", "a secret") != stored


@pytest.mark.parametrize("text", ["a secret", "", "a\nb\n", "ä\U0001f600"])
def test_every_text_comes_back(text):
    secrets = Secrets([NEW])

    assert secrets.decrypt("totp", secrets.encrypt("totp", text)) == text
