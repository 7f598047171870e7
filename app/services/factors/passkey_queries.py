"""SQL of passkeys and of the challenges that they have answered."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import and_, bindparam, exists, func, literal, or_, select, update

from app.core.database.statements import insert, parameters, statement
from app.models import Factor, UsedChallenge, User
from app.schemas.rows import FactorRow, PasskeyDescriptorRow
from app.services.factors.queries import SHOWN, Owner

MAX_PASSKEYS = 20  # per user; the document's `excludeCredentials` array has the same bound
PREFIX = "passkey:"


class StoredPasskey(NamedTuple):
    """A passkey and its user."""

    id: int
    key: str
    public_key: str
    user_id: int
    is_active: bool
    email_verified: bool


def _descriptor(key: str, transports: str | None) -> PasskeyDescriptorRow:
    return PasskeyDescriptorRow("public-key", key.removeprefix(PREFIX), (transports or "").split())


HAS_PASSKEY = exists().where(Factor.user_id == User.id, Factor.type == "passkey")

SELECT_DESCRIPTORS = statement(
    select(Factor.key, Factor.transports)
    .where(Factor.user_id == bindparam("user_id"), Factor.type == "passkey")
    .order_by(Factor.id)
    .limit(literal(MAX_PASSKEYS)),
    _descriptor,
)
SELECT_PASSKEY = statement(
    select(Factor.id, Factor.key, Factor.secret, User.id, User.is_active, User.email_verified)
    .join_from(Factor, User, User.id == Factor.user_id)
    .where(Factor.key == bindparam("key"), Factor.type == "passkey"),
    StoredPasskey,
)
# Simultaneous creations of a user's passkeys wait for each other, or else their number could exceed the limit.
LOCK_OWNER = statement(
    select(User.email, User.username, User.full_name)
    .where(User.id == bindparam("user_id"), User.is_active)
    .with_for_update(key_share=True),
    Owner,
)
_GIVEN = (
    *(Factor.user_id, Factor.key, Factor.name, Factor.secret),
    *(Factor.counter, Factor.transports, Factor.created_at, Factor.confirmed_at),
)
# No row is returned if the passkey is there already, or if the user has the maximum number.
INSERT_PASSKEY = statement(
    insert(Factor)
    .from_select(
        [*_GIVEN, Factor.type],
        select(*(bindparam(column.key, type_=column.type) for column in _GIVEN), literal("passkey")).where(
            select(func.count()).where(Factor.user_id == bindparam("user_id"), Factor.type == "passkey").scalar_subquery()
            < literal(MAX_PASSKEYS)
        ),
    )
    .on_conflict_do_nothing(index_elements=(Factor.key,))
    .returning(*SHOWN),
    FactorRow,
)
# A counter that does not grow means that there are two authenticators with the same key. Many have none: it stays 0.
USE_PASSKEY = statement(
    update(Factor)
    .where(
        Factor.id == bindparam("factor_id"),
        or_(
            Factor.counter < bindparam("new_counter"),
            and_(Factor.counter == 0, bindparam("new_counter", type_=Factor.counter.type) == 0),
        ),
    )
    .values(counter=bindparam("new_counter"), last_used_at=bindparam("now"))
    .returning(Factor.id),
    int,
)
INSERT_USED_CHALLENGE = statement(
    insert(UsedChallenge)
    .values(**parameters("hash", "expires_at"))
    .on_conflict_do_nothing(index_elements=(UsedChallenge.hash,))
    .returning(UsedChallenge.hash),
    str,
)
