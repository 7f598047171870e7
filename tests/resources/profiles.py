"""Profiles: what their tests need beyond the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.access import ALIKE

if TYPE_CHECKING:  # it can be imported within a pass only
    from tests.contract.fuzz.arrange import Arranged

COSTS = {"listUserProfiles": 1, "getUserProfile": 1}
ACCESS = {"listUserProfiles": ALIKE, "getUserProfile": ALIKE}
FLOORS = {"listUserProfiles": 0.5, "getUserProfile": 0.5}


def _activate(found: Arranged) -> None:
    """Three of four users are active, whatever the pass has done to them: others have no profile."""
    if found.valid and found.phase != "stateful" and found.turn % 4:
        found.database.execute("UPDATE users SET is_active = ? WHERE id = ?", (True, found.number("user_id")))


ARRANGE = {"getUserProfile": _activate}
