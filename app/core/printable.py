"""Escaping of untrusted text for logs and terminals.

Control characters, escape sequences, line separators and bidirectional overrides could forge log lines, move the cursor or show
text other than what is there. Printable is what `str.isprintable` accepts: the space and every visible character.
"""

from __future__ import annotations

import re

_NOT_ASCII = re.compile(r"[^\n -~]")


def printable(text: str) -> str:
    r"""The text on one line, with every unprintable character escaped: `\n`, `\x1b`, `\u202e`."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else character.encode("unicode_escape").decode() for character in text)


def printable_json(text: str) -> str:
    """Serialized JSON with every unprintable character escaped as JSON does. Line feeds, which separate documents, are kept."""
    return _NOT_ASCII.sub(lambda found: found[0] if found[0].isprintable() else _escape(found[0]), text)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
