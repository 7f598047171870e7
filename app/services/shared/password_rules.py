"""Which passwords users may choose: the setting PASSWORD_POLICY (docs/adr/0040-sign-up-policies.md)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from app.core.config import Settings
from app.core.errors import DisallowedCharacters as Disallowed
from app.core.security.password_strength import is_weak
from app.core.security.passwords import DEMO_PASSWORD, prepare
from app.schemas.problems import DisallowedCharacters, WeakPassword

NIST_LENGTH = 15  # characters of a password that may be the only factor (SP 800-63B-4, 3.1.1.2)

_LETTER, _DIGIT = re.compile("[A-Za-z]").search, re.compile("[0-9]").search


def require_strong(settings: Settings, password: str, email: str, username: str, full_name: str | None) -> None:
    """Accept a password that a user chooses.

    Raises:
        DisallowedCharacters: it contains characters that cannot be typed everywhere.
        WeakPassword: it does not follow the policy, contains the username or the local part of the address, or is easy to
            guess.
    """
    try:
        prepared = prepare(password, "NFKC" if settings.follows_nist else "NFC")
    except Disallowed:
        raise DisallowedCharacters("The password contains a control, invisible or unassigned character.") from None
    if prepared == DEMO_PASSWORD and settings.env == "development":
        return
    if settings.follows_nist:
        if len(prepared) < NIST_LENGTH:
            raise WeakPassword(f"The password must have at least {NIST_LENGTH} characters.")
    elif not (_LETTER(prepared) and _DIGIT(prepared)):
        raise WeakPassword("The password must contain a letter and a digit.")
    name, _, domain = email.partition("@")
    others = (domain, full_name or "", settings.mail_from, urlsplit(settings.public_url).hostname or "", "Accord")
    if prepared == DEMO_PASSWORD or is_weak(prepared, (username, name), others):
        raise WeakPassword("The password is too easy to guess; choose another one.")
