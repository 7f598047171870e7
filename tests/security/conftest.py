"""One running service for each database, and the summary at the end of `make security`."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest

from tests.contract.contract import OPERATIONS
from tests.security.service import Service, User, running
from tests.support.databases import Template


@pytest.fixture(scope="session")
def service(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service of all checks on one database. Each check makes its own users."""
    with running(template, tmp_path_factory.mktemp("security")) as service:
        user = service.sign_up(username="user")  # whom the valid request of createSession names
        service.post(
            "/users/me/totp", {"name": "Phone"}, headers=user.headers
        )  # the factor 1, which `add_totp` gives to others
        yield service


@pytest.fixture(scope="session")
def production(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service with the settings of production, and without its pages."""
    settings = {
        "ENV": "production",
        "PUBLIC_URL": "https://accord.example.com",
        "DOCS": "false",
        "CONSOLE": "false",
        "WEBHOOK_ALLOW_PRIVATE": "false",
        "RESPONSE_POLICY": "off",
        "PASSWORD_MEMORY_KIB": "7168",
        "PASSWORD_PASSES": "5",
    }
    with running(template, tmp_path_factory.mktemp("production"), **settings) as service:
        yield service


@pytest.fixture(autouse=True)
def _beginning(request: pytest.FixtureRequest) -> None:
    """Remember where the log of a check begins."""
    if "service" in request.fixturenames:
        service = request.getfixturevalue("service")
        service.begin = len(service.log)


@pytest.fixture
def user(service: Service) -> User:
    """A new user, signed in."""
    return service.sign_up()


@pytest.fixture
def admin(service: Service) -> User:
    """A new administrator, signed in."""
    return service.sign_up_admin()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many checks and cells of the matrix there were on each database."""
    checks: dict[str, dict[str, bool]] = defaultdict(dict)
    cells: Counter[str] = Counter()
    reports = [report for kind in terminalreporter.stats.values() for report in kind if isinstance(report, pytest.TestReport)]
    for report in reports:
        found = re.search(r"::test_(s\d\d)_.*\[(sqlite|postgresql)", report.nodeid)
        if found and (report.when == "call" or report.failed):
            check, database = found.groups()
            checks[database][check] = checks[database].get(check, True) and report.passed
            cells[database] += sum(int(str(value)) for name, value in report.user_properties if name == "cells")
    if checks:
        terminalreporter.section("security")
    for database, results in sorted(checks.items()):
        terminalreporter.write_line(f"{database}: {sum(results.values())} of {len(results)} checks passed")
        if cells[database]:
            terminalreporter.write_line(f"{database}: {len(OPERATIONS)} operations, {cells[database]} cells of the matrix")
