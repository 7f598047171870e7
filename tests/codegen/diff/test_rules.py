"""Every edit of the suite gets the right rating and line; every keyword is tested in both directions."""

from __future__ import annotations

import pytest

from accord.diff import Bump, diff
from accord.document.document import Document
from tests.codegen.diff.cases import BASE, changes, document, edits

EDITS = edits()
CHANGES = changes()


class TestEdits:
    @pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
    def test_is_rated_right_in_its_line(self, edit):
        comparison = diff(Document(BASE.encode()), Document(edit.text.encode()))

        found = [(f.change.location.old, f.change.location.node.line, str(f.change.bump)) for f in comparison.findings]
        assert str(comparison.bump) == edit.rating, comparison.findings
        assert (not found) == edit.same, comparison.findings
        if edit.place is not None:
            assert (*edit.place, edit.rating) in found, comparison.findings

    def test_there_are_enough_of_both_kinds(self):
        assert sum(edit.rating == "major" for edit in EDITS) >= 40
        assert sum(edit.rating != "major" for edit in EDITS) >= 20
        assert len({edit.name for edit in EDITS}) == len(EDITS)


@pytest.mark.parametrize("direction", ["request", "response"])
class TestSchemas:
    @pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
    def test_is_rated_by_who_sends_it(self, change, direction):
        old, new = (document({"/it": (direction, schema)}) for schema in (change.old, change.new))

        comparison = diff(Document(old.encode()), Document(new.encode()))

        assert str(comparison.bump) == getattr(change, direction), comparison.findings
        if getattr(change, direction) == "patch":
            assert comparison.findings == ()


class TestRating:
    def test_words_of_ratings_are_those_of_versions(self):
        assert [str(rating) for rating in sorted(Bump)] == ["patch", "minor", "major"]
