"""Handlers, one module per tag of the document. Every module here is served; mypy checks that each tag has all its handlers."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.api import health, posts, profiles, sessions, users
    from app.schemas.operations import Handlers

    Handlers(health=health, posts=posts, profiles=profiles, sessions=sessions, users=users)
