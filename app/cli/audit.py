"""`python -m app audit`: verify that no audit event was changed."""

from __future__ import annotations

import re

import typer

from app.cli.errors import MISUSED, fail
from app.cli.settings import require_migrated
from app.cli.startup import run
from app.core.config import Settings
from app.services.audit.verification import Anchor, verify

_ANCHOR = re.compile(r"([0-9]{1,16}):([0-9a-f]{64})").fullmatch


def audit_verify(settings: Settings, *, expect: str | None) -> None:
    """Verify the chain of audit events."""
    expected = None
    if expect is not None:
        if (found := _ANCHOR(expect)) is None:
            fail("--expect: give what an earlier verification printed as SEQUENCE:HASH", code=MISUSED)
        expected = Anchor(int(found[1]), found[2])
    require_migrated(settings)
    result = run(settings, lambda resources: verify(resources.database, expected))
    if result.fault is not None:
        fail(f"{result.fault}; the last good event is {result.last.sequence}:{result.last.hash}")
    if result.deleted:
        typer.echo(f"deleted after AUDIT_DAYS: up to {result.deleted}")
    typer.echo(f"verified: {result.last.sequence - result.deleted} events; not sealed yet: {result.unsealed}")
    typer.echo(f"{result.last.sequence}:{result.last.hash}")
