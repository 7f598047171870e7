"""How pytest-xdist shares the tests out among its processes."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

FUZZ = ("tests/contract/fuzz/test_fuzz.py", "tests/contract/test_coverage.py")


class Sharing(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
    """A class, or a file's functions, at a time. Whoever asks for the passes of the fuzz on a database asks one process."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(FUZZ):
            return "the fuzz on PostgreSQL" if "[postgresql" in nodeid else "the fuzz on SQLite"
        scope: str = super()._split_scope(nodeid)
        return scope
