"""`python -m app users`: import users from another system, and export them."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import IO

import typer

from app.cli.errors import fail
from app.cli.output import progress, show
from app.cli.settings import require_migrated
from app.cli.startup import run
from app.cli.user_files import Writer, is_csv, read
from app.core.config import Settings
from app.core.printable import printable
from app.resources import Resources
from app.services.users.bulk import Outcome, count_users, import_users, record_export, stored_users


def users_import(settings: Settings, *, file: Path, report: Path | None, as_json: bool) -> None:
    """Import users from a file."""
    require_migrated(settings)
    is_csv(file)
    with contextlib.ExitStack() as stack:
        lines = _lines(file)
        reports = stack.enter_context(_private(report)) if report is not None else None
        refused: list[dict[str, object]] = []

        def refuse(line: int, reason: str) -> None:
            refused.append({"line": line, "reason": reason})
            text = printable(f"line {line}: {reason}")
            typer.echo(text, err=True)
            if reports is not None:
                reports.write(f"{text}\n")

        bar = stack.enter_context(progress(lines, "users"))

        def stored(line: int, outcome: Outcome) -> None:
            for taken in outcome.taken:
                refuse(taken, "username: another user has it")
            bar.update(line - bar.pos)

        total = run(settings, lambda resources: import_users(resources, read(file, refuse), stored))
        bar.update(lines - bar.pos)
    data = {"imported": total.imported, "skipped": total.skipped, "refused": refused}
    counts = f"imported: {total.imported}; skipped, because they exist: {total.skipped}; refused: {len(refused)}"
    show(data, counts, as_json=as_json)
    if refused:
        fail(f"{len(refused)} lines were refused; correct them and import the file again")


def users_export(settings: Settings, *, file: Path, with_password_hashes: bool, as_json: bool) -> None:
    """Export all users to a new file, which only its owner can read."""
    require_migrated(settings)
    as_csv = is_csv(file)

    async def write(resources: Resources) -> int:
        writer = Writer(opened, as_csv=as_csv, with_hashes=with_password_hashes)
        await record_export(resources, writer.columns)
        with progress(await count_users(resources.database), "users") as bar:
            async for batch in stored_users(resources.database):
                writer.write(batch)
                bar.update(len(batch))
            return bar.pos

    with _private(file) as opened:
        try:
            number = run(settings, write)
        except BaseException:
            file.unlink()  # an incomplete export looks like a complete one
            raise
    show({"exported": number}, f"exported: {number}", as_json=as_json)


def _private(path: Path) -> IO[str]:
    """A new file that only its owner can read. Raises `FileExistsError`."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)
