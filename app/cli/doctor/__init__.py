"""`python -m app doctor`: check the configuration and everything that it names. Changes nothing and sends nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

import typer

from app.cli.doctor import database, machine, services, telemetry
from app.cli.doctor.finding import Finding, problem, skipped
from app.cli.doctor.settings import Read, read
from app.cli.errors import FAILED
from app.cli.output import print_json
from app.core.clock import utc_now
from app.core.config import Settings
from app.core.printable import printable

_COLORS = {"ok": "green", "warning": "yellow", "problem": "red", "skipped": "bright_black"}


class _Check(NamedTuple):
    name: str
    needs: frozenset[str]  # settings without which it has no meaning
    run: Callable[[Settings], AsyncIterator[Finding]]


def doctor(*, as_json: bool) -> None:
    """Print what every check finds, one line each; exit with 1 if there is a problem."""
    findings = asyncio.run(find(read()))
    problems = sum(found.status == "problem" for found in findings)
    if as_json:
        print_json({"ok": not problems, "findings": [asdict(found) for found in findings]})
    else:
        _print(findings)
    if problems:
        raise SystemExit(FAILED)


async def find(given: Read, now: Callable[[], datetime] = utc_now) -> list[Finding]:
    """The findings of all checks, which run at the same time, in a fixed order."""
    checks = (
        _Check("database", frozenset({"database_url"}), lambda settings: database.check_database(settings, now)),
        _Check("replica", frozenset({"database_url", "database_read_url"}), database.check_replica),
        _Check("valkey", frozenset({"redis_url", "workers"}), lambda settings: services.check_valkey(settings, now)),
        _Check("mail", frozenset({"smtp_url", "mail_from"}), services.check_mail),
        _Check("metrics", frozenset({"metrics_bind"}), telemetry.check_metrics),
        _Check("traces", frozenset({"otel_exporter_otlp_endpoint"}), telemetry.check_traces),
        _Check("permissions", frozenset({"database_url"}), machine.check_permissions),
        _Check("open files", frozenset({"max_connections"}), machine.check_open_files),
        _Check("disk space", frozenset({"database_url"}), machine.check_disk_space),
    )
    found = await asyncio.gather(*(_run(check, given) for check in checks))
    return [*given.findings, *(finding for findings in found for finding in findings)]


async def _run(check: _Check, given: Read) -> list[Finding]:
    """The findings of one check. One that fails does not end the others."""
    if missing := check.needs & given.invalid:
        return [skipped(check.name, f"{', '.join(sorted(missing)).upper()} is not valid")]
    findings = []
    try:
        async for finding in check.run(given.settings):
            findings.append(finding)  # noqa: PERF401 - what was found before an error is kept
    except Exception as error:  # noqa: BLE001 - any failure of a check is a finding
        findings.append(problem(check.name, f"cannot be checked: {type(error).__name__}: {error}", "see the other findings"))
    return findings


def _print(findings: list[Finding]) -> None:
    width = max(len(found.check) for found in findings)
    for found in findings:
        status = typer.style(f"{found.status:<8}", fg=_COLORS[found.status])
        remedy = f"; {found.remedy}" if found.remedy else ""
        typer.echo(f"{status} {found.check:<{width}}  {printable(found.message + remedy)}")
    counts = {status: sum(found.status == status for found in findings) for status in ("problem", "warning")}
    typer.echo(f"\nproblems: {counts['problem']}; warnings: {counts['warning']}")
