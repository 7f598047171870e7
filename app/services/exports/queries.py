"""SQL of what is stored about one user. Long lists are read in batches, each after the last row of the one before."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple, cast, get_args

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    bindparam,
    case,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from app.core.database.statements import statement
from app.models import (
    ApiKey,
    AuditEvent,
    Delivery,
    Factor,
    KnownAddress,
    MailToken,
    OutboxItem,
    Post,
    RecoveryCode,
    Session,
    User,
)
from app.models.base import UtcDateTime
from app.schemas.rows import MailTokenRow, PostRow, StoredDeliveryRow, StoredFactorRow, StoredSessionRow
from app.services.api_keys.queries import key_row
from app.services.audit.list_queries import event_row
from app.services.factors.passkey_queries import PREFIX
from app.services.mails import TOPIC, Requested
from app.services.posts import queries as posts
from app.services.webhooks.events import Event
from app.services.webhooks.queries import Status

BATCH_SIZE = 50  # rows; a post has up to 20,000 characters
MAX_ROWS = 1000  # of the short lists; the document's arrays have the same bound


class Counts(NamedTuple):
    """What is only counted, and when the credentials changed."""

    credentials_changed_at: datetime | None
    recovery_codes: int
    known_addresses: int


class StoredMail(NamedTuple):
    """A mail in the outbox."""

    topic: str
    payload: str
    created_at: datetime
    failed_at: datetime | None


_USER = bindparam("user_id", type_=BigInteger())


def _count(column: InstrumentedAttribute[int]) -> ColumnElement[int]:
    return select(func.count()).where(column == _USER).scalar_subquery()


def _mail_token(purpose: str, email: str, expires_at: datetime) -> MailTokenRow:
    return MailTokenRow(cast("Requested", purpose), email, expires_at)


def _delivery(
    delivery_id: int, event: str, status: str, created_at: datetime, attempted_at: datetime | None, body: str
) -> StoredDeliveryRow:
    return StoredDeliveryRow(delivery_id, cast("Event", event), cast("Status", status), created_at, attempted_at, body)


def _factor(
    factor_id: int,
    kind: Literal["totp", "passkey"],
    name: str,
    created_at: datetime,
    confirmed_at: datetime | None,
    last_used_at: datetime | None,
    key: str | None,
    public_key: str | None,
    transports: str | None,
) -> StoredFactorRow:
    credential_id = None if key is None else key.removeprefix(PREFIX)
    return StoredFactorRow(
        *(factor_id, kind, name, created_at, confirmed_at, last_used_at),
        *(credential_id, public_key, (transports or "").split()),
    )


SELECT_COUNTS = statement(
    select(User.credentials_changed_at, _count(RecoveryCode.user_id), _count(KnownAddress.user_id)).where(User.id == _USER),
    Counts,
)
SELECT_SESSIONS = statement(
    select(
        Session.id,
        (Session.id == bindparam("current", type_=Session.id.type)).label("is_current"),
        Session.created_at,
        Session.authenticated_at,
        Session.refreshed_at,
        Session.expires_at,
        Session.ends_at,
    )
    .where(Session.user_id == _USER)
    .order_by(Session.id.desc())
    .limit(literal(MAX_ROWS)),
    StoredSessionRow,
)
_IS_PASSKEY = Factor.type == "passkey"
SELECT_FACTORS = statement(
    select(
        *(Factor.id, Factor.type, Factor.name, Factor.created_at, Factor.confirmed_at, Factor.last_used_at),
        # Only of a passkey: the secret of an authenticator app is one.
        case((_IS_PASSKEY, Factor.key), else_=null()),
        case((_IS_PASSKEY, Factor.secret), else_=null()),
        Factor.transports,
    )
    .where(Factor.user_id == _USER)
    .order_by(Factor.id)
    .limit(literal(100)),
    _factor,
)
SELECT_API_KEYS = statement(
    select(ApiKey.id, ApiKey.name, ApiKey.scopes, ApiKey.created_at, ApiKey.expires_at, ApiKey.last_used_at)
    .where(ApiKey.user_id == _USER)
    .order_by(ApiKey.id.desc())
    .limit(literal(MAX_ROWS)),
    key_row,
)
# Without what depends on whether somebody else has an address: it would reveal who has an account.
SELECT_MAIL_TOKENS = statement(
    select(MailToken.purpose, MailToken.email, MailToken.expires_at)
    .where(MailToken.user_id == _USER, or_(*(MailToken.purpose == purpose for purpose in get_args(Requested))))
    .order_by(MailToken.expires_at, MailToken.hash)
    .limit(literal(MAX_ROWS)),
    _mail_token,
)
_OWN_MAILS = ("welcome", "notice", *get_args(Requested))  # without those about a change of the address, as above
SELECT_MAILS = statement(
    select(OutboxItem.topic, OutboxItem.payload, OutboxItem.created_at, OutboxItem.failed_at)
    .where(
        or_(OutboxItem.subject == bindparam("subject", type_=String()), OutboxItem.subject == bindparam("email_key")),
        or_(*(OutboxItem.topic == f"{TOPIC}{name}" for name in _OWN_MAILS)),
    )
    .order_by(OutboxItem.id)
    .limit(literal(MAX_ROWS)),
    StoredMail,
)
SELECT_POSTS = statement(
    select(*posts.COLUMNS)
    .where(Post.author_id == _USER, Post.id > bindparam("after"))
    .order_by(Post.id)
    .limit(literal(BATCH_SIZE)),
    PostRow,
)

SELECT_DELIVERIES = statement(
    select(Delivery.id, Delivery.event, Delivery.status, Delivery.created_at, Delivery.attempted_at, Delivery.payload)
    .where(Delivery.user_id == _USER, Delivery.id > bindparam("after"))
    .order_by(Delivery.id)
    .limit(literal(BATCH_SIZE)),
    _delivery,
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
