"""SQL of second factors and recovery codes."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, delete, exists, func, literal, null, select, update

from app.core.database.statements import command, insert, parameters, statement
from app.models import Factor, RecoveryCode, User
from app.schemas.rows import FactorRow

ISSUER = "Accord"
MAX_FACTORS = 21  # the document's `factors` array has the same bound


class StoredTotp(NamedTuple):
    """The authenticator app of a user."""

    id: int
    secret: str  # encrypted
    counter: int
    is_confirmed: bool


class Owner(NamedTuple):
    """Whose factor it is, for mails and for the authenticator app."""

    email: str
    username: str
    full_name: str | None


_MINE = Factor.user_id == bindparam("user_id")
SHOWN = (Factor.id, Factor.type, Factor.name, Factor.created_at, Factor.last_used_at)
HAS_TOTP = exists().where(Factor.user_id == User.id, Factor.type == "totp", Factor.confirmed_at.is_not(None))

SELECT_OWNER = statement(select(User.email, User.username, User.full_name).where(User.id == bindparam("user_id")), Owner)
SELECT_FACTORS = statement(
    select(*SHOWN).where(_MINE, Factor.confirmed_at.is_not(None)).order_by(Factor.id).limit(literal(MAX_FACTORS)), FactorRow
)
COUNT_RECOVERY_CODES = statement(
    select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == bindparam("user_id")), int
)
UPDATE_NAME = statement(
    update(Factor)
    .where(Factor.id == bindparam("factor_id"), _MINE, Factor.confirmed_at.is_not(None))
    .values(name=bindparam("new_name"))
    .returning(*SHOWN),
    FactorRow,
)
DELETE_FACTOR = statement(delete(Factor).where(Factor.id == bindparam("factor_id"), _MINE).returning(Factor.type), str)
DELETE_FACTORS_OF_USER = statement(delete(Factor).where(_MINE).returning(Factor.id), int)
DELETE_RECOVERY_CODES = command(delete(RecoveryCode).where(RecoveryCode.user_id == bindparam("user_id")))

_NEW = insert(Factor).values(**parameters("user_id", "key", "name", "secret", "created_at"), type="totp", counter=0)
# In place of one that was not confirmed; a confirmed one stays, and no row is returned.
UPSERT_TOTP = statement(
    _NEW.on_conflict_do_update(
        index_elements=(Factor.key,),
        set_={name: _NEW.excluded[name] for name in ("name", "secret", "created_at")},
        where=Factor.confirmed_at.is_(null()),
    ).returning(Factor.id),
    int,
)
SELECT_TOTP = statement(
    select(Factor.id, Factor.secret, Factor.counter, Factor.confirmed_at.is_not(None).label("is_confirmed")).where(
        Factor.key == bindparam("key")
    ),
    StoredTotp,
)
# Only the secret whose code was verified: it may have been replaced since.
CONFIRM_TOTP = statement(
    update(Factor)
    .where(Factor.id == bindparam("factor_id"), Factor.confirmed_at.is_(None), Factor.secret == bindparam("old_secret"))
    .values(confirmed_at=bindparam("now"), counter=bindparam("new_counter"))
    .returning(Factor.id),
    int,
)
# Of several requests with the same code one succeeds.
USE_TOTP = statement(
    update(Factor)
    .where(Factor.id == bindparam("factor_id"), Factor.counter < bindparam("new_counter"))
    .values(counter=bindparam("new_counter"), last_used_at=bindparam("now"))
    .returning(Factor.id),
    int,
)
INSERT_RECOVERY_CODE = command(insert(RecoveryCode).values(**parameters("user_id", "hash")))
USE_RECOVERY_CODE = statement(
    delete(RecoveryCode)
    .where(RecoveryCode.user_id == bindparam("user_id"), RecoveryCode.hash == bindparam("hash"))
    .returning(RecoveryCode.user_id),
    int,
)
