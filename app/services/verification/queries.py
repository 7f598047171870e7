"""SQL of the verification of users."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from app.core.database.statements import statement
from app.models import Session

LOCK_SESSION = statement(select(Session.id).where(Session.id == bindparam("session_id")).with_for_update(read=True), int)
