"""The image of docs/deployment/Dockerfile without a container engine: its instructions, carried out in folders."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from pathspec import PathSpec

from tests.support.paths import ROOT

DOCKERFILE = ROOT / "docs/deployment/Dockerfile"
WORKDIR = "/srv/accord"


class Instruction(NamedTuple):
    """An instruction of a Dockerfile, on one line."""

    name: str
    arguments: str


def instructions() -> list[Instruction]:
    """The instructions of the Dockerfile."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE)
    lines = re.sub(r" *\\\n *", " ", text).splitlines()
    return [Instruction(*line.split(" ", 1)) for line in lines if line]


class Image:
    """What the image contains, in a folder that stands for its WORKDIR, and how it is run.

    Bytecode is not compiled: that takes longer than all the rest, and Python does without.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "image"
        self.environment: dict[str, str] = {}
        self.entrypoint: list[str] = []
        self.command: list[str] = []
        self.healthcheck: list[str] = []
        self.user = ""
        context, build = folder / "context", folder / "build"
        for created in (context, build, self.folder):
            created.mkdir()
        _copy_context(context)
        _, *stages = _stages()
        for stage, target in zip(stages, (build, self.folder), strict=True):
            self._carry_out(stage, {"": context, "build": build}, target)

    def _carry_out(self, stage: list[Instruction], sources: dict[str, Path], target: Path) -> None:
        self.environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        for name, arguments in stage:
            local = arguments.replace(WORKDIR, str(target))
            match name:
                case "COPY":
                    source = re.match(r"--from=(\w+) /srv/accord/", arguments)
                    *names, destination = (arguments[source.end() :] if source else arguments).split()
                    _copy(sources[source[1] if source else ""], names, target / destination)
                case "RUN" if "compileall" not in arguments:
                    command = re.sub(r"--mount=\S+ ", "", arguments)
                    subprocess.run(["sh", "-c", command], cwd=target, env={**os.environ, **self.environment}, check=True)
                case "ARG" | "ENV":
                    for variable, value in re.findall(
                        r"\b(?!UV_CACHE_DIR)(\w+)=(\S+)", local
                    ):  # uv uses the cache of this machine
                        self.environment[variable] = value.replace("$PATH", self.environment["PATH"])
                case "HEALTHCHECK":
                    self.healthcheck = json.loads(arguments.partition("CMD ")[2])
                case "ENTRYPOINT":
                    self.entrypoint = json.loads(arguments)
                case "CMD":
                    self.command = json.loads(arguments)
                case "USER":
                    self.user = arguments


def _stages() -> list[list[Instruction]]:
    """The instructions before the first FROM, and those of each stage."""
    stages: list[list[Instruction]] = [[]]
    for instruction in instructions():
        if instruction.name == "FROM":
            stages.append([])
        stages[-1].append(instruction)
    return stages


def _copy_context(context: Path) -> None:
    """Copy what the build receives of the files in the repository, and of some that must not reach it."""
    ignored = PathSpec.from_lines("gitignore", DOCKERFILE.with_name("Dockerfile.dockerignore").read_text().splitlines())
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if not ignored.match_file(name) and (ROOT / name).is_file():
            (context / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, context / name)


def _copy(source: Path, names: list[str], destination: Path) -> None:
    for name in names:
        if (source / name).is_dir():
            shutil.copytree(source / name, destination, symlinks=True)
        else:
            shutil.copy(source / name, destination)
