"""`python -m app doctor`: each planted misconfiguration is found, and none is found where there is none."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from typer.testing import CliRunner

from app.cli import main as cli
from app.cli.doctor import find, machine, services
from app.cli.doctor.finding import Finding
from app.cli.doctor.settings import read
from app.core.clock import utc_now
from app.core.config import Settings
from app.core.security.secrets import SAMPLE_KEY, Secrets
from tests.support.commands import runner
from tests.support.databases import query
from tests.support.secret_key import SECRET_KEY
from tests.support.servers.smtp import MailServer
from tests.support.servers.valkey import Valkey

CERTIFICATE = Path("tests/support/servers/certificate.pem").absolute()
LATE = "2020-01-01T00:00:00.000000+00:00"
ITEM = "INSERT INTO outbox (topic, payload, created_at, available_at, attempts, failed_at) VALUES ('welcome', '{}', ?, ?, 0, ?)"


@pytest.fixture(scope="module")
def valkey():
    with Valkey() as server:
        yield server


@pytest.fixture(scope="module")
def mail_server():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with MailServer(starttls=context, account=("accord", "c0rrect-horse")) as server:
        yield server


class Installation:
    """A sound configuration in a folder, which a test then spoils."""

    def __init__(self, folder: Path, url: str, valkey: Valkey, mail_server: MailServer, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.url, self._patch = folder, url, patch
        self.mail = f"smtp+starttls://accord:PASSWORD@127.0.0.1:{mail_server.port}"
        patch.chdir(folder)
        for name in Settings.model_fields:
            patch.delenv(name.upper(), raising=False)
        patch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        self.set(
            SECRET_KEY=SECRET_KEY,
            PUBLIC_URL="https://accord.example.com",
            ALLOWED_HOSTS="accord.example.com",
            TRUSTED_PROXIES="127.0.0.1",
            DATABASE_URL=url,
            REDIS_URL=valkey.url,
            SMTP_URL=self.mail.replace("PASSWORD", "c0rrect-horse"),
            MAIL_FROM="accord@example.com",
            MAX_CONNECTIONS="100",
        )

    def set(self, **settings: str) -> None:
        for name, value in settings.items():
            self._patch.setenv(name, value)

    def query(self, sql: str, *parameters: object) -> None:
        query(self.url, sql, *parameters)

    def findings(self) -> list[Finding]:
        return asyncio.run(find(read()))


def faults_of(findings: list[Finding]) -> list[str]:
    return [f"{found.status} {found.check}: {found.message}" for found in findings if found.status != "ok"]


@pytest.fixture
def installation(sqlite_template, tmp_path, valkey, mail_server, monkeypatch):
    return Installation(tmp_path, sqlite_template.copy(tmp_path), valkey, mail_server, monkeypatch)


def test_a_sound_installation_has_no_fault(installation):
    findings = installation.findings()

    assert faults_of(findings) == []
    checks = "settings database migrations outbox administrators secrets valkey clock mail permissions open_files disk_space"
    assert [found.check.replace(" ", "_") for found in findings] == checks.split()


def test_telemetry_that_works_is_no_fault(installation):
    with socket.create_server(("127.0.0.1", 0)) as collector:
        address = f"127.0.0.1:{collector.getsockname()[1]}"
        installation.set(METRICS_BIND=address, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://{address}")

        findings = installation.findings()

    assert faults_of(findings) == []
    assert {"metrics", "traces"} <= {found.check for found in findings}


def free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"127.0.0.1:{taken.getsockname()[1]}"


def test_all_of_many_misconfigurations_are_found_at_once(installation):
    (installation.folder / ".env").write_text("SMTP_ADDRESS=x\n")
    (installation.folder / ".env").chmod(0o644)
    (installation.folder / "accord.db").chmod(0o604)
    installation.query("DROP INDEX ix_outbox_subject")
    installation.query(ITEM, LATE, LATE, None)
    installation.query("UPDATE users SET is_active = false")
    webhook = Secrets(["A" * 43 + "="]).encrypt("totp", "x")
    installation.query(
        "INSERT INTO factors (user_id, key, type, name, secret, counter, created_at) VALUES (1, 'k', 'totp', 'Phone', ?, 0, ?)",
        webhook,
        LATE,
    )
    installation.set(
        SECRET_KEY=SAMPLE_KEY,
        PUBLIC_URL="http://localhost:8000",
        ALLOWED_HOSTS="",
        PASSWORD_MEMORY_KIB="1024",
        WEBHOOK_ALLOW_PRIVATE="true",
        TRUSTED_PROXIES="0.0.0.0/0",
        STATEMENT_TIMEOUT="0",
        TRUSTED_PROXY="127.0.0.1",
        REDIS_URL=f"redis://{free_address()}",
        SMTP_URL=installation.mail.replace("PASSWORD", "wr0ng-horse"),
        DATABASE_READ_URL=installation.url,
        WORKER="false",
        MAX_CONNECTIONS="1000000",
    )

    findings = installation.findings()

    faults = faults_of(findings)
    expected = [
        "problem settings: STATEMENT_TIMEOUT: must be greater than 0",
        "warning settings: SMTP_ADDRESS in .env is not a setting",
        "warning settings: TRUSTED_PROXY in the environment is not a setting; did you mean TRUSTED_PROXIES?",
        "problem settings: SECRET_KEY is the sample",
        "problem settings: PUBLIC_URL is an address of the machine itself",
        "problem settings: ALLOWED_HOSTS is not set",
        "problem settings: PASSWORD_MEMORY_KIB, PASSWORD_PASSES hash passwords more cheaply",
        "problem settings: WEBHOOK_ALLOW_PRIVATE lets users reach the internal network",
        "problem settings: TRUSTED_PROXIES trusts every address",
        "problem migrations: the schema differs from the models: missing: index ix_outbox_subject",
        "problem outbox: nobody delivers: an item has been due since 2020-01-01",
        "warning administrators: there is no active one",
        "problem secrets: a stored secret cannot be decrypted",
        "problem replica: DATABASE_READ_URL is used with PostgreSQL only",
        "problem valkey: ",
        "problem mail: 127.0.0.1:",
        "problem permissions: everyone can access .env",
        f"problem permissions: everyone can access {installation.folder / 'accord.db'}",
        "warning open files: the limit of",
    ]
    assert [sum(fault.startswith(beginning) for fault in faults) for beginning in expected] == [1] * len(expected), faults
    assert len(faults) == len(expected), faults
    assert all(found.remedy for found in findings if found.status in {"warning", "problem"})
    assert not any("wr0ng-horse" in fault or SAMPLE_KEY in fault for fault in faults)


class Planted(NamedTuple):
    settings: dict[str, str]
    fault: str


@pytest.mark.parametrize(
    "planted",
    [
        Planted({"DATABASE_URL": "postgresql://ada:so-secret@127.0.0.1:1/x"}, "problem database: cannot connect to PostgreSQL"),
        Planted({"DATABASE_URL": "sqlite:///new.db"}, "problem migrations: pending: 0001"),
        Planted({"DATABASE_URL": "sqlite://"}, "problem database: sqlite:// is a private database"),
        Planted({"DATABASE_URL": "mysql://x"}, "skipped database: DATABASE_URL is not valid"),
        Planted({"SMTP_URL": "smtp://127.0.0.1:1"}, "problem mail: 127.0.0.1:1: Error connecting"),
        Planted({"REDIS_URL": "redis://ada:so-secret@VALKEY"}, "problem valkey: "),
        Planted({"METRICS_BIND": "192.0.2.1:9000"}, "problem metrics: METRICS_BIND: 192.0.2.1 is no address of this machine"),
        Planted({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, "warning traces: cannot connect to the collector at"),
        Planted({"ENV": "development", "HOST": "::"}, "warning settings: ENV is development"),
    ],
    ids=lambda planted: planted.fault,
)
def test_one_misconfiguration_is_found_and_the_other_checks_run(installation, valkey, planted):
    installation.set(**{name: value.replace("VALKEY", valkey.address) for name, value in planted.settings.items()})

    findings = installation.findings()

    faults = faults_of(findings)
    assert any(fault.startswith(planted.fault) for fault in faults), faults
    assert not any("so-secret" in fault for fault in faults)
    assert {"mail", "valkey", "permissions", "open files"} <= {found.check for found in findings}


def test_mails_that_go_nowhere_and_several_workers_without_valkey_are_found(installation, monkeypatch):
    monkeypatch.delenv("SMTP_URL")
    monkeypatch.delenv("REDIS_URL")
    installation.set(WORKERS="2")
    installation.query(ITEM, LATE, LATE, LATE)
    nowhere = faults_of(installation.findings())
    installation.query(ITEM, LATE, LATE, None)
    [undelivered] = [found for found in installation.findings() if found.check == "outbox"]
    (installation.folder / "file").touch()
    installation.set(MAIL_FOLDER="file")

    assert nowhere == [
        "warning outbox: items that could not be delivered: 1",
        "warning valkey: without REDIS_URL, each of 2 workers enforces its share of the limits, and the cache is off",
        "warning mail: mails stay in the outbox",
    ]
    assert (undelivered.status, undelivered.remedy) == ("problem", "set SMTP_URL or MAIL_FOLDER")
    assert [fault for fault in faults_of(installation.findings()) if "mail" in fault.partition(":")[0]] == [
        f"problem mail: cannot write to {installation.folder / 'file'}"
    ]


async def only(findings: AsyncIterator[Finding], check: str) -> Finding:
    [found] = [finding async for finding in findings if finding.check == check]
    return found


@pytest.mark.parametrize(("seconds", "status"), [(0.0, "ok"), (-3.0, "warning"), (60.0, "problem")])
def test_a_wrong_clock_is_found(valkey, seconds, status):
    settings = Settings(redis_url=valkey.url)

    found = asyncio.run(only(services.check_valkey(settings, lambda: utc_now() + timedelta(seconds=seconds)), "clock"))

    assert found.status == status


@pytest.mark.parametrize(("free", "status"), [(10**10, "ok"), (5 * 10**8, "warning"), (10**7, "problem")])
def test_a_full_disk_is_found(monkeypatch, free, status):
    usage = shutil.disk_usage(".")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=free))

    assert asyncio.run(only(machine.check_disk_space(Settings()), "disk space")).status == status


def test_a_server_that_does_not_answer_is_given_up(installation, valkey, monkeypatch):
    monkeypatch.setattr("app.cli.doctor.finding.SECONDS", 0.2)
    valkey.pause()
    try:
        faults = faults_of(installation.findings())
    finally:
        valkey.resume()

    assert [fault for fault in faults if "valkey" in fault] == [
        f"problem valkey: {valkey.address}: no answer within 0.2 seconds"
    ]


def test_the_command_prints_a_line_for_each_finding_and_warnings_alone_are_a_success(installation):
    installation.set(MOCK="true")

    ended = CliRunner().invoke(cli.app, ["doctor"])

    assert (ended.exit_code, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    assert lines[0] == "warning  settings        MOCK answers operations without a handler with examples; remove it"
    assert any(line.startswith("ok       migrations      applied up to ") for line in lines)
    assert lines[-1] == "problems: 0; warnings: 1"


@pytest.mark.slow
def test_it_exits_with_1_if_there_is_a_problem_such_as_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "full").mkdir(mode=0o555)
    path = tmp_path / "full" / "accord.db"

    ended = runner(tmp_path)("doctor", "--json", SECRET_KEY="", DATABASE_URL=f"sqlite:///{path}")

    assert (ended.returncode, ended.stderr) == (1, "")
    report = json.loads(ended.stdout)
    assert report["ok"] is False
    assert f"this user cannot write {path}" in [found["message"] for found in report["findings"]]
    assert report["findings"][0] == {
        "status": "problem",
        "check": "settings",
        "message": "SECRET_KEY is not set",
        "remedy": "set it to the output of `openssl rand -base64 32`, and keep it",
    }
    assert not path.exists()


@pytest.mark.slow
def test_postgresql_is_asked_for_its_time_and_a_replica_for_being_one(installation, postgres_template, tmp_path):
    url = postgres_template.copy(tmp_path)
    installation.set(DATABASE_URL=url, DATABASE_READ_URL=url)

    findings = installation.findings()

    faults = faults_of(findings)
    assert [found.message for found in findings if found.check == "clock"] == [
        "agrees with the database",
        "agrees with Valkey",
    ]
    assert [fault.partition(": PostgreSQL ")[0] for fault in faults] == ["warning replica"]
    assert faults[0].endswith(" is not a replica")


@pytest.mark.slow
def test_a_database_that_is_locked_is_given_up(installation, postgres_template, tmp_path, monkeypatch):
    url = postgres_template.copy(tmp_path)
    installation.set(DATABASE_URL=url)
    monkeypatch.setattr("app.cli.doctor.finding.SECONDS", 0.5)

    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE alembic_version")
        faults = faults_of(installation.findings())

    assert faults[0] == "problem database: no answer within 0.5 seconds"
    assert {fault.partition(" ")[0] for fault in faults[1:]} == {"skipped"}
