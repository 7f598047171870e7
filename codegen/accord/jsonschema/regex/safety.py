"""Whether a backtracking engine can need exponential time for an expression, as `^(a+)+$` does for `aaaaaaaa!`.

The engine of this service runs in linear time, but clients, gateways and mocks check the same patterns with other ones.
An expression is exponential when, in its automaton, some word leads from a state back to itself in two ways
(Weber and Seidl 1991): then n such words can be read in 2^n ways, and a mismatch at the end tries them all.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from dataclasses import dataclass, field

from accord.jsonschema.regex import parser, tree

_MANY = 4  # an optional repetition beyond this counts as unbounded: it backtracks like one
_COPIES = 8  # a fixed repetition beyond this is cut: hex{72} backtracks like hex{8}

Letters = tuple[parser.CodeRange, ...]  # one character out of these ranges

State = int
Pair = tuple[State, State]


@dataclass(slots=True)
class Automaton:
    """A position automaton (Glushkov): a state for each letter of the expression, entered by reading it."""

    letters: list[Letters] = field(default_factory=list)
    follow: dict[State, list[State]] = field(default_factory=lambda: defaultdict(list))  # an entry twice is two transitions


@dataclass(frozen=True, slots=True)
class Ends:
    """Where a part begins and ends, and whether it may be empty."""

    first: tuple[State, ...]
    last: tuple[State, ...]
    empty: bool


@functools.cache
def exponential(pattern: str) -> bool:
    """Whether a portable expression has two ways around a loop for one word."""
    automaton = Automaton()
    _build(parser.parse(pattern), automaton)
    steps = _steps(automaton)
    for state, after in automaton.follow.items():
        for twice in {one for one in after if after.count(one) > 1}:
            if (state, state) in _reached((twice, twice), steps):
                return True
    backward: dict[Pair, set[Pair]] = defaultdict(set)
    for pair, after_pairs in steps.items():
        for after_pair in after_pairs:
            backward[after_pair].add(pair)
    homes = [(state, state) for state in range(len(automaton.letters))]
    return any(left != right for home in homes for left, right in _reached(home, steps) & _reached(home, backward))


def _steps(automaton: Automaton) -> dict[Pair, set[Pair]]:
    """Where two readers of one word can go together: pairs of states, reached from any state that both are in."""
    steps: dict[Pair, set[Pair]] = defaultdict(set)
    waiting = [(state, state) for state in range(len(automaton.letters))]
    while waiting:
        left, right = pair = waiting.pop()
        if pair in steps:
            continue
        steps[pair] = {
            (min(after, other), max(after, other))
            for after in automaton.follow[left]
            for other in automaton.follow[right]
            if _meet(automaton.letters[after], automaton.letters[other])
        }
        waiting.extend(steps[pair])
    return steps


def _reached(start: Pair, steps: dict[Pair, set[Pair]]) -> set[Pair]:
    found, waiting = {start}, [start]
    while waiting:
        for step in steps.get(waiting.pop(), ()):
            if step not in found:
                found.add(step)
                waiting.append(step)
    return found


def _build(part: tree.Part, automaton: Automaton) -> Ends:
    match part:
        case tree.Character() | tree.Escape() | tree.Class():
            automaton.letters.append(_letters(part))
            state = len(automaton.letters) - 1
            return Ends((state,), (state,), empty=False)
        case tree.Group():
            return _build(part.part, automaton)
        case tree.Sequence():
            return _joined([_build(one, automaton) for one in part.parts], automaton)
        case tree.Choice():
            ends = [_build(one, automaton) for one in part.branches]
            first = tuple(state for end in ends for state in end.first)
            last = tuple(state for end in ends for state in end.last)
            return Ends(first, last, empty=any(end.empty for end in ends))
        case tree.Repeat():
            return _repeated(part, automaton)
    return Ends((), (), empty=True)  # the anchors


def _joined(ends: list[Ends], automaton: Automaton) -> Ends:
    whole = Ends((), (), empty=True)
    for end in ends:
        for state in whole.last:
            automaton.follow[state].extend(end.first)
        whole = Ends(
            whole.first + end.first if whole.empty else whole.first,
            whole.last + end.last if end.empty else end.last,
            empty=whole.empty and end.empty,
        )
    return whole


def _repeated(part: tree.Repeat, automaton: Automaton) -> Ends:
    copies = [_build(part.part, automaton) for _ in range(min(part.least, _COPIES))]
    endless = part.most is None or part.most - part.least > _MANY
    if endless:
        loop = copies.pop() if copies else _build(part.part, automaton)
        for state in loop.last:
            automaton.follow[state].extend(loop.first)
        copies.append(Ends(loop.first, loop.last, empty=loop.empty or part.least == 0))
    else:
        # x{0,2} is (x(x)?)?: an option only after the one before it, else one word would have several readings.
        rest: list[Ends] = []
        for _ in range((part.most or 0) - part.least):
            option = _joined([_build(part.part, automaton), *rest], automaton)
            rest = [Ends(option.first, option.last, empty=True)]
        copies.extend(rest)
    return _joined(copies, automaton)


def _letters(part: tree.Character | tree.Escape | tree.Class | tree.Range) -> Letters:
    if isinstance(part, tree.Character):
        return ((part.code, part.code),)
    if isinstance(part, tree.Escape):
        ranges = parser.CLASS_ESCAPES.get(part.letter.lower(), [(0, parser.LAST)])
        return _complement(ranges) if part.letter in "DWS" else tuple(ranges)
    if isinstance(part, tree.Range):
        return (
            ((part.low.code, part.high.code),)
            if isinstance(part.high, tree.Character)
            else (*_letters(part.low), *_letters(part.high))
        )
    ranges = [found for member in part.members for found in _letters(member)]
    return _complement(ranges) if part.negated else tuple(sorted(ranges))


def _complement(ranges: list[parser.CodeRange]) -> Letters:
    left, start = [], 0
    for low, high in sorted(ranges):
        if start < low:
            left.append((start, low - 1))
        start = max(start, high + 1)
    return (*left, (start, parser.LAST)) if start <= parser.LAST else tuple(left)


def _meet(one: Letters, other: Letters) -> bool:
    """Whether some character is in both."""
    return any(low <= high2 and low2 <= high for low, high in one for low2, high2 in other)
