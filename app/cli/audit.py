"""`python -m app audit`: verify that no audit event was changed."""

from __future__ import annotations

import re

from app.cli.errors import MISUSED, fail
from app.cli.output import show
from app.cli.settings import require_migrated
from app.cli.startup import run
from app.core.config import Settings
from app.services.audit.verification import Anchor, verify

_ANCHOR = re.compile(r"([0-9]{1,16}):([0-9a-f]{64})").fullmatch


def audit_verify(settings: Settings, *, expect: str | None, as_json: bool) -> None:
    """Verify the chain of audit events."""
    expected = None
    if expect is not None:
        if (found := _ANCHOR(expect)) is None:
            fail("--expect: give what an earlier verification printed as SEQUENCE:HASH", code=MISUSED)
        expected = Anchor(int(found[1]), found[2])
    require_migrated(settings)
    result = run(settings, lambda resources: verify(resources.database, expected))
    last, verified = f"{result.last.sequence}:{result.last.hash}", result.last.sequence - result.deleted
    data = {
        "fault": result.fault,
        "last": last,
        "verified": verified,
        "deleted_up_to": result.deleted,
        "not_sealed": result.unsealed,
    }
    if result.fault is not None:
        show(data, as_json=as_json)
        fail(f"{result.fault}; the last good event is {last}")
    deleted = [f"deleted after AUDIT_DAYS: up to {result.deleted}"] if result.deleted else []
    show(data, *deleted, f"verified: {verified} events; not sealed yet: {result.unsealed}", last, as_json=as_json)
