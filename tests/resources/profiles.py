"""Profiles: what their tests need beyond the document."""

from __future__ import annotations

from tests.support.access import ALIKE

COSTS = {"listUserProfiles": 1, "getUserProfile": 1}
ACCESS = {"listUserProfiles": ALIKE, "getUserProfile": ALIKE}
FLOORS = {"listUserProfiles": 0.5, "getUserProfile": 0.5}
