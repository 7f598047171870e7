"""SQL of what is stored about one user. Long lists are read in batches, each after the last row of the one before."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple, cast

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, case, func, literal, null, or_, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute

from app.core.database.statements import statement
from app.models import ApiKey, AuditEvent, Factor, KnownAddress, MailToken, Post, RecoveryCode, Session, User
from app.models.base import UtcDateTime
from app.schemas.rows import FactorRow, MailTokenRow, PostRow, SessionRow
from app.services.api_keys.queries import key_row
from app.services.audit.list_queries import event_row
from app.services.factors import queries as factors
from app.services.posts import queries as posts

BATCH_SIZE = 50  # rows; a post has up to 20,000 characters
MAX_ROWS = 1000  # of the short lists; the document's arrays have the same bound


class Counts(NamedTuple):
    """What is only counted, and when the credentials changed."""

    credentials_changed_at: datetime | None
    recovery_codes: int
    known_addresses: int


_USER = bindparam("user_id", type_=BigInteger())


def _count(column: InstrumentedAttribute[int]) -> ColumnElement[int]:
    return select(func.count()).where(column == _USER).scalar_subquery()


def _mail_token(purpose: str, email: str, expires_at: datetime) -> MailTokenRow:
    return MailTokenRow(cast("Literal['reset-password', 'verify-email']", purpose), email, expires_at)


SELECT_COUNTS = statement(
    select(User.credentials_changed_at, _count(RecoveryCode.user_id), _count(KnownAddress.user_id)).where(User.id == _USER),
    Counts,
)
SELECT_SESSIONS = statement(
    select(
        Session.id,
        (Session.id == bindparam("current", type_=Session.id.type)).label("is_current"),
        Session.created_at,
        Session.refreshed_at,
        Session.expires_at,
    )
    .where(Session.user_id == _USER)
    .order_by(Session.id.desc())
    .limit(literal(MAX_ROWS)),
    SessionRow,
)
SELECT_FACTORS = statement(
    select(*factors.SHOWN).where(Factor.user_id == _USER).order_by(Factor.id).limit(literal(100)),
    FactorRow,
)
SELECT_API_KEYS = statement(
    select(ApiKey.id, ApiKey.name, ApiKey.scopes, ApiKey.created_at, ApiKey.expires_at, ApiKey.last_used_at)
    .where(ApiKey.user_id == _USER)
    .order_by(ApiKey.id.desc())
    .limit(literal(MAX_ROWS)),
    key_row,
)
# Without those to change the address: they exist only if nobody else has the new one, and so would reveal who has an account.
SELECT_MAIL_TOKENS = statement(
    select(MailToken.purpose, MailToken.email, MailToken.expires_at)
    .where(MailToken.user_id == _USER, MailToken.purpose != "change-email")
    .order_by(MailToken.expires_at, MailToken.hash)
    .limit(literal(MAX_ROWS)),
    _mail_token,
)
SELECT_POSTS = statement(
    select(*posts.COLUMNS)
    .where(Post.author_id == _USER, Post.id > bindparam("after"))
    .order_by(Post.id)
    .limit(literal(BATCH_SIZE)),
    PostRow,
)

_POSITION = tuple_(bindparam("after_value", type_=UtcDateTime()), bindparam("after_id", type_=BigInteger()))
_BY_THEM = AuditEvent.actor_id == _USER


def _batch(*where: ColumnElement[bool]) -> Select[int]:
    """The ids of the next events. They are found by the index of the user's id, which has the order."""
    position = tuple_(AuditEvent.created_at, AuditEvent.id) > _POSITION
    found = select(AuditEvent.id, AuditEvent.created_at).where(*where, position)
    batch = found.order_by(AuditEvent.created_at, AuditEvent.id).limit(literal(BATCH_SIZE)).subquery()
    return select(batch.c.id)


_about_others = or_(AuditEvent.actor_id.is_(None), AuditEvent.actor_id != _USER)
_IDS = union_all(_batch(_BY_THEM), _batch(AuditEvent.subject_id == _USER, _about_others)).subquery()
# An address of somebody else is not theirs to have; without an actor it is of an attempt to sign in as them.
_IS_THEIRS = or_(_BY_THEM, AuditEvent.actor_id.is_(None))
SELECT_AUDIT_EVENTS = statement(
    select(
        AuditEvent.id,
        AuditEvent.type,
        AuditEvent.actor_id,
        AuditEvent.subject_id,
        AuditEvent.details,
        case((_IS_THEIRS, AuditEvent.address), else_=null()),
        case((_IS_THEIRS, AuditEvent.user_agent), else_=null()),
        AuditEvent.request_id,
        AuditEvent.created_at,
        AuditEvent.sequence,
        AuditEvent.hash,
    )
    .where(AuditEvent.id.in_(select(_IDS.c.id)))
    .order_by(AuditEvent.created_at, AuditEvent.id)
    .limit(literal(BATCH_SIZE)),
    event_row,
)
