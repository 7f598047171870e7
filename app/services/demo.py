"""Demo data for development: two people and a few posts.

The administrator's password is made up and told once; the other one is that of the document's examples, so that they work.
"""

from __future__ import annotations

import secrets
from typing import NamedTuple

from sqlalchemy import select

from app.call import Principal
from app.core.database.statements import statement
from app.core.security.passwords import DEMO_PASSWORD
from app.models import User
from app.resources import Resources
from app.schemas.models import PostCreate, UserCreate
from app.services import posts, users

ANYBODY = statement(select(User.id).limit(1), int)


class Account(NamedTuple):
    """How to sign in."""

    username: str
    password: str
    role: str


async def create(resources: Resources) -> list[Account]:
    """Fill an empty database; return the accounts, whose passwords are told here and never again. Else nothing."""
    if await resources.database.one(ANYBODY) is not None:
        return []
    accounts = []
    people: list[tuple[str, str, users.Role]] = [("ada", "Ada Lovelace", "admin"), ("grace", "Grace Hopper", "user")]
    for username, full_name, role in people:
        password = f"{secrets.token_urlsafe(12)}-7a" if role == "admin" else DEMO_PASSWORD
        new = UserCreate(email=f"{username}@example.com", username=username, password=password, full_name=full_name)
        user = await users.create(resources, new, role)
        author = Principal(user.id, role, 0)
        for number in range(1, 4):
            post = PostCreate(title=f"{full_name}'s note {number}", content="Demo data.", is_published=number < 3)  # noqa: PLR2004
            await posts.create(resources, author, post)
        accounts.append(Account(username, password, role))
    return accounts
