"""Posts: what their tests need beyond the document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.support.access import ALIKE, DRAFT

if TYPE_CHECKING:  # it can be imported within a pass only
    from tests.contract.fuzz.arrange import Arranged
    from tests.contract.fuzz.checks import Listed

COSTS = {
    "listUserPosts": 1 + 1,
    "listPosts": 1,
    "createPost": 1 + 1,
    "getPost": 1 + 1,
    "updatePost": 1 + 2 + 1 + 1,  # with the audit event of an administrator, as for the next, and the deliveries to webhooks
    "deletePost": 1 + 2 + 1,
}
EVENTS = {
    "createPost": "what users do with their own posts is not recorded",
    "updatePost": ["post.updated"],  # of another user
    "deletePost": ["post.deleted"],
}
ACCESS = {
    "listUserPosts": ALIKE,
    "listPosts": ALIKE,
    "createPost": ALIKE,
    "getPost": DRAFT,
    "updatePost": DRAFT,
    "deletePost": DRAFT,
}
FLOORS = {"listUserPosts": 0.4, "listPosts": 0.5, "createPost": 1.0, "getPost": 0.5, "updatePost": 0.4, "deletePost": 0.4}

WRONG = {
    "createPost body /title": ["", "\0", "a" * 201],
    "createPost body /content": ["\0", "a" * 20_001],
    "updatePost body /title": ["", "\0", "a" * 201],
    "updatePost body /content": ["\0", "a" * 20_001],
}
RIGHT = {
    "createPost body /title": ["a", "\U0001f600" * 200, "\n"],
    "createPost body /content": ["", "\U0001f600" * 20_000],
    "updatePost body /title": ["a", "\U0001f600" * 200, "\n"],
    "updatePost body /content": ["", "\U0001f600" * 20_000],
}


def _published(item: dict[str, Any], _: Listed) -> Iterator[str]:
    if not item["is_published"]:
        yield "a draft"


def _of_the_author(item: dict[str, Any], listed: Listed) -> Iterator[str]:
    if item["author_id"] != listed.path["user_id"]:
        yield f"a post of {item['author_id']}"
    if not listed.signed_in:
        yield from _published(item, listed)


ITEMS = {"listPosts": _published, "listUserPosts": _of_the_author}


def _publish(found: Arranged) -> None:
    """Three of four posts are published, whatever the pass has made of them: others are seen by few."""
    if found.valid and found.phase != "stateful" and found.turn % 4:
        found.database.execute("UPDATE posts SET is_published = ? WHERE id = ?", (True, found.number("post_id")))


ARRANGE = {"getPost": _publish}
