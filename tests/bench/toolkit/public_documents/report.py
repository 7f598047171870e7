"""Documents of others, from generation to the fuzz of their mocks.

`python -m tests.bench.toolkit.public_documents.report FOLDER [DOCUMENT ...]`

For each document: the package is generated (if that is refused, after `accord adopt`, with nothing written by hand),
imported, and checked by `mypy --strict`; then `accord mock --complete` serves it as a process of its own, and
Schemathesis runs every check that needs no state against what that serves. Operations for which it finds nothing to send (no
value fits their schema, say) are counted as `limits`, those that it only blames for what another validator finds right as
`misjudged`, apart from what fails.

With `--work FOLDER` the files of each document stay there with its row, and the next run only does what is named or missing.
"""

# ruff: noqa: T201 - the table is for people

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

from accord.document.adoption.places import steps
from accord.document.pointer import value_at
from accord.document.references import METHODS
from tests.bench.toolkit.public_documents.outcomes import Outcome, table
from tests.support.paths import ROOT
from tests.support.servers.service import free_port

CREDENTIAL = "mock:credential"
SEED = 20260206
EXAMPLES, CASES = 50, 2000  # of an operation, and of all of them together
FUZZ_SECONDS = 60  # after which no other request is made
SECONDS = 1800  # for one document
# They look at several requests in a row, so they need rows that are kept.
STATEFUL = ("use_after_free", "ensure_resource_availability", "object_level_authorization")
# Errors of Schemathesis that say that it has nothing to send, or does not know how.
OWN_LIMITS = ("schema error", "serialization", "health check", "unsupported", "not able to generate", "regex")

# What has to be known of the served document, told by another process: this one stays small, or it would be measured as well.
_FACTS = """
import json, pathlib, sys
from accord.document.deep_stack import on_deep_stack
from accord.openapi.api import API
from accord.document.document import Document
def facts():
    document = Document.load(pathlib.Path(sys.argv[1]), ())
    found = API.of(document).operations
    return {"prefixes": {f"{one.method.lower()} {one.path}": next(iter(one.prefixes), "") for one in found}}
print(json.dumps(on_deep_stack(facts)))
"""


class StageError(Exception):
    """A stage has failed: its name, and all that was said."""

    def __init__(self, stage: str, said: str) -> None:
        super().__init__(stage, said)
        self.stage, self.said = stage, said


class Done(NamedTuple):
    """A command that has ended; `seconds` of processor time and the most `megabytes`, with those that it started."""

    code: int
    out: str
    said: str
    seconds: float
    megabytes: int


class Examination:
    """One document in a folder of its own."""

    def __init__(self, document: Path, folder: Path) -> None:
        self._document, self._folder, self._end = document, folder, time.monotonic() + SECONDS
        self._readings: tuple[str, ...] = ()
        self.outcome = Outcome(document.name)

    def examine(self) -> Outcome:
        """Every stage, until one fails that the others need."""
        try:
            self._generate()
            self._check()
            with self._mocked() as address:
                self._fuzz(address)
        except StageError as error:
            self.outcome.failed(error.stage, error.said)
        return self.outcome

    def _generate(self) -> None:
        folder, outcome = self._folder, self.outcome
        head = self._document.read_text(encoding="utf-8-sig").partition("openapi")[2]
        outcome.version = head[:16].strip("\"': ").split()[0].rstrip("\"',") if head else ""
        command = ("-m", "accord", "generate", str(self._document), "--output=made")
        done = self._run("generate", *command)
        if done.code:
            outcome.findings = sum(": " in line for line in done.said.splitlines())
            self._understood("generate", done.said)
            file = folder / "readings.yaml"
            adopted = self._run("adopt", "-m", "accord", "adopt", str(self._document), f"--adopted={file}")
            if adopted.code or not file.exists():
                raise StageError("adopt", adopted.said)
            self._understood("adopt", adopted.said)
            outcome.readings = sum(line.startswith("  - ") for line in file.read_text().splitlines())
            self._readings = (f"--adopted={file}",)
            done = self._run("generate", *command, *self._readings)
            if done.code:
                raise StageError("generate what was adopted", done.said)
        outcome.seconds, outcome.megabytes = done.seconds, done.megabytes
        outcome.lines = sum(len(file.read_text().splitlines()) for file in (folder / "made").glob("*.py"))

    def _understood(self, stage: str, said: str) -> None:
        """A document may be wrong, but not in a way that codegen only tells by an exception."""
        for sign in ("Traceback (most recent call last)", "no code can be generated for this"):
            if line := next((line for line in said.splitlines() if sign in line), ""):
                self.outcome.failed(stage, line)

    def _check(self) -> None:
        imported = self._run(
            "import",
            "-c",
            "import made.operations, pathlib\nif pathlib.Path('made/webhooks.py').exists(): import made.webhooks",
        )
        if imported.code:
            self.outcome.failed("import", imported.said)
        checked = self._run("mypy", "-m", "mypy", "--strict", "--config-file=", "--cache-dir=cache", "made")
        if checked.code:
            self.outcome.failed("mypy", checked.said)

    def _run(self, stage: str, *command: str) -> Done:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(self._folder), str(ROOT)]),
            "MYPYPATH": str(ROOT),
            "PYTHONHASHSEED": "0",
        }
        out, err = self._folder / f"{stage}.out", self._folder / f"{stage}.err"
        with out.open("w") as output, err.open("w") as errors:
            program = [sys.executable, *command] if command[0].startswith("-") else list(command)
            process = subprocess.Popen(
                program, cwd=self._folder, env=environment, stdout=output, stderr=errors, start_new_session=True
            )
            status, used = 0, None
            while used is None:
                pid, status, found = os.wait4(process.pid, os.WNOHANG)
                used = found if pid else None
                if used is None and time.monotonic() > self._end:
                    os.killpg(process.pid, signal.SIGKILL)
                    os.wait4(process.pid, 0)
                    process.returncode = -9
                    raise StageError(stage, f"{out.read_text()}{err.read_text()}\nnot done when its {SECONDS} s were over")
                if used is None:
                    time.sleep(0.02)
            process.returncode = code = os.waitstatus_to_exitcode(status)
        text = out.read_text()
        return Done(code, text, err.read_text() + text, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024)

    @contextmanager
    def _mocked(self) -> Iterator[str]:
        """The address of a running mock."""
        port, log = free_port(), self._folder / "mock.log"
        command = [
            sys.executable,
            "-m",
            "accord",
            "mock",
            str(self._document),
            *self._readings,
            f"--port={port}",
            "--complete",
        ]
        command += ["--overlay=overlay.json", f"--credential={CREDENTIAL}"]
        with log.open("w") as output:
            environment = {**os.environ, "PYTHONPATH": str(ROOT)}
            process = subprocess.Popen(command, cwd=self._folder, env=environment, stdout=output, stderr=output)
        try:
            while True:
                try:
                    urlopen(f"http://127.0.0.1:{port}/openapi.json").close()
                    break
                except URLError:
                    if process.poll() is not None or time.monotonic() > self._end:
                        raise StageError("start of the mock", log.read_text()) from None
                    time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()
        said = [line for line in log.read_text().splitlines() if "ContractViolation" in line or "Traceback" in line]
        if said:
            self.outcome.failed("mock", "\n".join([log.read_text(), said[0]]))

    def _fuzz(self, address: str) -> None:
        """Every check that needs no state, nothing excluded."""
        served, report, events = (self._folder / name for name in ("served.json", "report.json", "events.ndjson"))
        with urlopen(f"{address}/openapi.json") as answer:  # noqa: S310 - our own address
            served.write_text(json.dumps(_bundled(json.load(answer))))
        facts = self._told("facts", "-c", _FACTS, str(served))
        self.outcome.operations = len(facts["prefixes"])
        if not facts["prefixes"]:  # only webhooks: nobody can ask for anything
            return
        served.write_text(json.dumps(_at_one_address(json.loads(served.read_bytes()), facts["prefixes"])))
        examples = max(1, min(EXAMPLES, CASES // self.outcome.operations))
        done = self._run(
            "fuzz",
            str(Path(sys.executable).with_name("schemathesis")),
            *(
                "run",
                str(served),
                f"--url={address}",
                "--checks=all",
                f"--exclude-checks={','.join(STATEFUL)}",
            ),
            *("--phases=examples,coverage,fuzzing", f"--max-examples={examples}"),
            *([f"--max-time={FUZZ_SECONDS}"] if examples < EXAMPLES else []),  # which are used up, also by small documents
            *(f"--seed={SEED}", "--continue-on-failure", "--no-color", *_credentials(served)),
            *("--report=json,ndjson", f"--report-json-path={report}", f"--report-ndjson-path={events}"),
        )
        if not report.exists():
            raise StageError("fuzz", done.said)
        self._reported(json.loads(report.read_text()), done)
        events.unlink(missing_ok=True)

    def _reported(self, report: dict[str, Any], done: Done) -> None:
        outcome = self.outcome
        outcome.fuzzed, outcome.cases = report["operations"]["tested"], report["test_cases"]["generated"]
        own = [error for error in report["errors"] if _is_own_limit(error)]
        others = [error for error in report["errors"] if error not in own]
        outcome.limits = len(own)
        if report["failures"]:
            told = self._told(
                "second opinion", "-m", "tests.bench.toolkit.public_documents.second_opinion", "served.json", "events.ndjson"
            )
            outcome.misjudged = told["misjudged"]
            for failure in told["failures"]:
                outcome.failed("fuzz", failure)
        if others or (done.code and not own and not report["failures"]):
            outcome.failed("fuzz", f"{done.said}\n{len(others)} errors")
        outcome.said += done.said if outcome.failures else ""

    def _told(self, stage: str, *command: str) -> dict[str, Any]:
        """What a command prints as JSON."""
        done = self._run(stage, *command)
        if done.code:
            raise StageError(stage, done.said)
        told: dict[str, Any] = json.loads(done.out)
        return told


def _bundled(document: Any) -> Any:
    """With operations in their places: OpenAPI knows no references there, and Schemathesis does not follow them."""
    for item in document.get("paths", {}).values():
        for method, operation in item.items():
            reference = operation.get("$ref") if isinstance(operation, dict) and method in METHODS else None
            if isinstance(reference, str):
                item[method] = value_at(document, steps(document, reference))
    return document


def _at_one_address(document: Any, prefixes: dict[str, str]) -> Any:
    """With the paths of servers in the paths of operations, for Schemathesis is given one address."""
    paths: dict[str, Any] = {}
    for path, item in document["paths"].items():
        for method in (one for one in METHODS if one in item):
            rest = {name: value for name, value in item.items() if name not in METHODS and name != "servers"}
            operation = {name: value for name, value in item[method].items() if name != "servers"}
            place = prefixes.get(f"{method} {path}", "") + path
            paths.setdefault(place, rest)[method] = operation
    return {**document, "paths": paths, "servers": [{"url": "/"}]}


def _is_own_limit(error: dict[str, Any]) -> bool:
    text = json.dumps(error).lower()
    return any(sign in text for sign in OWN_LIMITS)


def _credentials(served: Path) -> list[str]:
    """The headers that admit to every operation."""
    schemes = json.loads(served.read_bytes()).get("components", {}).get("securitySchemes", {})
    found = []
    for scheme in schemes.values():
        if scheme["type"] == "apiKey" and scheme["in"] == "header":
            found.append(f"--header={scheme['name']}: {CREDENTIAL}")
        elif scheme["type"] == "http" and scheme["scheme"].lower() == "basic":
            found.append(f"--auth={CREDENTIAL}")
        elif not any(option.startswith("--header=Authorization") for option in found):
            found.append(f"--header=Authorization: Bearer {CREDENTIAL}")
    if any(option.startswith("--auth") for option in found):
        found = [option for option in found if not option.startswith("--header=Authorization")]
    return found


def examined(document: Path, work: Path | None = None) -> Outcome:
    """Every stage of one document; the files are left in `work`."""
    with tempfile.TemporaryDirectory() as name:
        folder = (work or Path(name)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        return Examination(document.resolve(), folder).examine()


def main(arguments: list[str] | None = None) -> int:
    """Print the table; the exit code is the number of documents with failures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.toolkit.public_documents.report")
    parser.add_argument("folder", type=Path)
    parser.add_argument("documents", nargs="*", help="paths within the folder; without any, all its files, and known rows stay")
    parser.add_argument("--work", type=Path, help="where the files and the row of each document stay, and `table.md`")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        work: Path = options.work or Path(name)
        work.mkdir(parents=True, exist_ok=True)
        found = [path for path in sorted(options.folder.iterdir()) if path.suffix in (".yaml", ".yml", ".json")]
        for document in [options.folder / name for name in options.documents] or found:
            folder = work / str(document.relative_to(options.folder)).replace("/", "-")
            row = folder / "row.json"
            if row.exists() and not options.documents:
                continue
            shutil.rmtree(folder, ignore_errors=True)
            outcome = examined(document, folder)
            outcome.document = folder.name
            row.write_text(json.dumps(asdict(outcome)))
            print(table([outcome]).splitlines()[-1], flush=True)
        outcomes = [Outcome(**json.loads(row.read_text())) for row in sorted(work.glob("*/row.json"))]
        (work / "table.md").write_text(table(outcomes))
        print(table(outcomes))
    return sum(bool(outcome.failures) for outcome in outcomes)


if __name__ == "__main__":
    sys.exit(main())
