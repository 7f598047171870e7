"""How many guesses a password withstands, of somebody who knows what people choose: words, names, years, keys in a row.

The password is cut into the pieces that are cheapest to guess together; each piece costs the decimal logarithm of the guesses
for it, as in zxcvbn (Wheeler 2016), and a character that belongs to no piece costs 1. The time is bounded by the length alone,
whatever the text is. Why this is no library: docs/adr/0020-an-estimate-of-our-own-for-weak-passwords.md.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

_LONGEST = 20  # characters of a common word
_MOST = 64  # characters that are looked at: they cost more than enough, unless nearly everything after them is guessable too
_SHORTEST = 3  # of a piece: less costs as much by itself

# Digits and signs that stand for letters. Both sides are translated, so several letters may become one.
_LEET = str.maketrans("4@8({[<3691!|l0$57+%2", "aabcccceggiiiiossttxz")

# Keys and letters in a row, in both directions. A walk with turns is several of these.
_ROWS = (
    "qwertyuiop[] asdfghjkl;' zxcvbnm,./ qwertzuiop azertyuiop !@#$%^&*()_+ 1qaz 2wsx 3edc 4rfv 5tgb 6yhn 7ujm 8ik, 9ol. 0p;/"
)
_ROWS += " 1q2w3e4r5t6y7u8i9o0p q1w2e3r4t5y6u7i8o9p0 abcdefghijklmnopqrstuvwxyz 01234567890 1234567890-= 1a2b3c4d5e a1b2c3d4e5"
_RUNS = f"{_ROWS} {_ROWS[::-1]}"

_YEAR = re.compile(r"19[0-9]{2}|20[0-4][0-9]").fullmatch

_CALENDAR = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"),
    *("spring", "summer", "autumn", "fall", "winter"),
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
)

_CALENDAR_COST = _YEAR_COST = _RUN_COST = 1.5
_COPY_COST = 1.0  # of what stands earlier in the password
_NAME_COST = 0.5  # of the user or the service

_ENOUGH = 6.0  # a million guesses: online, where they are slowed down, nobody has as many
_SHORTEST_NAME = 4  # that a password may not contain; it may well contain a shorter one by chance


def is_weak(password: str, names: Iterable[str], others: Iterable[str] = ()) -> bool:
    """Whether a password contains one of the names, or is guessed soon; `others` are words that only help to guess it."""
    names = tuple(names)
    if any(len(name) >= _SHORTEST_NAME and _contains(password, name) for name in names):
        return True
    return log10_guesses(password, (*names, *others)) < _ENOUGH


def log10_guesses(password: str, names: Iterable[str] = ()) -> float:
    """The decimal logarithm of the guesses; `names` are those of the user and the service."""
    text = _letters(password)[:_MOST]
    pieces: list[list[tuple[int, float]]] = [[(end - 1, 1.0)] for end in range(len(text) + 1)]  # where they begin, by their end
    for begin, end, price in (*_words(text.translate(_LEET), names), *_patterns(text)):
        pieces[end].append((begin, price))
    cost = [0.0]
    for end in range(1, len(text) + 1):
        cost.append(min(cost[begin] + price for begin, price in pieces[end]))
    return cost[-1]


def _words(text: str, names: Iterable[str]) -> Iterator[tuple[int, int, float]]:
    """Names and common words, forwards and backwards."""
    parts = {part for name in names for part in _parts(name)}
    for part in parts.union(part[::-1] for part in parts):
        begin = text.find(part)
        while begin >= 0:
            yield begin, begin + len(part), _NAME_COST
            begin = text.find(part, begin + 1)
    size, reverse, price = len(text), text[::-1], _common().get
    for begin in range(size - _SHORTEST + 1):
        for end in range(begin + _SHORTEST, min(size, begin + _LONGEST) + 1):
            if found := price(text[begin:end]) or price(reverse[size - end : size - begin]):
                yield begin, end, found


def _patterns(text: str) -> Iterator[tuple[int, int, float]]:
    """Keys in a row, years, and copies of what stands earlier in the password."""
    run = copy = 0  # where the longest run, or copy, begins that ends at `end`
    for end in range(1, len(text) + 1):
        while text[run:end] not in _RUNS:
            run += 1
        while text.find(text[copy:end], 0, end - 1) < 0:
            copy += 1
        for begin in range(run, end - _SHORTEST + 1):
            if end - begin > _SHORTEST or text[begin:end].isdigit():
                yield begin, end, _RUN_COST
        for begin in range(copy, end - _SHORTEST + 1):
            yield begin, end, _COPY_COST
        if end >= 4 and _YEAR(text, end - 4, end):  # noqa: PLR2004 - digits of a year
            yield end - 4, end, _YEAR_COST


def _contains(password: str, name: str) -> bool:
    """In any case, and with digits for letters."""
    return _letters(name).translate(_LEET) in _letters(password).translate(_LEET)


def _parts(name: str) -> set[str]:
    """A name and its words, as they are looked for."""
    text = _letters(name)
    found = {text[:_MOST], *re.split(r"[\W_]+", text)}
    return {part.translate(_LEET) for part in found if len(part) >= _SHORTEST}


def _letters(text: str) -> str:
    """Without regard to case, accents and width."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@functools.cache
def _common() -> dict[str, float]:
    """What each commonly used word costs, by its place in the list: 4 MB, read when it is first needed."""
    words = Path(__file__).with_name("common_passwords.txt").read_text(encoding="ascii").partition("\n\n")[2]
    spelt = words.translate(_LEET).split()[::-1]  # of two that are spelt alike the more frequent one counts
    prices = dict(zip(spelt, map(math.log10, range(len(spelt) + 2, 2, -1)), strict=True))
    prices.update((word.translate(_LEET), _CALENDAR_COST) for word in _CALENDAR)
    return prices
