"""Documents of others, from generation to the fuzz of their mocks: `python -m tests.engine.specs FOLDER [DOCUMENT ...]`.

For each document: the package is generated, imported and checked by `mypy --strict`; then `python -m codegen mock --complete`
serves it as a process of its own, and Schemathesis runs every check that needs no state against what that serves.
"""
# ruff: noqa: T201 - the table is for people

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

from app.engine.description import Description
from app.engine.document import Document
from tests.servers import free_port

ROOT = Path(__file__).parents[2]
CREDENTIAL = "mock:credential"
SEED = 20260206
EXAMPLES = 50
# They look at several requests in a row, so they need rows that are kept.
STATEFUL = ("use_after_free", "ensure_resource_availability", "object_level_authorization")


def run(*command: str, folder: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([str(folder), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": paths, "MYPYPATH": str(ROOT)}
    return subprocess.run([sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=check)


def generated(document: Path, folder: Path) -> int:
    """Generate, import, check; the lines that were written."""
    run(
        "-m",
        "codegen",
        "generate",
        str(document),
        f"--output={folder / 'made'}",
        folder=folder,
    )
    run("-c", "import made.operations", folder=folder)
    said = run("-m", "mypy", "--strict", "--config-file=", "--cache-dir=cache", "made", folder=folder, check=False)
    assert said.returncode == 0, said.stdout
    return sum(len(file.read_text().splitlines()) for file in (folder / "made").glob("*.py"))


@contextmanager
def mocked(document: Path, folder: Path):
    """The address of a running mock."""
    port = free_port()
    command = [sys.executable, "-m", "codegen", "mock", str(document), f"--port={port}", "--complete", "--overlay=overlay.json"]
    command += [f"--credential={CREDENTIAL}"]
    with (folder / "mock.log").open("w") as log:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            for _ in range(200):
                try:
                    urlopen(f"http://127.0.0.1:{port}/openapi.json").close()
                    break
                except URLError:
                    assert process.poll() is None, (folder / "mock.log").read_text()
                    time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def fuzzed(address: str, folder: Path) -> dict[str, Any]:
    """The report of Schemathesis, every check that needs no state, nothing excluded."""
    with urlopen(f"{address}/openapi.json") as answer:  # noqa: S310 - our own address
        served = folder / "served.json"
        served.write_bytes(answer.read())
    described = Description.of(Document.load(served))
    if not described.operations:  # only webhooks: nobody can ask for anything
        return {"exit": 0, "output": "", "report": {}}
    [prefix, *_] = dict.fromkeys(prefix for operation in described.operations for prefix in operation.prefixes)
    command = [
        *("run", str(served), f"--url={address}{prefix}", "--checks=all", f"--exclude-checks={','.join(STATEFUL)}"),
        *("--phases=examples,coverage,fuzzing", f"--max-examples={EXAMPLES}", f"--seed={SEED}", "--continue-on-failure"),
        *("--report=json", "--report-json-path=report.json", "--no-color", *_credentials(described.document)),
    ]
    executable = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run([executable, *command], cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    (folder / "fuzz.log").write_text(done.stdout + done.stderr)
    report = folder / "report.json"
    found: dict[str, Any] = json.loads(report.read_text()) if report.exists() else {}
    return {"exit": done.returncode, "output": done.stdout + done.stderr, "report": found}


def _credentials(document: Document) -> list[str]:
    """The headers that admit to every operation."""
    components = document.root.get("components")
    written = components.get("securitySchemes") if components is not None else None
    found = []
    for _, scheme in written.named() if written else ():
        value = scheme.value
        if value["type"] == "apiKey" and value["in"] == "header":
            found.append(f"--header={value['name']}: {CREDENTIAL}")
        elif value["type"] == "http" and value["scheme"].lower() == "basic":
            found.append(f"--auth={CREDENTIAL}")
        elif not any(option.startswith("--header=Authorization") for option in found):
            found.append(f"--header=Authorization: Bearer {CREDENTIAL}")
    if any(option.startswith("--auth") for option in found):
        found = [option for option in found if not option.startswith("--header=Authorization")]
    return found


class Outcome(NamedTuple):
    """A row of the table; `failures` is what was said where something failed, else empty."""

    document: str
    operations: int
    seconds: float
    lines: int
    cases: int
    unsatisfiable: int
    failures: str


def examined(document: Path) -> Outcome:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = generated(document, folder)
        with mocked(document, folder) as address:
            outcome = fuzzed(address, folder)
        log = (folder / "mock.log").read_text()
    cases = re.search(r"(\d+) (?:test cases )?generated|(\d+) generated", outcome["output"])
    found = int(next(filter(None, cases.groups()))) if cases else 0
    # Schemas that no value satisfies (`allOf: [string, integer]`): there is nothing to send, and nothing that fails.
    empty = sum(map(int, re.findall(r"Schema Error: (\d+)", outcome["output"])))
    failures = "ContractViolation" in log or "= FAILURES =" in outcome["output"] or (outcome["exit"] != 0 and not empty)
    operations = len(Description.of(Document.load(document)).operations)
    said = outcome["output"] + log if failures else ""
    return Outcome(document.name, operations, time.monotonic() - begun, lines, found, empty, said)


def main(folder: str, *names: str) -> int:
    """Print the table; the exit code is the number of documents with failures."""
    failed = {}
    print(f"{'document':<28}{'operations':>11}{'seconds':>9}{'lines':>7}{'cases':>7}{'unsatisfiable':>14}  failures")
    place = Path(folder).resolve()
    for document in [place / name for name in names] or sorted(place.glob("*.yaml")):
        row = examined(document)
        numbers = f"{row.operations:>11}{row.seconds:>9.1f}{row.lines:>7}{row.cases:>7}{row.unsatisfiable:>14}"
        print(f"{row.document:<28}{numbers}  {'yes' if row.failures else 0}", flush=True)
        if row.failures:
            failed[row.document] = row.failures
    for name, failures in failed.items():
        print(f"\n=== {name}\n{failures}")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
