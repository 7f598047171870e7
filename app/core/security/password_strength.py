"""Password strength: an estimate of the guesses needed by an attacker who knows words, names, years and keyboard patterns.

The password is split into the pieces that are cheapest to guess together. Each piece costs the decimal logarithm of its
guesses, as in zxcvbn (Wheeler 2016); a character outside all pieces costs 1. The time depends on the length alone.
Why not a library: docs/adr/0020-password-strength-estimate.md.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

MAX_WORD = 20  # characters of a common word
MIN_PIECE = 3  # characters of a piece: a shorter one costs as much as its characters
_MAX_LENGTH = 64  # characters that are examined: more cost more than enough, unless nearly all the rest is guessable too

# Digits and symbols that replace letters. Both the password and the words are translated, so several letters may become one.
LEET = str.maketrans("4@8({[<3691!|l0$57+%2", "aabcccceggiiiiossttxz")

# Adjacent keys and letters, in both directions. A path with turns is several of them.
_SEQUENCES = (
    "qwertyuiop[] asdfghjkl;' zxcvbnm,./ qwertzuiop azertyuiop !@#$%^&*()_+ 1qaz 2wsx 3edc 4rfv 5tgb 6yhn 7ujm 8ik, 9ol. 0p;/"
    " 1q2w3e4r5t6y7u8i9o0p q1w2e3r4t5y6u7i8o9p0 abcdefghijklmnopqrstuvwxyz 01234567890 1234567890-= 1a2b3c4d5e a1b2c3d4e5"
)
_BOTH_WAYS = f"{_SEQUENCES} {_SEQUENCES[::-1]}"

_YEAR = re.compile(r"19[0-9]{2}|20[0-4][0-9]").fullmatch

CALENDAR = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"),
    *("spring", "summer", "autumn", "fall", "winter"),
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
)

CALENDAR_COST = _YEAR_COST = _SEQUENCE_COST = 1.5
_REPEAT_COST = 1.0  # of something that occurs earlier in the password
_NAME_COST = 0.5  # of the user or the service

_REQUIRED = 6.0  # a million guesses: more than an online attacker gets through the throttle
_MIN_NAME = 4  # characters of a name that a password must not contain; it may contain shorter ones by chance


def is_weak(password: str, names: Iterable[str], others: Iterable[str] = ()) -> bool:
    """Whether a password contains one of the names or needs too few guesses; `others` are words an attacker would also try."""
    names = tuple(names)
    if any(len(name) >= _MIN_NAME and _contains(password, name) for name in names):
        return True
    return log10_guesses(password, (*names, *others)) < _REQUIRED


def log10_guesses(password: str, names: Iterable[str] = (), words: Mapping[str, float] | None = None) -> float:
    """The decimal logarithm of the guesses. `names` are those of the user and the service; `words` replaces the word list."""
    text = _letters(password)[:_MAX_LENGTH]
    words = _common_words() if words is None else words
    pieces: list[list[tuple[int, float]]] = [[(end - 1, 1.0)] for end in range(len(text) + 1)]  # (begin, cost), by end
    for begin, end, cost in (*_words(text.translate(LEET), names, words), *_patterns(text)):
        pieces[end].append((begin, cost))
    total = [0.0]
    for end in range(1, len(text) + 1):
        total.append(min(total[begin] + cost for begin, cost in pieces[end]))
    return total[-1]


def _words(text: str, names: Iterable[str], words: Mapping[str, float]) -> Iterator[tuple[int, int, float]]:
    """Names and common words, forwards and backwards."""
    parts = {part for name in names for part in _parts(name)}
    for part in parts.union(part[::-1] for part in parts):
        begin = text.find(part)
        while begin >= 0:
            yield begin, begin + len(part), _NAME_COST
            begin = text.find(part, begin + 1)
    size, reverse, cost = len(text), text[::-1], words.get
    for begin in range(size - MIN_PIECE + 1):
        for end in range(begin + MIN_PIECE, min(size, begin + MAX_WORD) + 1):
            if found := cost(text[begin:end]) or cost(reverse[size - end : size - begin]):
                yield begin, end, found


def _patterns(text: str) -> Iterator[tuple[int, int, float]]:
    """Keyboard and alphabet sequences, years, and repetitions of earlier parts of the password."""
    sequence = repeat = 0  # where the longest sequence, or repetition, that ends at `end` begins
    for end in range(1, len(text) + 1):
        while text[sequence:end] not in _BOTH_WAYS:
            sequence += 1
        while text.find(text[repeat:end], 0, end - 1) < 0:
            repeat += 1
        for begin in range(sequence, end - MIN_PIECE + 1):
            if end - begin > MIN_PIECE or text[begin:end].isdigit():
                yield begin, end, _SEQUENCE_COST
        for begin in range(repeat, end - MIN_PIECE + 1):
            yield begin, end, _REPEAT_COST
        if end >= 4 and _YEAR(text, end - 4, end):  # noqa: PLR2004 - digits of a year
            yield end - 4, end, _YEAR_COST


def _contains(password: str, name: str) -> bool:
    """Case-insensitive, and with leet substitutions."""
    return _letters(name).translate(LEET) in _letters(password).translate(LEET)


def _parts(name: str) -> set[str]:
    """A name and the words in it, normalized for comparison."""
    text = _letters(name)
    found = {text[:_MAX_LENGTH], *re.split(r"[\W_]+", text)}
    return {part.translate(LEET) for part in found if len(part) >= MIN_PIECE}


def _letters(text: str) -> str:
    """The text without case, accents and compatibility forms."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@functools.cache
def _common_words() -> dict[str, float]:
    """The cost of each common word, by its rank in the list. 4 MB, loaded on first use."""
    words = (
        Path(__file__).with_name("common_passwords").joinpath("words.txt").read_text(encoding="ascii").translate(LEET).split()
    )
    words.reverse()  # of two words with the same translation the more frequent one counts
    costs = dict(zip(words, map(math.log10, range(len(words) + 2, 2, -1)), strict=True))
    costs.update((word.translate(LEET), CALENDAR_COST) for word in CALENDAR)
    return costs
