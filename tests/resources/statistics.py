"""Statistics: what their tests need beyond the document."""

from __future__ import annotations

from tests.support.access import ALIKE

COSTS = {"getStatistics": 1 + 1}
ACCESS = {"getStatistics": ALIKE}
FLOORS = {"getStatistics": 0.6}
