"""Arguments of statements in the differential test, and the rows of its tables.

A function that makes statements is a line here. Parameters that are a column of a table, ids of rows and texts need none, if
what is made up for them makes each statement find something.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table

from app.models import metadata
from app.services.audit.list_queries import AuditFilters
from app.services.users import list_queries
from tests.support.rows import NOW, owner, row

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SOON, LATER, PAST = NOON + timedelta(hours=1), NOON + timedelta(days=1, microseconds=1), NOON - timedelta(days=400)

Arguments = tuple[tuple[Any, ...], dict[str, Any]]


def shapes(*choices: Iterable[Any], **named: Iterable[Any]) -> list[Arguments]:
    """Every combination of arguments."""
    combined = itertools.product(*choices, *named.values())
    return [(found[: len(choices)], dict(zip(named, found[len(choices) :], strict=True))) for found in combined]


BOTH = (True, False)
FIELDS = [{"bio"}, {"is_active"}, {"full_name", "full_name_key"}, {"bio", "is_active", "full_name", "full_name_key"}]

# The arguments of every remembered function that makes statements.
SHAPES: dict[str, list[Arguments]] = {
    "users.list_queries.users_listing": shapes(
        itertools.starmap(
            list_queries.QueryShape,
            itertools.product((None, "user", "admin"), (None, True, False), BOTH, BOTH, BOTH, list_queries.ORDERS),
        )
    ),
    "audit.list_queries.audit_listing": shapes(
        frozenset(found) for size in range(6) for found in itertools.combinations(AuditFilters._fields, size)
    ),
    "outbox.queries.outbox_listing": shapes((None, "waiting", "delivering", "dead")),
    "posts.queries.update_post": shapes([frozenset({"title", "content"}), frozenset({"is_published"})]),
    "users.queries.update_user": shapes(map(frozenset, FIELDS), seen=BOTH),
    "webhooks.queries.deliveries_listing": shapes((None, "pending", "succeeded", "failed")),
    "webhooks.queries.update_webhook": shapes(
        [frozenset({"description", "events"}), frozenset({"url"}), frozenset({"url", "events", "is_active", "description"})]
    ),
}

# What each parameter is given, one after another; of several types, those that fit. Together the first ones find something.
VALUES: dict[str, tuple[Any, ...]] = {
    "access_hash": ("access-1", "x", "access-2"),
    "after": (0, 5, 999),
    "after_id": (3, 0, 999),
    "after_value": (NOON, "b", PAST, "", LATER, "\U0010ffff"),
    "actor_id": (2, 1, 999),
    "answer": ('{"id": 1}', "{}"),
    "author_id": (2, 1, 999),
    "changed_at": (NOON, None),
    "content": ("Text\nßäö 𝄞", ""),
    "counted": (1, 0),
    "current": (1, 2),
    "delivery_id": (3, 1, 999),
    "description": ("Für 𝄞", None),
    "email": ("New@Example.com", "Straße@example.com"),
    "email_key": ("new@example.com", "user-1@example.com", "user-20@example.com"),
    "event": ("post.created", "user.created", "post"),
    "events": ("post.created", "user.created post.deleted"),
    "full_name": ("Zoë 𝄞", None),
    "full_name_key": ("zoë 𝄞", None),
    "hash": ("refresh-1", "x", "refresh-2"),
    "high": ("user-3", "zzz", "a"),
    "identifier": ("user-2@example.com", "user-3", "x"),
    "is_active": BOTH,
    "is_published": BOTH,
    "item_id": (1, 2, 999),
    "kept": (3, 0, 999),
    "factor_id": (1, 4, 2, 999),
    "key": ("passkey:new", "totp:2", "passkey:one", "x"),
    "key_hash": ("key-1", "key-2", "x"),
    "latest": (SOON, PAST, LATER),
    "limit": (3, 100, 1),
    "low": ("user-1", "", "é"),
    "new_access_hash": ("access-new", "access-2"),
    "new_attempts": (1, 10),
    "new_bio": ("Neu\nßäö", None),
    "new_content": ("Neu\nßäö 𝄞", ""),
    "new_description": ("Für 𝄞", None),
    "new_disabled_reason": ("gone", "failing"),
    "new_error": ("The response was 500.", None),
    "new_events": ("post.created", "user.created post.deleted"),
    "new_failing_since": (NOON, None),
    "new_full_name": ("Zoë 𝄞", None),
    "new_full_name_key": ("zoë 𝄞", None),
    "new_hash": ("hash",),
    "new_is_active": (False, True),
    "new_is_published": BOTH,
    "new_next_attempt_at": (LATER, None),
    "new_nonce": ("nonce",),
    "new_previous_expires_at": (LATER,),
    "new_response_status": (500, None),
    "new_secret": ("whsec_new",),
    "new_status": ("pending", "failed"),
    "new_title": ("Neu 𝄞", "b"),
    "new_url": ("https://example.com/new",),
    "offset": (0, 2, 100),
    "old_hash": ("hash-2", "hash-1"),
    "old_secret": ("secret",),
    "password_hash": ("hash",),
    "payload": ('{"to": "ä"}',),
    "post_id": (1, 2, 999),
    "purpose": ("reset-password", "verify-email"),
    "reason": ("refused", None),
    "request_hash": ("request-1",),
    "role": ("user", "admin", "none"),
    "scope": ("posts 1", "posts 2"),
    "seen": (1, 2),
    "session_id": (1, 2, 999),
    "since": (PAST, NOON, LATER),
    "subject": ("user:2", "user-2@example.com", None),
    "subject_id": (2, 1, 999),
    "title": ("Title", "𝄞"),
    "topic": ("mail/welcome", ""),
    "type": ("session.created", "session.refused", "user.deleted"),
    "until": (LATER, SOON),
    "used_hash": ("refresh-1", "x"),
    "user_id": (2, 1, 999),
    "username": ("New", "User-1"),
    "username_key": ("new", "user-1"),
    "url": ("https://example.com/",),
    "version": (1, None, 7),
    "webhook_id": (1, 2, 999),
    "worker": ("worker-1", "x"),
}
# Of every other parameter, by its type. Ids of rows and numbers of them are integers.
OTHERS: dict[type, tuple[Any, ...]] = {datetime: (NOON, LATER, PAST), int: (1, 2, 999), str: ("Text\nßäö 𝄞", ""), bool: BOTH}


def data() -> dict[str, list[dict[str, Any]]]:
    """The rows of every table; rows of other tables are generated."""
    found = _rows()
    made_up = [table for table in metadata.sorted_tables if table.name not in {*found, "counters"}]
    return {**found, **{table.name: [_row(table, number) for number in [*range(1, 15), 100]] for table in made_up}}


def _row(table: Table, number: int) -> dict[str, Any]:
    """All columns of a row; it belongs to the users 1, 2 and 3 by turns."""
    belongs = {name: 1 + number % 3 for name in (owner(table),) if name is not None}
    made = {column.name: None for column in table.columns} | row(table, number, **belongs)
    return {name: NOON + timedelta(seconds=number) if value == NOW else value for name, value in made.items()}


def _rows() -> dict[str, list[dict[str, Any]]]:
    people = [
        {
            "id": number,
            "email": f"User-{number}@Example.com",
            "email_key": f"user-{number}@example.com",
            "username": f"User-{number}",
            "username_key": f"user-{number}",
            "password_hash": f"hash-{number}",
            "full_name": None if number % 3 else f"Ünal {number}",
            "full_name_key": None if number % 3 else f"ünal {number}",
            "bio": None if number % 2 else f"Bio\n{number} 𝄞",
            "role": "admin" if number in {1, 5} else "user",
            "is_active": number != 5 and number % 4 != 3,
            "created_at": NOON + timedelta(minutes=number // 2),
            "version": 1 + number % 2,
        }
        for number in [*range(1, 12), 100]
    ]
    people[1]["version"] = 1
    posts = [
        {
            "id": number,
            "author_id": 1 + number % 3,
            "title": f"Title {number}",
            "content": f"Text\n{number} ß",
            "is_published": number % 4 != 0,
            "created_at": NOON + timedelta(seconds=number),
            "version": 1,
        }
        for number in [*range(1, 15), 100]
    ]
    sessions = [
        {
            "id": number,
            "user_id": 1 if number == 3 else 2,
            "access_hash": f"access-{number}",
            "access_expires_at": LATER if number < 4 else PAST,
            "created_at": NOON,
            "refreshed_at": NOON,
            "expires_at": LATER + timedelta(days=30) if number < 6 else PAST,
            "ends_at": LATER + timedelta(days=60) if number % 2 else None,
        }
        for number in [*range(1, 8), 100]
    ]
    refreshes = [
        {
            "hash": f"refresh-{number}",
            "session_id": 1 + number % 7,
            "expires_at": LATER if number % 2 else PAST,
            "used_at": None if number % 3 else NOON,
            "nonce": None if number % 3 else "nonce",
        }
        for number in range(12)
    ]
    refreshes[1]["session_id"] = 1
    outbox = [
        {
            "id": number,
            "topic": "mail.welcome",
            "payload": f'{{"n": {number}}}',
            "subject": f"user:{number}" if number % 2 == 0 else None,
            "created_at": NOON,
            "available_at": SOON if number == 1 else PAST if number % 2 else LATER + timedelta(days=500),
            "claimed_by": "worker-1" if number in {1, 4} else None,
            "attempts": number % 3,
            "error": "refused" if number % 3 else None,
            "failed_at": NOON + timedelta(minutes=number) if number > 6 else None,
        }
        for number in [*range(1, 9), 100]
    ]
    keys = [
        {
            "scope": f"posts {number}",
            "key_hash": f"key-{number}",
            "request_hash": f"request-{number}",
            "answer": f'{{"id": {number}}}',
            "expires_at": LATER if number < 3 else PAST,
        }
        for number in range(1, 6)
    ]
    webhooks = [
        {
            "id": number,
            "url": f"https://example.com/{number}",
            "description": None if number % 2 else f"Für {number} 𝄞",
            "events": "post.created user.created" if number % 2 else "post.deleted",
            "is_active": number != 3,
            "disabled_reason": None,
            "secret": f"whsec_{number}",
            "previous_secret": "whsec_0" if number == 1 else None,
            "previous_expires_at": LATER if number == 1 else None,
            "available_at": NOON if number < 5 else LATER + timedelta(days=500),
            "claimed_by": "worker-1" if number in {1, 4} else None,
            "failing_since": NOON if number % 2 else None,
            "created_at": NOON + timedelta(seconds=number),
            "version": 1,
        }
        for number in [*range(1, 6), 100]
    ]
    deliveries = [
        {
            "id": number,
            "webhook_id": 1 + number % 3,
            "message_id": f"msg_{number}",
            "event": "post.created",
            "payload": f'{{"n": "{number} 𝄞"}}',
            "user_id": number % 4 or None,
            "status": ("pending", "succeeded", "failed", "pending")[number % 4],
            "attempts": number % 4,
            "response_status": None if number % 2 else 500,
            "error": None if number % 4 else "The response was 500.",
            "created_at": PAST if number == 1 else NOON,
            "attempted_at": NOON if number % 2 else None,
            "next_attempt_at": None if number % 4 in {1, 2} else NOON if number < 12 else LATER + timedelta(days=500),
        }
        for number in [*range(1, 20), 100]
    ]
    mail_tokens = [  # more than a user may have
        {
            "hash": f"refresh-{number}",
            "user_id": 2,
            "purpose": "reset-password",
            "email": "User-2@Example.com",
            "expires_at": LATER + timedelta(seconds=number) if number < 24 else PAST,
        }
        for number in range(1, 25)
    ]
    sign_ups = [
        {
            "id": number,
            "email": f"User-{10 * number}@Example.com",  # 10 is the address of a user
            "email_key": f"user-{10 * number}@example.com",
            "username": f"User-{number}",
            "username_key": f"user-{number}",
            "full_name": None if number % 2 else f"Ünal {number}",
            "password_hash": f"hash-{number}",
            "expires_at": LATER if number < 6 else PAST,
        }
        for number in [*range(1, 8), 100]
    ]
    api_keys = [
        {
            "id": number,
            "user_id": 2 if number < 4 else 1,
            "name": f"Key {number}",
            "scopes": "posts:read posts:write",
            "hash": f"refresh-{number}",  # as the first value of `hash`
            "created_at": NOON,
            "expires_at": LATER if number < 6 else PAST,
            "last_used_at": NOON if number % 2 == 0 else None,
        }
        for number in [*range(1, 8), 100]
    ]
    factors = [
        {
            "id": number,
            "user_id": 2,
            "key": key,
            "type": key.partition(":")[0],
            "name": f"Für {number} 𝄞",
            "secret": "secret",
            "counter": 0,
            "transports": None if number == 2 else "internal hybrid",
            "created_at": NOON,
            "confirmed_at": NOON if number != 4 else None,
            "last_used_at": None,
        }
        for number, key in [(1, "totp:2"), (2, "passkey:one"), (3, "passkey:two"), (4, "totp:3"), (100, "totp:100")]
    ]
    events = [
        {
            "id": number,
            "type": "session.created" if number % 2 else "session.refused",
            "actor_id": 1 + number % 3 if number % 2 else None,
            "subject_id": 2 if number % 4 else None,
            "details": f'{{"session_id":{number}}}',
            "created_at": NOON + timedelta(seconds=number),
            "request_id": None,
            "address": "192.0.2.7" if number % 5 else None,
            "user_agent": None,
            "salt": f"salt {number}" if number % 5 else None,
            "personal_digest": f"digest {number}",
            "sequence": number if number < 8 else None,
            "hash": f"hash {number}" if number < 8 else None,
        }
        for number in [*range(1, 15), 100]
    ]
    return {
        "webhooks": webhooks,
        "webhook_deliveries": deliveries,
        "users": people,
        "api_keys": api_keys,
        "recovery_codes": [{"user_id": 2, "hash": f"refresh-{number}"} for number in range(1, 5)],
        "mail_tokens": mail_tokens,
        "sign_ups": sign_ups,
        "sign_up_tokens": [{"hash": f"refresh-{number}", "sign_up_id": 1 + number % 3} for number in range(1, 5)],
        "audit_events": events,
        "posts": posts,
        "sessions": sessions,
        "refresh_tokens": refreshes,
        "previous_access_tokens": [{"session_id": 1, "hash": "refresh-1", "expires_at": SOON}],
        "known_addresses": [
            {
                "user_id": 2,
                "hash": f"refresh-{number}",
                "expires_at": (LATER if number < 22 else PAST) - timedelta(minutes=number),
            }
            for number in range(1, 25)  # more than are kept of one user
        ],
        "outbox": outbox,
        "idempotency_keys": keys,
        "factors": factors,
    }
