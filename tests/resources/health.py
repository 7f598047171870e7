"""Health: what its tests need beyond the document."""

from __future__ import annotations

from tests.support.access import ALIKE

COSTS = {"getHealth": 0, "getReadiness": 1}
ACCESS = {"getHealth": ALIKE, "getReadiness": ALIKE}
FLOORS = {"getHealth": 1.0, "getReadiness": 1.0}
