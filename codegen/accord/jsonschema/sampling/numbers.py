"""Sample numbers within bounds and on steps, the simplest first."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from fractions import Fraction

from accord.jsonschema.formats import NUMBER_RANGES
from accord.jsonschema.sampling.constraints import Conjunction

_LONG = 10**25  # longer integers are written with an exponent


def _exact(number: float) -> Fraction:
    """The number as it is written: `0.1` is a tenth."""
    return Fraction(str(number))


def numbers(conjunction: Conjunction, *, integral: bool) -> Iterator[float]:
    """Integers, or numbers, within the bounds and on the steps of a conjunction."""
    low = max(map(_exact, [*conjunction.having("minimum"), *_exclusive(conjunction, "exclusiveMinimum")]), default=None)
    high = min(map(_exact, [*conjunction.having("maximum"), *_exclusive(conjunction, "exclusiveMaximum")]), default=None)
    for name in conjunction.having("format"):
        if name in NUMBER_RANGES:
            least, most = map(_exact, NUMBER_RANGES[name])
            low, high = (least if low is None else max(low, least)), (most if high is None else min(high, most))
    steps = [_exact(step) for step in conjunction.having("multipleOf")]
    found = _stepped(low, high, _common([*steps, Fraction(1)] if integral or not steps else steps))
    if integral or steps:
        yield from map(_plain, found)
        return
    inside = _between(low, high)
    for pair in itertools.zip_longest(itertools.islice(found, 1000), inside):
        yield from (_plain(number) for number in pair if number is not None)


def _exclusive(conjunction: Conjunction, keyword: str) -> Iterator[float]:
    """Exclusive bounds as inclusive ones: the bound itself is rejected by the validator, and the next candidate is used."""
    return (bound for bound in conjunction.having(keyword) if not isinstance(bound, bool))


def _common(steps: list[Fraction]) -> Fraction:
    """The least number that is a multiple of all."""
    denominator = math.gcd(*(step.denominator for step in steps))
    return Fraction(math.lcm(*(step.numerator for step in steps)), denominator)


def _stepped(low: Fraction | None, high: Fraction | None, step: Fraction) -> Iterator[Fraction]:
    """The multiples within the bounds: from the lower bound up, else from one step, or the upper bound, down."""
    first = step if low is None else math.ceil(low / step) * step
    if low is None and high is not None and first > high:
        first = math.floor(high / step) * step
    upwards = itertools.takewhile(lambda n: high is None or n <= high, (first + k * step for k in itertools.count()))
    downwards = itertools.takewhile(lambda n: low is None or n >= low, (first - k * step for k in itertools.count(1)))
    for pair in itertools.zip_longest(upwards, downwards):
        yield from (number for number in pair if number is not None)


def _between(low: Fraction | None, high: Fraction | None) -> Iterator[Fraction]:
    """Halves, quarters, ... of the room between the bounds."""
    start = low if low is not None else (high - 8 if high is not None else Fraction(0))
    end = high if high is not None else start + 8
    for power in range(1, 12):
        for odd in range(1, 2**power, 2):
            yield start + (end - start) * odd / 2**power


def _plain(number: Fraction) -> float:
    """An integer where it is one; a bound like `1e300` as it is written."""
    return int(number) if number.denominator == 1 and abs(number) < _LONG else float(number)
