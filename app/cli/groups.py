"""The commands that have a common first word: admin, audit, outbox, users."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.command import AsJSON, group, implemented_in

admin = group("Manage administrators.")
audit = group("Verify the audit log.")
outbox = group("Inspect and retry mails in the outbox.")
users = group("Import and export users.")


@admin.command("create")
@implemented_in("admin")
def admin_create(
    email: Annotated[str | None, typer.Option(help="E-mail address; prompted for on a terminal.")] = None,
    username: Annotated[str | None, typer.Option(help="Username; prompted for on a terminal.")] = None,
    *,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input, even on a terminal.")
    ] = False,
    as_json: AsJSON = False,
) -> None:
    """Create an administrator. The password is prompted for on a terminal, and read from standard input otherwise.

    There is no option for the password, because every user of the machine can see command lines.
    """


@admin.command("token")
@implemented_in("admin")
def admin_token(
    username: Annotated[
        str | None, typer.Option(help="Username of the administrator; by default the first active one.")
    ] = None,
    *,
    as_json: AsJSON = False,
) -> None:
    """Sign in as an administrator and print the access token, for scripts."""


@audit.command("verify")
@implemented_in("audit")
def audit_verify(
    expect: Annotated[
        str | None,
        typer.Option(
            metavar="SEQUENCE:HASH",
            help="What an earlier verification printed, kept outside the database: this event must still have this hash.",
        ),
    ] = None,
    *,
    as_json: AsJSON = False,
) -> None:
    """Verify that no audit event was changed, removed, inserted or moved, and print the number and hash of the last one.

    Exits with 1 and the first bad event if one was.
    """


@outbox.command("list")
@implemented_in("outbox")
def list_outbox(
    *,
    dead: Annotated[bool, typer.Option("--dead", help="Only dead letters: items whose delivery failed for good.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Maximum number of items.")] = 100,
) -> None:
    """List the items of the outbox, oldest first, with the last error of each. Changes nothing."""


@outbox.command("retry")
@implemented_in("outbox")
def retry_outbox(
    item: Annotated[int | None, typer.Argument(help="The id of an item.")] = None,
    *,
    all_dead: Annotated[bool, typer.Option("--all-dead", help="All dead letters.")] = False,
    as_json: AsJSON = False,
) -> None:
    """Make items due now and reset their attempts. A worker delivers them."""


@users.command("import")
@implemented_in("users")
def users_import(
    file: Annotated[Path, typer.Argument(help="CSV with a header (.csv), or JSON Lines (.jsonl, .ndjson).")],
    report: Annotated[
        Path | None, typer.Option(help="Also write the refused lines and their reasons to this file, which must not exist.")
    ] = None,
    *,
    as_json: AsJSON = False,
) -> None:
    """Import users from another system, with their password hashes. No mails are sent.

    Columns: email, username, full_name, bio, role, is_active, email_verified, created_at, password_hash; only the first two are
    required. Hashes are argon2id, argon2i, scrypt or pbkdf2-sha256 in PHC form, or bcrypt; each is replaced by an argon2id hash
    at the next sign-in. A user without a hash resets the password.

    Users whose e-mail address exists are skipped, so that an import can be interrupted and run again. Lines that are not valid
    are reported, and the others imported; then it exits with 1.
    """


@users.command("export")
@implemented_in("users")
def users_export(
    file: Annotated[
        Path, typer.Argument(help="A new file: CSV with a header (.csv), or JSON Lines (.jsonl, .ndjson), which is exact.")
    ],
    *,
    with_password_hashes: Annotated[
        bool, typer.Option("--with-password-hashes", help="Also export the hashes of passwords. Keep the file secret.")
    ] = False,
    as_json: AsJSON = False,
) -> None:
    """Export all users to a file that `users import` can read."""
