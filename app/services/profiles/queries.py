"""SQL of profiles: the public side of active users."""

from __future__ import annotations

from sqlalchemy import select

from app.core.database.statements import lookup
from app.models import User
from app.schemas.rows import UserProfileRow
from app.services.shared.pages import Listing, Order, index_scan, stored_total

_COLUMNS = (User.id, User.username, User.full_name, User.bio, User.created_at, User.version)
_OLDEST_FIRST: Order[UserProfileRow] = Order((User.id,))

SELECT_PROFILE = lookup(select(*_COLUMNS).where(User.is_active), UserProfileRow, user_id=User.id)
PROFILES: Listing[UserProfileRow] = Listing(
    "profiles",
    stored_total("users:user:active", "users:admin:active"),
    _OLDEST_FIRST,
    index_scan(select(*_COLUMNS), [User.is_active.expression], UserProfileRow, _OLDEST_FIRST),
)
