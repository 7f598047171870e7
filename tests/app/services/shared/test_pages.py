"""Forged cursors."""

from __future__ import annotations

import base64
import hashlib
import struct

import pytest

from tests.support.answers import problem
from tests.support.builders import stored_post

WHOLE = struct.Struct(">QIQ8s")


def forged(size: int, key: int, number: int, total: int) -> str:
    """A cursor of listPosts as the service would issue it: the digest holds no secret."""
    seal = hashlib.blake2b(f"'published'\n{size}\n[]".encode(), digest_size=8).digest()
    packed = WHOLE.pack(key, number, total, seal)
    digest = hashlib.blake2b(packed, digest_size=8).digest()
    return base64.urlsafe_b64encode(packed[:-8] + digest).decode().rstrip("=")


class TestForgedCursors:
    @pytest.fixture(autouse=True)
    def _posts(self, client, admin):
        for _ in range(3):
            stored_post(client, admin)

    def test_a_forged_cursor_with_possible_values_is_accepted(self, client):
        issued = client.get("/api/v1/posts?page_size=1").json()["next_cursor"]

        assert forged(1, 3, 2, 3) == issued

    @pytest.mark.parametrize(
        ("key", "number", "total"),
        [
            *((3, 2**32 - 1, 3), (3, 2, 2**53), (3, 2, 2**64 - 1), (2**63, 2, 3), (2**64 - 1, 2, 3)),
            *((3, 0, 3), (3, 1, 3)),
        ],
    )
    def test_a_forged_cursor_with_impossible_values_is_unknown(self, client, key, number, total):
        response = client.get("/api/v1/posts", params={"page_size": 1, "cursor": forged(1, key, number, total)})

        assert problem(response) == (404, "unknown-cursor")
