"""Processes die between a commit and its mail, or the mail server is slow: each mail arrives."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import Record
from tests.faults.support.clients import Load
from tests.faults.support.mails import LateServer, Worker, count, let_leases_end, wait_until_delivered
from tests.faults.support.table import engine
from tests.support.databases import Template
from tests.support.servers.service import Server
from tests.support.servers.smtp import MailServer

pytestmark = [pytest.mark.slow, pytest.mark.sensitive]

# What a client may see of a process that is killed and started again, beside success.
KILLED = {"201", "refused", "cut"}

SLOW = 10.0  # seconds of a mail server for one mail


@pytest.fixture
def database(template: Template, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database, on each of the two engines."""
    url = template.copy(tmp_path)
    yield url
    template.drop(url)


@pytest.fixture
def own(postgres_template: Template, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database on PostgreSQL."""
    url = postgres_template.copy(tmp_path)
    yield url
    postgres_template.drop(url)


def test_s78_a_service_that_is_killed_between_commit_and_mail_sends_it_after_its_start(database: str, tmp_path, record: Record):
    """A kill -9 between the commit and the mail loses and doubles no mail: it arrives after the next start."""
    finding = record(f"service killed between commit and mail, {engine(database)}")

    with MailServer() as mails, Server(database, log=tmp_path / "log", SMTP_URL=mails.url) as server:
        mails.stop()
        with Load(server.url, users=3, pause=0.02) as load:
            load.wait_for_writes(30)
            assert not mails.mails
            server.kill()
            let_leases_end(database)
            mails.start()
            server.start()
            load.wait_for_writes(30)
        wait_until_delivered(database)
        load.report(finding, database)
        assert finding.lost == finding.duplicated == 0
        count(finding, mails.mails, load.acknowledged["user"])

    assert finding.lost == finding.duplicated == 0
    assert load.writes.keys() <= KILLED


def test_what_a_killed_worker_had_sent_and_not_written_down_comes_again_with_the_same_id(own: str, tmp_path, record: Record):
    finding = record("worker killed while the mail server has its mails")
    log = tmp_path / "worker.log"

    with LateServer() as mails, Server(own, WORKER="false") as server:
        with Load(server.url, users=2, pause=0.05) as load, Worker(own, log, SMTP_URL=mails.url) as worker:
            mails.wait_for(3)
            worker.kill()
        taken = len(mails.mails)
        held = let_leases_end(own)
        mails.answer()
        with Worker(own, log, SMTP_URL=mails.url), Worker(own, log, SMTP_URL=mails.url):
            wait_until_delivered(own)
        load.report(finding, own)
        assert finding.lost == finding.duplicated == 0
        count(finding, mails.mails, load.acknowledged["user"])

    finding.remark = f"{held} leases were held"
    assert finding.lost == 0
    assert 3 <= finding.duplicated == taken <= held
    assert load.writes.keys() == {"201"}


def test_a_slow_mail_server_holds_no_request(own: str, record: Record):
    finding = record(f"mail server takes {SLOW:g} s for a mail")

    with MailServer() as mails, Server(own, SMTP_URL=mails.url) as server:
        with Load(server.url, users=2, readers=1, pause=0.02) as fast:
            fast.wait_for_writes(60)
        wait_until_delivered(own)
        mails.slow = SLOW
        with Load(server.url, users=2, readers=1, pause=0.02) as slow:
            slow.wait_for_writes(60)
        mails.slow = 0.0  # for those that are not under way yet
        wait_until_delivered(own)
        slow.report(finding, own)
        count(finding, mails.mails, [*fast.acknowledged["user"], *slow.acknowledged["user"]])

    before, after = (1000 * statistics.median(load.seconds("write")) for load in (fast, slow))
    finding.remark = f"median sign-up {before:.0f} ms before, {after:.0f} ms meanwhile"
    assert finding.lost == finding.duplicated == 0
    assert slow.writes.keys() == {"201"}
    assert slow.reads.keys() == {"200"}
