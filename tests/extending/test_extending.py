"""Comments on posts are added to a copy of the project, and everything is run there: what docs/extending.md says is enough.

`make extending` runs the whole of `make check` and `make contract` on the copy. In `make test` it is every test file that
derives its cases from the document or from `tests/resources`, those of the tables, and the directed contract tests of the new
operations, on SQLite.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.extending.project import MIGRATIONS, RESOURCE, Project
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

WHOLE = "EXTENDING" in os.environ
DERIVED = re.compile(
    r"^from tests\.(contract|resources|app\.api\.requests|support\.(resources|rows))\b"
    r"|^from tests\.support import .*\b(resources|rows)\b",
    re.MULTILINE,
)
CHECKS = {
    "format": ("-m", "ruff", "format", "--check"),
    "lint": ("-m", "ruff", "check"),
    "types": ("-m", "mypy"),
    "layers": ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-logo"),
    "house": ("-m", "accord", "lint"),
    "generated": ("-m", "accord", "check"),
    "start": ("-m", "app", "check"),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("extended"))
    project.add()
    return project


def listed() -> dict[str, str]:
    """The files that docs/extending.md says are written (`A`) and edited (`M`)."""
    rows = re.findall(r"^\| `([^`]+)` \| (new|edited|generated) \|", (ROOT / "docs/extending.md").read_text(), re.MULTILINE)
    return {name: "A" if kind == "new" else "M" for name, kind in rows}


def derived() -> list[str]:
    """The test files to which a new operation or table makes a difference, beside those of the contract tests."""
    files = [path for path in (ROOT / "tests").rglob("test_*.py") if DERIVED.search(path.read_text())]
    others = ("tests/contract", "tests/extending", "tests/project", "tests/app/cli")
    found = {path.relative_to(ROOT).as_posix() for path in files}
    found = {name for name in found if not name.startswith(others)}
    return ["tests/app/api/test_comments.py", "tests/app/models", *sorted(found)]


def added(project: Project) -> set[str]:
    """The ids of the operations that the copy has and the project has not."""
    here, there = (
        set(re.findall(r"^ +operationId: (\w+)$", (folder / "openapi.yaml").read_text(), re.MULTILINE))
        for folder in (ROOT, project.folder)
    )
    return there - here


class TestAddingComments:
    def test_edits_what_the_guide_lists_and_nothing_of_the_harness(self, project: Project, capsys: pytest.CaptureFixture[str]):
        edited = {re.sub(f"{MIGRATIONS}/[0-9]+_", f"{MIGRATIONS}/NNNN_", name): how for name, how in project.edited().items()}
        with capsys.disabled():
            print("", *(f"{how} {name}" for name, how in sorted(edited.items())), sep="\n")  # noqa: T201 - for people

        assert edited == listed()
        assert [name for name, how in edited.items() if how == "M" and name.startswith("tests/")] == []

    @pytest.mark.parametrize("check", CHECKS)
    def test_passes_the(self, project: Project, check: str):
        code, output = project.run(*CHECKS[check])

        assert code == 0, output

    def test_passes_the_fast_tests(self, project: Project):
        code, output = project.run("-m", "pytest", "-m", "not slow", *(("-n", "2") if WHOLE else derived()))

        assert code == 0, output

    def test_passes_the_contract_tests(self, project: Project):
        if WHOLE:
            code, output = project.run("-m", "pytest", "tests/contract", SCHEMATHESIS_EXAMPLES="50")
        else:
            # What was there before is tested where it is.
            chosen = " or ".join(("test_has_a_recipe", *sorted(added(project))))
            code, output = project.run("-m", "pytest", "tests/contract/directed", "-k", f"({chosen}) and not postgresql")

        assert code == 0, output


class TestWhatIsForgotten:
    """One sentence says what to write, and where."""

    @pytest.fixture
    def said(self, project: Project) -> Path:
        """The file of the resource beside the tests, which is put back."""
        return project.folder / "tests/resources/comments.py"

    def test_is_named(self, project: Project, said: Path, subtests: pytest.Subtests):
        text = said.read_text()
        said.write_text(text.replace("COSTS = ", "UNKNOWN_COSTS = ").replace("ACCESS = ", "UNKNOWN_ACCESS = "))
        tests = (
            "tests/app/services/test_costs.py::test_every_operation_runs_the_documented_number_of_statements",
            "tests/security/matrix/test_matrix.py::test_every_operation_has_a_row_and_every_row_an_operation",
        )
        code, output = project.run("-m", "pytest", *tests, "-m", "not slow")
        said.write_text(text)

        assert code == 1
        for name in ("COSTS", "ACCESS"):
            with subtests.test(name=name):
                assert f"write {name}['listPostComments'] into tests/resources/comments.py" in output


def test_the_guide_and_the_data_say_the_same():
    names = {path.relative_to(RESOURCE).as_posix() for path in RESOURCE.rglob("*.py")}
    written = {name.replace("NNNN_", "") for name, how in listed().items() if how == "A"}

    assert written == names
