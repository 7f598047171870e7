"""SQL of generated users and posts."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from app.core.database.statements import statement
from app.models import User

SELECT_LAST_USER_ID = statement(select(func.coalesce(func.max(User.id), 0)), int)
SELECT_USER_IDS = statement(
    select(User.id).where(User.id > bindparam("after")).order_by(User.id).limit(bindparam("limit")),
    int,
)
