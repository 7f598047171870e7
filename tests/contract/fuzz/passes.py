"""One pass of the fuzz: a really running server on a database of its own, `st` as a process, and its report."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.contract.contract import KEY, OPERATIONS, SCOPES, Operation, members
from tests.contract.people import ORIGINS, PASSWORD, PEOPLE, api_key, furnish
from tests.support.access import Caller, expected
from tests.support.databases import Template
from tests.support.paths import ROOT
from tests.support.resources import resource_data
from tests.support.servers.service import Server

HERE = Path(__file__).parent
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "8"))  # of each operation in each pass
SEED = int(os.environ.get("SCHEMATHESIS_SEED", "20260206"))
# With as many examples, every pass has every phase.
THOROUGH = EXAMPLES >= 50
# Operations to fuzz, separated by commas, instead of all.
_CHOSEN = set(filter(None, os.environ.get("SCHEMATHESIS_OPERATIONS", "").split(",")))
FUZZED = [found for found in OPERATIONS if not _CHOSEN or found.id in _CHOSEN]

PHASES = ("examples", "coverage", "fuzzing", "stateful")
# With a key, scenarios end at the first 401 and repeat what the administrator's do.
PHASES_OF = {"key": ("examples", "coverage", "fuzzing")}
# Schemathesis ends the stateful phase when a scenario cannot be replayed, which here is after about 20 scenarios, because
# the service keeps what it was sent. So that phase runs again with another seed.
STATEFUL_RUNS = {"admin": 1, "user": 1, "key": 0, "anonymous": 1} if THOROUGH else {}

_WHO = """
[auth.wfc]
path = "people.json"
user = "{name}"
peers = ["user", "other"]
"""
PASSES = {
    "admin": _WHO.format(name="admin"),
    "user": _WHO.format(name="user"),
    "key": f'[auth.openapi.{KEY}]\napi_key = "{api_key()}"\n',  # the administrator's, with every scope
    "anonymous": "",
}
# The same as columns of the authorization matrix.
CALLERS = {
    "admin": Caller("admin"),
    "user": Caller("owner"),
    "key": Caller("admin", "key", tuple(SCOPES)),
    "anonymous": Caller(credential="none"),
}

# Settings of the service in a pass: with other policies of sign-up than the default, createUser has other responses.
SETTINGS: dict[str, dict[str, Any]] = {
    "key": {"SIGN_UP": "strict", "PASSWORD_POLICY": "nist"},
    "anonymous": {"SIGN_UP": "invite"},
}
# Public operations that a policy refuses to everybody in a pass.
CLOSED = {("anonymous", "createUser")}


def _settings(operation: Operation, principal: str) -> Iterator[str]:
    """Of one operation: what its statuses mean, and which dictionaries its values are also taken from."""
    yield f'[[operations]]\ninclude-operation-id = ["{operation.id}"]'
    if expected(operation, CALLERS[principal]) == 403 or (operation.takes_keys and principal == "key"):
        # Roles and scopes are checked before the request: every case of a user who is not an administrator is forbidden, and
        # those with a key that lacks a scope.
        yield "checks.negative_data_rejection.expected-statuses = [400, 401, 403, 404, 415, 422]"
    if 412 in operation.responses:
        yield 'checks.positive_data_acceptance.expected-statuses = ["2xx", 304, 401, 403, 404, 409, 412]'
    if operation.id in resource_data("BODIES") and operation.creates:  # what must be unique is not re-used from answers
        yield "phases.fuzzing.extra-data-sources.responses = false\nphases.coverage.extra-data-sources.responses = false"
    yield "[operations.parameters]"
    for (place, name), (dictionary, probability) in _dictionaries(operation):
        yield f'"{place}.{name}" = {{ dictionary = "{dictionary}", probability = {probability} }}'


def _dictionaries(operation: Operation) -> Iterator[tuple[tuple[str, str], tuple[str, float]]]:
    """By place and name: ids that lead somewhere, what numbers and booleans are confused with, and texts."""
    for name, parameter in operation.of("path").items():
        if parameter.types == {"integer"}:
            yield ("path", name), ("ids", 0.6)
    for name, parameter in operation.of("query").items():
        if parameter.types in ({"integer"}, {"boolean"}):
            yield ("query", name), ("int_lexis" if parameter.types == {"integer"} else "bool_lexis", 0.3)
    said = resource_data("DICTIONARIES")
    for schema in list(operation.bodies.values())[:1]:
        for name, member in members(schema).items():
            types = member.get("type", [])
            default = "text" if "string" in types and "enum" not in member else None
            if (dictionary := said.get(f"{operation.id} body /{name}", default)) is not None:
                yield ("body", name), (dictionary, 0.2)


@dataclass(frozen=True)
class Rate:
    """What became of the valid requests of one operation."""

    accepted: int
    answered: int  # accepted, unreachable, in conflict or rejected; not those refused for their credentials

    @property
    def share(self) -> float:
        """0 where none was answered."""
        return self.accepted / self.answered if self.answered else 0.0


@dataclass(frozen=True)
class Outcome:
    """What one pass found."""

    name: str
    phases: tuple[str, ...]  # of the first run
    exit_codes: tuple[int, ...]
    output: str
    report: dict[str, Any]  # of all phases
    stateful_reports: tuple[dict[str, Any], ...]
    observed: frozenset[tuple[str, int, str]]
    seconds: float

    @property
    def reports(self) -> tuple[dict[str, Any], ...]:
        """Of every run."""
        return (self.report, *self.stateful_reports)

    @property
    def cases(self) -> int:
        """How many requests were checked."""
        return sum(report["test_cases"]["generated"] for report in self.reports)

    @property
    def scenarios(self) -> int:
        """How many scenarios the stateful phases completed."""
        return sum(int(found) for found in re.findall(r"Scenarios: +(\d+)", self.output))

    def rate(self, label: str) -> Rate:
        """The valid rate of an operation, over all phases."""
        phases = self.report["valid_rates"].get(label, {}).values()
        return Rate(sum(phase["accepted"] for phase in phases), sum(sum(phase.values()) for phase in phases))


def _people() -> dict[str, Any]:
    token = {
        "extractFrom": "body",
        "extractSelector": "/access_token",
        "sendIn": "header",
        "sendName": "Authorization",
        "sendTemplate": "Bearer {token}",
    }
    return {
        "auth": [
            {
                "name": name,
                "loginEndpointAuth": {
                    "endpoint": "/api/v1/sessions",
                    "verb": "POST",
                    "contentType": "application/json",
                    "payloadRaw": json.dumps({"identifier": name, "password": PASSWORD}),
                    "token": token,
                },
            }
            for name in PEOPLE
        ]
    }


def run(name: str, template: Template, folder: Path) -> Outcome:
    """Fuzz as one of `PASSES`; everything it writes goes into the folder."""
    url = furnish(template, folder)
    (folder / "people.json").write_text(json.dumps(_people()))
    settings = [
        (HERE / "schemathesis.toml").read_text(),
        PASSES[name],
        *(line for found in FUZZED for line in _settings(found, name)),
    ]
    (folder / "schemathesis.toml").write_text("\n".join(settings))
    command = [
        *(str(Path(sys.executable).with_name("st")), "--config-file", "schemathesis.toml", "run"),
        *(str(ROOT / "openapi.yaml"), "--max-examples", str(EXAMPLES), "--checks", "all", "--report", "json"),
        *(f"--include-operation-id={found.id}" for found in FUZZED if _CHOSEN),
    ]
    phases = PHASES if THOROUGH else PHASES_OF.get(name, PHASES)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SCHEMATHESIS_HOOKS": "tests.contract.fuzz.hooks",
        "ACCORD_FUZZ_DATABASE": url,
        "ACCORD_FUZZ_PASS": name,
        "ACCORD_FUZZ_PRINCIPAL": "admin" if name == "key" else name,
        "COLUMNS": "120",
        "NO_PROXY": "127.0.0.1",  # or requests reads the whole environment for every case
        "no_proxy": "127.0.0.1",
    }
    started = time.monotonic()
    with Server(folder / "accord.db", DATABASE_URL=url, ALLOWED_ORIGINS=str(ORIGINS[0]), **SETTINGS.get(name, {})) as server:
        command += ["--url", server.url]
        again = [("stateful",)] * STATEFUL_RUNS.get(name, 0)
        runs = [_st(command, folder, environment, ran, number) for number, ran in enumerate((phases, *again))]
    seconds = time.monotonic() - started
    first, *others = (run.report for run in runs)
    return Outcome(
        name,
        phases,
        tuple(run.exit_code for run in runs),
        "".join(run.output for run in runs),
        first,
        tuple(others),
        frozenset().union(*(run.observed for run in runs)),
        seconds,
    )


@dataclass(frozen=True)
class _Run:
    exit_code: int
    output: str
    report: dict[str, Any]
    observed: frozenset[tuple[str, int, str]]


def _st(command: list[str], folder: Path, environment: dict[str, str], phases: tuple[str, ...], number: int) -> _Run:
    """One process, with a seed of its own."""
    report, observed = folder / f"report-{number}.json", folder / f"observed-{number}.json"
    finished = subprocess.run(
        [*command, "--seed", str(SEED + number), "--phases", ",".join(phases), "--report-json-path", report.name],
        cwd=folder,
        env={**environment, "ACCORD_FUZZ_OBSERVED": str(observed), "ACCORD_FUZZ_RUN": str(number)},
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    output = finished.stdout + finished.stderr
    if not report.exists():
        raise RuntimeError(f"st wrote no report:\n{output}")
    seen = frozenset((operation, status, code) for operation, status, code in json.loads(observed.read_text()))
    return _Run(finished.returncode, output, json.loads(report.read_text()), seen)
