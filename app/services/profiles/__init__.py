"""Rules of profiles: the profiles of active users are public."""

from __future__ import annotations

from accord.runtime import Encoded
from app.core.database import Database
from app.resources import Resources
from app.schemas.problems import NotFound
from app.schemas.rows import UserProfileListRow, UserProfileRow
from app.services.profiles.queries import PROFILES, SELECT_PROFILE
from app.services.shared.pages import load_page

CACHE_TOPIC = "profiles"  # of the list


async def get(database: Database, user_id: int) -> UserProfileRow:
    """The profile of an active user. Raises `NotFound`."""
    profile = await database.one(SELECT_PROFILE, user_id=user_id)
    if profile is None:
        raise NotFound(f"There is no profile {user_id}.")
    return profile


async def list(resources: Resources, number: int, size: int, cursor: str | None) -> Encoded[UserProfileListRow]:
    """One page of profiles, oldest first. Runs the statements of `load_page`, or none if cached.

    Raises:
        UnknownCursor: the cursor was not issued for this list.
    """

    async def read() -> UserProfileListRow:
        return UserProfileListRow(*await load_page(resources.database, PROFILES, number, size, cursor))

    return await resources.cache.get(CACHE_TOPIC, f"{number} {size} {cursor}", read)
