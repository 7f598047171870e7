"""The outbox: what its tests need beyond the document."""

from __future__ import annotations

from tests.support.access import ALIKE

COSTS = {"listOutboxItems": 1 + 1}
ACCESS = {"listOutboxItems": ALIKE}
FLOORS = {"listOutboxItems": 0.5}
