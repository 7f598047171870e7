"""The clock is set forwards and back by an hour, while leases are held and mails wait."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.worker import CONCURRENCY
from tests.faults.conftest import Record
from tests.faults.support.clients import Client, Load, wait_until
from tests.faults.support.mails import LateServer, Worker, count, wait_until_delivered
from tests.faults.support.table import engine
from tests.faults.support.wrong_clock import WrongClock
from tests.support.databases import Template
from tests.support.servers.service import Server
from tests.support.servers.smtp import MailServer

pytestmark = [pytest.mark.slow, pytest.mark.sensitive]

ME = "/api/v1/users/me"


@pytest.fixture
def database(template: Template, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database, on each of the two engines."""
    url = template.copy(tmp_path)
    yield url
    template.drop(url)


def test_a_clock_that_is_set_keeps_no_mail_back_and_ends_only_what_is_old(database: str, tmp_path, record: Record):
    finding = record(f"clock set by an hour and back, leases held, mails waiting, {engine(database)}")
    clock = WrongClock(tmp_path / "clock")
    clock.set(0)
    program = ("-m", "tests.faults.support.wrong_clock", str(clock.path))

    with (
        LateServer() as late,
        MailServer() as other,
        Server(database, program=(*program, "serve"), log=tmp_path / "log", SMTP_URL=late.url) as server,
        Client(server.url) as client,
    ):
        client.sign_in("admin")
        with Load(server.url, users=2, pause=0.05) as load:
            late.wait_for(CONCURRENCY)  # now the worker takes no more, nor its own again
            held = {mail.id for mail in late.mails}

            clock.set(1)  # the leases are over, by a clock that the second worker has too
            with Worker(database, tmp_path / "worker.log", *program, "worker", SMTP_URL=other.url):
                wait_until(lambda: held <= {mail.id for mail in other.mails}, "that the second takes what the first holds")
                load.wait_for_writes(20)
                client.close()  # idle for so long, on a slow machine, that the service has hung up
                old = client.send("GET", ME).status
                client.sign_in("admin")
                new = client.send("GET", ME).status

                clock.set(0)  # what was written in that hour is due in an hour
                load.wait_for_writes(20)
                client.close()
                ahead = client.send("GET", ME).status
                client.sign_in("admin")
                again = client.send("GET", ME).status
                late.answer()
        wait_until_delivered(database)
        load.report(finding, database)
        assert finding.lost == finding.duplicated == 0
        count(finding, late.mails + other.mails, load.acknowledged["user"])

    assert finding.lost == 0
    assert finding.duplicated
    assert load.writes.keys() == {"201"}
    assert (old, new, ahead, again) == ("401", "200", "200", "200")
