"""Comments: what their tests need beyond the document."""

from __future__ import annotations

from tests.support.access import DRAFT

COSTS = {
    "listPostComments": 1 + 2,  # the post, and the page
    "createComment": 1 + 2,
    "getComment": 1 + 2,
    "deleteComment": 1 + 3,
}
ACCESS = {"listPostComments": DRAFT, "createComment": DRAFT, "getComment": DRAFT, "deleteComment": DRAFT}
