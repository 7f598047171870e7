"""Comments: what their tests need beyond the document."""

from __future__ import annotations

from tests.support.access import DRAFT

COSTS = {
    "listPostComments": 1 + 2,  # the post, and the page
    "createComment": 1 + 2,
    "getComment": 1 + 2,
    "deleteComment": 1 + 3,
}
EVENTS = {"createComment": "comments are not recorded", "deleteComment": "comments are not recorded"}
ACCESS = {"listPostComments": DRAFT, "createComment": DRAFT, "getComment": DRAFT, "deleteComment": DRAFT}
