"""Build words.txt from the word lists of zxcvbn; see README.md."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from zxcvbn.frequency_lists import FREQUENCY_LISTS  # type: ignore[import-untyped]

from app.core.security.password_strength import CALENDAR, CALENDAR_COST, LEET, MAX_WORD, MIN_PIECE, log10_guesses

_LISTS = {"passwords": None, "female_names": None, "male_names": None, "english_wikipedia": 5000}  # with how many are used

# A word is left out if the words before it put it within ten times its rank: listing it would change its estimate too little.
_MARGIN = 1.0


def _candidates() -> Iterator[str]:
    """The lists merged by rank."""
    for words in zip_longest(*(FREQUENCY_LISTS[name][:most] for name, most in _LISTS.items())):
        yield from (word for word in words if word is not None and MIN_PIECE <= len(word) <= MAX_WORD and word.isascii())


def _selected() -> Iterator[str]:
    costs = {word.translate(LEET): CALENDAR_COST for word in CALENDAR}
    rank = 1
    for word in _candidates():
        cost = math.log10(rank + 2)
        if log10_guesses(word, words=costs) > cost + _MARGIN:
            costs.setdefault(word.translate(LEET), cost)
            rank += 1
            yield word


if __name__ == "__main__":
    path = Path(__file__).with_name("words.txt")
    path.write_text("".join(f"{word}\n" for word in _selected()), encoding="ascii")
    sys.stdout.write(f"{path}: {path.stat().st_size} bytes\n")
