# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The objects of the document as rows, which handlers return: checked by mypy, not validated. Required fields come first."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, final

import msgspec


@final
class HealthRow(msgspec.Struct):
    """A `Health` in a response."""

    status: Literal["healthy"]


@final
class ReadinessRow(msgspec.Struct):
    """A `Readiness` in a response."""

    status: Literal["ready"]


@final
class TokensRow(msgspec.Struct):
    """A `Tokens` in a response."""

    session_id: int
    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    refresh_token: str
    refresh_expires_in: int


@final
class SessionRow(msgspec.Struct):
    """A `Session` in a response."""

    id: int
    is_current: bool
    created_at: datetime
    refreshed_at: datetime
    expires_at: datetime


@final
class ApiKeyRow(msgspec.Struct):
    """A `ApiKey` in a response."""

    id: int
    name: str
    scopes: list[Literal["users:read", "users:write", "posts:read", "posts:write"]]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


@final
class CreatedApiKeyRow(msgspec.Struct):
    """A `CreatedApiKey` in a response."""

    id: int
    name: str
    scopes: list[Literal["users:read", "users:write", "posts:read", "posts:write"]]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    secret: str


@final
class PendingUserRow(msgspec.Struct):
    """A sign-up whose next step is in the e-mail."""

    email: str


@final
class UserRow(msgspec.Struct):
    """A `User` in a response."""

    id: int
    email: str
    email_verified: bool
    username: str
    full_name: str | None
    bio: str | None
    role: Literal["user", "admin"]
    is_active: bool
    created_at: datetime
    version: int


@final
class FactorRow(msgspec.Struct):
    """A `Factor` in a response."""

    id: int
    type: Literal["totp", "passkey"]
    name: str
    created_at: datetime
    last_used_at: datetime | None


@final
class PasskeyChallengeRow(msgspec.Struct):
    """A `PasskeyChallenge` in a response."""

    challenge_id: str
    options: PasskeyOptionsRow


@final
class PasskeyOptionsRow(msgspec.Struct):
    """What `PublicKeyCredential.parseCreationOptionsFromJSON()` takes for `registration` (then `rp`, `user`,
    `pubKeyCredParams`, `excludeCredentials`, `authenticatorSelection` and `attestation` are there), and
    `PublicKeyCredential.parseRequestOptionsFromJSON()` for `authentication` (then `rpId` and `userVerification`).
    """

    challenge: str
    timeout: int
    rpId: str | msgspec.UnsetType = msgspec.UNSET
    userVerification: Literal["required"] | msgspec.UnsetType = msgspec.UNSET
    rp: PasskeyRelyingPartyRow | msgspec.UnsetType = msgspec.UNSET
    user: PasskeyUserRow | msgspec.UnsetType = msgspec.UNSET
    pubKeyCredParams: list[PasskeyParametersRow] | msgspec.UnsetType = msgspec.UNSET
    excludeCredentials: list[PasskeyDescriptorRow] | msgspec.UnsetType = msgspec.UNSET
    authenticatorSelection: PasskeySelectionRow | msgspec.UnsetType = msgspec.UNSET
    attestation: Literal["none"] | msgspec.UnsetType = msgspec.UNSET


@final
class PasskeyRelyingPartyRow(msgspec.Struct):
    """A `PasskeyRelyingParty` in a response."""

    id: str
    name: str


@final
class PasskeyUserRow(msgspec.Struct):
    """A `PasskeyUser` in a response."""

    id: str
    name: str
    displayName: str


@final
class PasskeyParametersRow(msgspec.Struct):
    """A `PasskeyParameters` in a response."""

    type: Literal["public-key"]
    alg: int


@final
class PasskeyDescriptorRow(msgspec.Struct):
    """A `PasskeyDescriptor` in a response."""

    type: Literal["public-key"]
    id: str
    transports: list[str]


@final
class PasskeySelectionRow(msgspec.Struct):
    """A `PasskeySelection` in a response."""

    residentKey: Literal["required"]
    requireResidentKey: Literal[True]
    userVerification: Literal["required"]


@final
class TotpEnrolmentRow(msgspec.Struct):
    """A `TotpEnrolment` in a response."""

    factor_id: int
    secret: str
    uri: str


@final
class RecoveryCodesRow(msgspec.Struct):
    """A `RecoveryCodes` in a response."""

    recovery_codes: list[str]


@final
class UserProfileRow(msgspec.Struct):
    """A `UserProfile` in a response."""

    id: int
    username: str
    full_name: str | None
    bio: str | None
    created_at: datetime
    version: int


@final
class PostRow(msgspec.Struct):
    """A `Post` in a response."""

    id: int
    author_id: int
    title: str
    content: str
    is_published: bool
    created_at: datetime
    version: int


@final
class WebhookRow(msgspec.Struct):
    """A `Webhook` in a response."""

    id: int
    url: str
    description: str | None
    events: list[Literal["user.created", "user.updated", "user.deleted", "post.created", "post.updated", "post.deleted"]]
    is_active: bool
    disabled_reason: Literal["gone", "failing"] | None
    created_at: datetime
    version: int


@final
class WebhookCreatedRow(msgspec.Struct):
    """A `WebhookCreated` in a response."""

    id: int
    url: str
    description: str | None
    events: list[Literal["user.created", "user.updated", "user.deleted", "post.created", "post.updated", "post.deleted"]]
    is_active: bool
    disabled_reason: Literal["gone", "failing"] | None
    created_at: datetime
    version: int
    secret: str


@final
class WebhookSecretRow(msgspec.Struct):
    """A `WebhookSecret` in a response."""

    secret: str
    previous_expires_at: datetime


@final
class WebhookDeliveryRow(msgspec.Struct):
    """An event on its way to a webhook."""

    id: int
    webhook_id: int
    message_id: str
    event: Literal["user.created", "user.updated", "user.deleted", "post.created", "post.updated", "post.deleted"]
    status: Literal["pending", "succeeded", "failed"]
    attempts: int
    response_status: int | None
    error: str | None
    created_at: datetime
    attempted_at: datetime | None
    next_attempt_at: datetime | None


@final
class UserCreatedEventRow(msgspec.Struct):
    """A `UserCreatedEvent` in a response."""

    type: Literal["user.created"]
    timestamp: datetime
    data: UserRow


@final
class UserUpdatedEventRow(msgspec.Struct):
    """A `UserUpdatedEvent` in a response."""

    type: Literal["user.updated"]
    timestamp: datetime
    data: UserRow


@final
class UserDeletedEventRow(msgspec.Struct):
    """A `UserDeletedEvent` in a response."""

    type: Literal["user.deleted"]
    timestamp: datetime
    data: DeletedRow


@final
class DeletedRow(msgspec.Struct):
    """What was deleted."""

    id: int


@final
class PostCreatedEventRow(msgspec.Struct):
    """A `PostCreatedEvent` in a response."""

    type: Literal["post.created"]
    timestamp: datetime
    data: PostRow


@final
class PostUpdatedEventRow(msgspec.Struct):
    """A `PostUpdatedEvent` in a response."""

    type: Literal["post.updated"]
    timestamp: datetime
    data: PostRow


@final
class PostDeletedEventRow(msgspec.Struct):
    """A `PostDeletedEvent` in a response."""

    type: Literal["post.deleted"]
    timestamp: datetime
    data: DeletedRow


@final
class AuditDetailsRow(msgspec.Struct):
    """What else is known, depending on the type of event. Never personal data."""

    fields: list[str] | msgspec.UnsetType = msgspec.UNSET
    role: Literal["user", "admin"] | msgspec.UnsetType = msgspec.UNSET
    method: Literal["password", "totp", "recovery-code", "passkey"] | msgspec.UnsetType = msgspec.UNSET
    count: int | msgspec.UnsetType = msgspec.UNSET
    session_id: int | msgspec.UnsetType = msgspec.UNSET
    post_id: int | msgspec.UnsetType = msgspec.UNSET
    factor_id: int | msgspec.UnsetType = msgspec.UNSET
    api_key_id: int | msgspec.UnsetType = msgspec.UNSET
    webhook_id: int | msgspec.UnsetType = msgspec.UNSET


@final
class AuditEventRow(msgspec.Struct):
    """A `AuditEvent` in a response."""

    id: int
    type: Literal[
        "session.created",
        "session.refused",
        "session.second-factor-required",
        "session.deleted",
        "session.refresh-reused",
        "sessions.ended",
        "user.sign-up-requested",
        "user.created",
        "user.updated",
        "user.deactivated",
        "user.reactivated",
        "user.deleted",
        "user.role-changed",
        "user.exported",
        "users.imported",
        "users.exported",
        "post.updated",
        "post.deleted",
        "password.changed",
        "password.reset-requested",
        "password.reset",
        "email.verification-requested",
        "email.verified",
        "email.change-requested",
        "email.changed",
        "factor.added",
        "factor.confirmed",
        "factor.updated",
        "factor.removed",
        "factor.counter-regressed",
        "recovery-code.used",
        "reauthentication.succeeded",
        "reauthentication.refused",
        "api-key.created",
        "api-key.deleted",
        "webhook.created",
        "webhook.updated",
        "webhook.deleted",
        "webhook.secret-rotated",
        "webhook.redelivered",
    ]
    actor_id: int | None
    subject_id: int | None
    details: AuditDetailsRow
    address: str | None
    user_agent: str | None
    request_id: str | None
    created_at: datetime
    sequence: int | None
    hash: str | None


@final
class OutboxItemRow(msgspec.Struct):
    """Something to deliver. Its content is not shown, because e-mails can hold personal data."""

    id: int
    topic: str
    recipient: str | None
    state: Literal["waiting", "delivering", "dead"]
    attempts: int
    error: str | None
    created_at: datetime
    next_attempt_at: datetime | None


@final
class StatisticsRow(msgspec.Struct):
    """A `Statistics` in a response."""

    days: list[DayStatisticsRow]
    requests: list[RequestStatisticsRow]
    requests_since: datetime | None


@final
class DayStatisticsRow(msgspec.Struct):
    """What happened on one day."""

    date: str
    sign_ups: int
    sign_ins: int
    posts: int


@final
class RequestStatisticsRow(msgspec.Struct):
    """The requests to one operation that were answered with one status. Durations are estimated from a histogram, within
    its buckets by linear interpolation; durations above 10 seconds are reported as 10 seconds.
    """

    operation_id: str
    status: int
    count: int
    p50_ms: float
    p95_ms: float


@final
class UserExportRow(msgspec.Struct):
    """What is stored about a user. Left out are passwords, tokens, keys and secrets, and their hashes; counters that
    prevent replays; hashes of network addresses; and whatever would reveal if somebody else has an address: unfinished
    changes of the e-mail address, and sign-ups that were not confirmed.
    """

    exported_at: datetime
    user: UserRow
    credentials_changed_at: datetime | None
    sessions: list[StoredSessionRow]
    factors: list[StoredFactorRow]
    recovery_codes_left: int
    api_keys: list[ApiKeyRow]
    mail_tokens: list[MailTokenRow]
    queued_mails: list[QueuedMailRow]
    known_addresses: int
    posts: list[PostRow]
    webhook_deliveries: list[StoredDeliveryRow]
    audit_events: list[AuditEventRow]


@final
class StoredSessionRow(msgspec.Struct):
    """A session with all that is known of it. `authenticated_at` is the last proof of identity after the sign-in, if there
    was one. `ends_at` is when the session ends however often it is refreshed.
    """

    id: int
    is_current: bool
    created_at: datetime
    authenticated_at: datetime | None
    refreshed_at: datetime
    expires_at: datetime
    ends_at: datetime | None


@final
class StoredFactorRow(msgspec.Struct):
    """An authenticator app without its secret, or a passkey. It counts once it is confirmed."""

    id: int
    type: Literal["totp", "passkey"]
    name: str
    created_at: datetime
    confirmed_at: datetime | None
    last_used_at: datetime | None
    credential_id: str | None
    public_key: str | None
    transports: list[str]


@final
class MailTokenRow(msgspec.Struct):
    """A `MailToken` in a response."""

    purpose: Literal["reset-password", "verify-email"]
    email: str
    expires_at: datetime


@final
class QueuedMailRow(msgspec.Struct):
    """An e-mail that was not delivered. With `failed_at`, it will not be tried again unless an operator wants it."""

    kind: Literal["welcome", "verify-email", "reset-password", "notice"]
    to: str
    notice: str | None
    created_at: datetime
    failed_at: datetime | None


@final
class StoredDeliveryRow(msgspec.Struct):
    """What a webhook is told about the user."""

    id: int
    event: Literal["user.created", "user.updated", "user.deleted", "post.created", "post.updated", "post.deleted"]
    status: Literal["pending", "succeeded", "failed"]
    created_at: datetime
    attempted_at: datetime | None
    body: str


@final
class AuditEventListRow(msgspec.Struct):
    """A `AuditEventList` in a response."""

    audit_events: list[AuditEventRow]
    total: int
    page: int
    page_size: int
    next_cursor: str | None


@final
class OutboxItemListRow(msgspec.Struct):
    """A `OutboxItemList` in a response."""

    outbox_items: list[OutboxItemRow]
    total: int
    page: int
    page_size: int
    next_cursor: str | None


@final
class SessionListRow(msgspec.Struct):
    """A `SessionList` in a response."""

    sessions: list[SessionRow]


@final
class FactorListRow(msgspec.Struct):
    """A `FactorList` in a response."""

    factors: list[FactorRow]
    recovery_codes_left: int


@final
class ApiKeyListRow(msgspec.Struct):
    """A `ApiKeyList` in a response."""

    keys: list[ApiKeyRow]


@final
class UserListRow(msgspec.Struct):
    """A `UserList` in a response."""

    users: list[UserRow]
    total: int
    page: int
    page_size: int
    next_cursor: str | None


@final
class UserProfileListRow(msgspec.Struct):
    """A `UserProfileList` in a response."""

    profiles: list[UserProfileRow]
    total: int
    page: int
    page_size: int
    next_cursor: str | None


@final
class PostListRow(msgspec.Struct):
    """A `PostList` in a response."""

    posts: list[PostRow]
    total: int
    page: int
    page_size: int
    next_cursor: str | None


@final
class WebhookListRow(msgspec.Struct):
    """A `WebhookList` in a response."""

    webhooks: list[WebhookRow]
    total: int
    page: int
    page_size: int
    next_cursor: str | None


@final
class WebhookDeliveryListRow(msgspec.Struct):
    """A `WebhookDeliveryList` in a response."""

    deliveries: list[WebhookDeliveryRow]
    total: int
    page: int
    page_size: int
    next_cursor: str | None
