"""Clients that other people's generators write from the document: generated, compiled as strictly as can be, and run.

Each has a program in `programs` that goes the whole round against a running service and prints the steps that went well.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module, metadata
from pathlib import Path

from tests.support import npm, packages
from tests.support.paths import ROOT

PROGRAMS = Path(__file__).with_name("programs")
HEY_API, OPENAPI_TYPESCRIPT = "0.99.0", "7.13.0"
NODE_PACKAGES = (
    f"@hey-api/openapi-ts@{HEY_API}",
    f"openapi-typescript@{OPENAPI_TYPESCRIPT}",
    "openapi-fetch@0.17.0",
    "typescript@5.9.3",
    "@types/node@24.9.1",
)
GENERATOR = metadata.version("openapi-generator-cli")

# The generator is a Java archive, which also holds the libraries that its Java clients need.
ARCHIVE = Path(str(import_module("openapi_generator_cli").__file__)).with_name("openapi-generator.jar")
QUICK = "-XX:TieredStopAtLevel=1"  # these programs end before the second compiler of the JVM pays

Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Client:
    """A client: the tool that writes it, into `generated/NAME`, and what checks and runs the program of that name."""

    name: str
    tool: str
    version: str
    checker: str
    command: tuple[str, ...]


def _typescript(name: str, tool: str, version: str) -> Client:
    return Client(name, tool, version, "tsc", (str(npm.BIN / "node"), f"out/{name}.js"))


def _python(name: str, tool: str, version: str) -> Client:
    return Client(name, tool, version, name, (sys.executable, f"{name}.py"))


CLIENTS = (
    _python("openapi_python_client", "openapi-python-client", metadata.version("openapi-python-client")),
    _typescript("hey_api", "@hey-api/openapi-ts", HEY_API),
    _typescript("openapi_typescript", "openapi-typescript + openapi-fetch", OPENAPI_TYPESCRIPT),
    _typescript("typescript_fetch", "openapi-generator typescript-fetch", GENERATOR),
    _python("openapi_generator_python", "openapi-generator python", GENERATOR),
    Client("java", "openapi-generator java", GENERATOR, "javac", ("java", QUICK, "-cp", f"out/java:{ARCHIVE}", "Program")),
)


class Workshop:
    """A folder with the document, the programs and, once they are generated, the clients."""

    def __init__(self, folder: Path) -> None:
        packages.ensure("javac", "default-jdk-headless")
        shutil.copytree(PROGRAMS, folder, dirs_exist_ok=True)
        shutil.copy(ROOT / "openapi.yaml", folder)
        # openapi-generator 7.26 writes Python and TypeScript for webhooks in which the type of every body is missing.
        operations, _, _ = (ROOT / "openapi.yaml").read_text().partition("\nwebhooks:\n")
        (folder / "without_webhooks.yaml").write_text(operations + "\n")
        (folder / "node_modules").symlink_to(npm.ensure(*NODE_PACKAGES))
        self.folder = folder

    @cached_property
    def generated(self) -> dict[str, Done]:
        """What the generators said, by name."""
        tools, out = "node_modules/.bin", "generated"
        configurations = sorted(path.name for path in PROGRAMS.glob("*.yaml"))  # one JVM for all of them
        return self._all({
            "openapi-generator": ("java", QUICK, "-jar", ARCHIVE, "batch", "--fail-fast", *configurations),
            "hey-api": (f"{tools}/openapi-ts", "-i", "openapi.yaml", "-o", f"{out}/hey_api", "-c", "@hey-api/client-fetch"),
            "openapi-typescript": (f"{tools}/openapi-typescript", "openapi.yaml", "-o", f"{out}/openapi_typescript.d.ts"),
            "openapi-python-client": (
                *(npm.BIN / "openapi-python-client", "generate", "--path", "openapi.yaml"),
                *("--output-path", f"{out}/openapi_python_client"),
            ),
        })  # fmt: skip

    @cached_property
    def checked(self) -> dict[str, Done]:
        """What the compilers said, by name. openapi-generator's own Python is not strict, so there only the program is."""
        mypy = (sys.executable, "-m", "mypy", "--strict", "--config-file", os.devnull, "--cache-dir", "mypy")
        sources = sorted(
            str(path.relative_to(self.folder)) for path in (self.folder / "generated/java/src/main").rglob("*.java")
        )
        return self._all({
            "tsc": ("node_modules/.bin/tsc", "-p", "tsconfig.json"),
            "javac": (
                *("javac", f"-J{QUICK}", "-proc:none", "-Xlint:all,-deprecation,-serial", "-Werror"),
                *("-cp", str(ARCHIVE), "-d", "out/java", "Generated.java", "Program.java", *sources),
            ),
            "openapi_python_client": (*mypy, "openapi_python_client.py"),
            "openapi_generator_python": (*mypy, "--follow-imports=silent", "openapi_generator_python.py"),
        })  # fmt: skip

    def run(self, client: Client, url: str) -> Done:
        """Run the program of a client, as somebody new."""
        return self._run((*client.command, url, f"{client.name}_{secrets.token_hex(4)}"))

    def files(self, client: Client) -> int:
        """How many files the generator wrote."""
        return sum(path.is_file() for found in (self.folder / "generated").glob(f"{client.name}*") for path in _all(found))

    def _all(self, commands: dict[str, Sequence[str | Path]]) -> dict[str, Done]:
        with ThreadPoolExecutor(2) as pool:
            return dict(zip(commands, pool.map(self._run, commands.values()), strict=True))

    def _run(self, command: Sequence[str | Path]) -> Done:
        path = os.pathsep.join(f"generated/{name}" for name in ("openapi_python_client", "openapi_generator_python"))
        environment = {**npm.ENVIRONMENT, "PYTHONPATH": path, "MYPYPATH": path}
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False, timeout=300
        )


def _all(path: Path) -> list[Path]:
    return [path, *path.rglob("*")]
