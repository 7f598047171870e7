"""Handlers, one module per tag of the document. Register a module here: the service serves what is imported."""

from typing import TYPE_CHECKING

from app.api import (
    accounts,
    api_keys,
    audit,
    factors,
    health,
    outbox,
    posts,
    profiles,
    sessions,
    statistics,
    users,
    webhooks,
)

if TYPE_CHECKING:
    from app.schemas.operations import Handlers

    # mypy reports a tag without a module, and a module that lacks one of its tag's handlers.
    Handlers(
        accounts=accounts,
        api_keys=api_keys,
        audit=audit,
        factors=factors,
        health=health,
        outbox=outbox,
        posts=posts,
        profiles=profiles,
        sessions=sessions,
        statistics=statistics,
        users=users,
        webhooks=webhooks,
    )
