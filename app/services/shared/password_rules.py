"""Which passwords users may choose."""

from __future__ import annotations

from urllib.parse import urlsplit

from app.core.config import Settings
from app.core.errors import DisallowedCharacters as Disallowed
from app.core.security.password_strength import is_weak
from app.core.security.passwords import DEMO_PASSWORD, prepare
from app.schemas.problems import DisallowedCharacters, WeakPassword


def require_strong(settings: Settings, password: str, email: str, username: str, full_name: str | None) -> None:
    """Accept a password that a user chooses.

    Raises:
        DisallowedCharacters: it contains characters that cannot be typed everywhere.
        WeakPassword: it contains the username or the local part of the address, or is easy to guess.
    """
    try:
        prepared = prepare(password)
    except Disallowed:
        raise DisallowedCharacters("The password contains a control, invisible or unassigned character.") from None
    name, _, domain = email.partition("@")
    others = (domain, full_name or "", settings.mail_from, urlsplit(settings.public_url).hostname or "", "Accord")
    known = prepared == DEMO_PASSWORD and settings.env != "development"
    if known or is_weak(prepared, (username, name), others):
        raise WeakPassword("The password is too easy to guess; choose another one.")
