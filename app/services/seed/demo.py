"""Demo data for development: an administrator, a user and a few posts.

The administrator's password is random; the user's is that of the examples in openapi.yaml, so that they work.
"""

from __future__ import annotations

import secrets
from typing import NamedTuple

from app.call import Principal, Role
from app.core.security.passwords import DEMO_PASSWORD
from app.resources import Resources
from app.schemas.models import PostCreate, UserCreate
from app.services import posts
from app.services.users.creation import create_user
from app.services.users.queries import SELECT_ANY_USER


class Account(NamedTuple):
    """The credentials of a demo user."""

    username: str
    password: str
    role: str


async def create(resources: Resources) -> list[Account]:
    """Fill an empty database and return the accounts; does nothing and returns none if there are users."""
    if await resources.database.one(SELECT_ANY_USER) is not None:
        return []
    accounts = []
    people: list[tuple[str, str, Role]] = [("ada", "Ada Lovelace", "admin"), ("grace", "Grace Hopper", "user")]
    for username, full_name, role in people:
        password = f"{secrets.token_urlsafe(12)}-7a" if role == "admin" else DEMO_PASSWORD
        new = UserCreate(email=f"{username}@example.com", username=username, password=password, full_name=full_name)
        user = await create_user(resources, new, role)
        author = Principal(user.id, role)
        for number in range(1, 4):
            post = PostCreate(title=f"{full_name}'s note {number}", content="Demo data.", is_published=number < 3)  # noqa: PLR2004
            await posts.create(resources, author, post)
        accounts.append(Account(username, password, role))
    return accounts
