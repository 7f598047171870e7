"""`python -m app users`: rows that are refused, what is imported, that it can be repeated, and that an export is an import."""

from __future__ import annotations

import base64
import hashlib
import json
import stat

import bcrypt
import pytest
from starlette.testclient import TestClient

from app.cli.user_files import UnreadableFile, read
from app.core.config import Settings
from app.main import create_app
from tests.support.builders import PASSWORD, signed_in
from tests.support.commands import message, runner
from tests.support.databases import CHEAP_HASHES, query

pytestmark = pytest.mark.slow

BCRYPT = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
HEADER = "email,username,full_name,bio,role,is_active,email_verified,created_at,password_hash"
ROW = '{name}@example.com,{name},"Hopper, Grace","two\nlines",user,true,true,2020-01-02T03:04:05+01:00,{hash}'

REFUSED = {
    "nobody,grace2,,,,,,,": "email: ",
    "b@example.com,x,,,,,,,": "username: must have at least 3 characters",
    f"c@example.com,charles,{'x' * 101},,,,,,": "full_name: must have at most 100 characters",
    "d@example.com,dorothy,,,root,,,,": "role: must be 'user' or 'admin'",
    "e@example.com,edsger,,,,yes,,,": "is_active: must be a valid boolean",
    "f@example.com,frances,,,,,,yesterday,": "created_at: ",
    "g@example.com,grace3,,,,,,,5f4dcc3b5aa765d61d8327deb882cf99": "password_hash: is not a password hash in PHC form",
    f"h@example.com,hedy,,,,,,,$2b$31${'a' * 53}": "password_hash: is too expensive to verify (cost 31)",
    "i@example.com,ivan": "has 2 values for 9 columns",
    ",jean,,,,,,,": "email is missing",
    "k@example.com,ADMIN,,,,,,,": "username: another user has it",
}


@pytest.fixture
def settings(sqlite_template, tmp_path):
    return Settings(database_url=sqlite_template.copy(tmp_path), access_log=False, **CHEAP_HASHES)


@pytest.fixture
def cli(settings, tmp_path):  # noqa: ARG001 - the database is in the folder
    return runner(tmp_path)


def counted(text):
    return [int(part.split()[-1]) for part in text.splitlines()[-1].split("; ")] if text else []


class TestImport:
    def test_valid_rows_are_imported_and_others_reported_and_it_can_be_repeated(self, cli, settings, tmp_path):
        lines = [ROW.format(name="grace", hash=BCRYPT), *REFUSED, "alan@example.com,alan,,,,,,,"]
        (tmp_path / "users.csv").write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8-sig")

        first, again = cli("users", "import", "users.csv", "--report", "report.txt"), cli("users", "import", "users.csv")

        assert counted(first.stdout) == [2, 0, len(REFUSED)]
        assert counted(again.stdout) == [0, 2, len(REFUSED)]
        assert (first.returncode, again.returncode) == (1, 1)
        report = (tmp_path / "report.txt").read_text().splitlines()
        assert sorted(report) == sorted(first.stderr.splitlines()[:-1])
        said = dict(line.removeprefix("line ").split(": ", 1) for line in report)
        for line, reason in enumerate(REFUSED.values(), 4):  # the first user takes two lines
            assert said[str(line)].startswith(reason)
        assert BCRYPT not in first.stderr
        rows = query(
            settings.database_url, "SELECT full_name, bio, created_at, password_hash FROM users WHERE username = 'grace'"
        )
        assert tuple(rows[0]) == ("Hopper, Grace", "two\nlines", "2020-01-02T02:04:05.000000+00:00", BCRYPT)
        events = query(settings.database_url, "SELECT details FROM audit_events WHERE type = 'users.imported'")
        assert [json.loads(event[0]) for event in events] == [{"count": 2}]

    def test_a_user_signs_in_with_a_foreign_hash_which_is_replaced(self, cli, settings, tmp_path):
        digest = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), b"salt" * 4, 1000)
        pbkdf2 = f"$pbkdf2-sha256$i=1000$c2FsdHNhbHRzYWx0c2FsdA${base64.b64encode(digest).decode().rstrip('=')}"
        users = [("grace", BCRYPT), ("alan", pbkdf2), ("ivan", None)]
        rows = [{"email": f"{name}@example.com", "username": name, "password_hash": found} for name, found in users]
        (tmp_path / "users.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

        imported = cli("users", "import", "users.jsonl")

        assert (imported.returncode, counted(imported.stdout)) == (0, [3, 0, 0])
        with TestClient(create_app(settings)) as client:
            for name in ("grace", "alan"):
                assert signed_in(client, name)
                assert signed_in(client, name)
            refused = client.post("/api/v1/sessions", json={"identifier": "ivan", "password": PASSWORD})
            assert refused.status_code == 401
            total = client.get("/api/v1/users", headers=signed_in(client, "admin")).json()["total"]
        hashes = query(settings.database_url, "SELECT password_hash FROM users")
        assert all(found[0].startswith("$argon2id$") for found in hashes)
        assert total == 4


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.csv", "email,username,is_admin\n", "unknown column 'is_admin'"),
        ("b.csv", "email,email,username\n", "a column occurs twice"),
        ("c.csv", "email\n", "the column username is missing"),
        ("d.txt", "", "the name must end with .csv, .jsonl or .ndjson"),
        ("e.csv", b"email,username\n\xff\xff@x.de,abc\n", "is not UTF-8"),
        ("f.jsonl", " " * 100_001, "longer than 100000 characters"),
        ("g.csv", 'email,username\n"a@b.co,abc\n', "unexpected end of data"),
    ],
)
def test_a_file_that_cannot_be_read_as_a_whole(tmp_path, name, text, reason):
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(UnreadableFile, match=reason):
        list(read(tmp_path / name, lambda line, said: pytest.fail(f"{line}: {said}")))


def test_lines_of_json_that_are_not_users_are_refused(tmp_path):
    lines = ["[1]", '{"email": 1', '{"email": "a@b.co", "username": "abc", "id": 7}', '{"email": 1, "username": "abc"}']
    (tmp_path / "users.jsonl").write_text("\n".join([*lines, '{"email": "a@b.co", "username": "abc", "password_hash": 7}']))
    refused: dict[int, str] = {}

    assert list(read(tmp_path / "users.jsonl", refused.__setitem__)) == []

    assert [*refused] == [1, 2, 3, 4, 5]
    assert "unknown column 'id'" in refused[3]


class TestExport:
    def test_an_export_imported_elsewhere_gives_the_same_users(self, cli, tmp_path):
        lines = [HEADER, ROW.format(name="grace", hash=BCRYPT), "alan@example.com,alan,,,,false,,,"]
        (tmp_path / "users.csv").write_text("\n".join(lines))
        cli("users", "import", "users.csv")
        other = {"DATABASE_URL": f"sqlite:///{tmp_path / 'other.db'}"}
        cli("migrate", **other)

        for kind in ("csv", "jsonl"):
            exported = cli("users", "export", f"out.{kind}", "--with-password-hashes")
            assert exported.stdout == "exported: 3\n"
            assert stat.S_IMODE((tmp_path / f"out.{kind}").stat().st_mode) == 0o600
            imported = cli("users", "import", f"out.{kind}", **other)
            assert counted(imported.stdout) == ([3, 0, 0] if kind == "csv" else [0, 3, 0])
        again = cli("users", "export", "again.jsonl", "--with-password-hashes", **other)

        assert again.returncode == 0
        assert (tmp_path / "again.jsonl").read_text() == (tmp_path / "out.jsonl").read_text()

    def test_without_the_option_no_hash_is_exported_and_no_file_replaced(self, cli, settings, tmp_path):
        assert cli("users", "export", "users.jsonl").returncode == 0
        assert cli("users", "export", "hashes.jsonl", "--with-password-hashes").returncode == 0
        events = query(settings.database_url, "SELECT details FROM audit_events WHERE type = 'users.exported' ORDER BY id")
        assert ["password_hash" in json.loads(event[0])["fields"] for event in events] == [False, True]

        assert "password" not in (tmp_path / "users.jsonl").read_text()
        assert "users.jsonl" in message(cli("users", "export", "users.jsonl"))
