# Generated from openapi.yaml by `accord generate`. Do not edit.
"""What handlers answer: checked by type, never validated. Fields stand in the order of the document."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, final

import msgspec


@final
class HealthRow(msgspec.Struct):
    """A `Health` to answer with."""

    status: Literal["healthy"]


@final
class ReadinessRow(msgspec.Struct):
    """A `Readiness` to answer with."""

    status: Literal["ready"]


@final
class TokensRow(msgspec.Struct):
    """A `Tokens` to answer with."""

    session_id: int
    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    refresh_token: str
    refresh_expires_in: int


@final
class SessionRow(msgspec.Struct):
    """A `Session` to answer with."""

    id: int
    is_current: bool
    created_at: datetime
    refreshed_at: datetime
    expires_at: datetime


@final
class UserRow(msgspec.Struct):
    """A `User` to answer with."""

    id: int
    email: str
    username: str
    full_name: str | None
    bio: str | None
    role: Literal["user", "admin"]
    is_active: bool
    created_at: datetime
    version: int


@final
class UserProfileRow(msgspec.Struct):
    """A `UserProfile` to answer with."""

    id: int
    username: str
    full_name: str | None
    bio: str | None
    created_at: datetime
    version: int


@final
class PostRow(msgspec.Struct):
    """A `Post` to answer with."""

    id: int
    author_id: int
    title: str
    content: str
    is_published: bool
    created_at: datetime
    version: int


@final
class SessionListRow(msgspec.Struct):
    """A `SessionList` to answer with."""

    sessions: list[SessionRow]


@final
class UserListRow(msgspec.Struct):
    """A `UserList` to answer with."""

    users: list[UserRow]
    total: int
    page: int
    page_size: int
    next_cursor: str | None


@final
class UserProfileListRow(msgspec.Struct):
    """A `UserProfileList` to answer with."""

    profiles: list[UserProfileRow]
    total: int
    page: int
    page_size: int
    next_cursor: str | None


@final
class PostListRow(msgspec.Struct):
    """A `PostList` to answer with."""

    posts: list[PostRow]
    total: int
    page: int
    page_size: int
    next_cursor: str | None
