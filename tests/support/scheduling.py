"""How pytest-xdist distributes tests among its processes."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

FUZZ = ("tests/contract/fuzz/test_fuzz.py", "tests/contract/test_coverage.py")


class Sharing(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
    """By class, or by module for functions.

    Tests that use the fuzz on one database run in one process, which runs it once; as do the checks of tests/security, which
    share a service.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(FUZZ):
            return "the fuzz on PostgreSQL" if "[postgresql" in nodeid else "the fuzz on SQLite"
        if nodeid.startswith("tests/security/"):
            return "security on PostgreSQL" if "[postgresql" in nodeid else "security on SQLite"
        scope: str = super()._split_scope(nodeid)
        return scope
