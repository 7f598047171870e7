"""The tables of docs/security.md: every test that they name exists, and every row has one or a reason."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.paths import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()
CHECKS = [*sorted((ROOT / "tests" / "security").rglob("test_*.py")), ROOT / "tests" / "faults" / "test_mail.py"]

# The requirements of OWASP ASVS 5.0.0, by level; 1.2.1-5 are five of section 1.2.
LEVELS = {
    1: """1.2.1-5 1.3.1-2 1.5.1 2.1.1 2.2.1-2 2.3.1 3.2.1-2 3.3.1 3.4.1-2 3.5.1-3 4.1.1 4.4.1 5.2.1-2 5.3.1-2 6.1.1 6.2.1-8
    6.3.1-2 6.4.1-2 7.2.1-4 7.4.1-2 8.1.1 8.2.1-2 8.3.1 9.1.1-3 9.2.1 10.4.1-5 11.3.1-2 11.4.1 12.1.1 12.2.1-2 13.4.1
    14.2.1 14.3.1 15.1.1 15.2.1 15.3.1""",
    2: """1.1.1-2 1.2.6-9 1.3.3-11 1.4.1-3 1.5.2 2.1.2-3 2.2.3 2.3.2-4 2.4.1 3.3.2-4 3.4.3-6 3.5.4-5 3.7.1-2 4.1.2-3 4.2.1
    4.3.1-2 4.4.2-4 5.1.1 5.2.3 5.4.1-3 6.1.2-3 6.2.9-12 6.3.3-4 6.4.3-4 6.5.1-5 6.6.1-3 6.8.1-4 7.1.1-3 7.3.1-2 7.4.3-5
    7.5.1-2 7.6.1-2 8.1.2 8.2.3 8.4.1 9.2.2-4 10.1.1-2 10.2.1-2 10.3.1-4 10.4.6-11 10.5.1-5 10.6.1-2 10.7.1-3 11.1.1-2
    11.2.1-3 11.3.3 11.4.2-4 11.5.1 11.6.1 12.1.2-3 12.3.1-4 13.1.1 13.2.1-5 13.3.1-2 13.4.2-5 14.1.1-2 14.2.2-4 14.3.2-3
    15.1.2-3 15.2.2-3 15.3.2-7 16.1.1 16.2.1-5 16.3.1-4 16.4.1-3 16.5.1-3 17.1.1 17.2.1-4 17.3.1-2""",
}

Number = tuple[int, int, int]


class Row(NamedTuple):
    """A requirement, or a range of requirements that have one reason: `1.2.6-1.2.8`, `1.4.1, 1.4.3`."""

    numbers: str
    levels: str
    requirement: str
    evidence: str


def parsed(number: str) -> Number:
    chapter, section, last = map(int, number.split("."))
    return chapter, section, last


def requirements() -> dict[Number, int]:
    """All requirements in their order, with their levels."""
    found: dict[Number, int] = {}
    for level, text in LEVELS.items():
        for entry in text.split():
            begin, _, last = entry.partition("-")
            chapter, section, first = parsed(begin)
            found |= {(chapter, section, each): level for each in range(first, int(last or first) + 1)}
    return dict(sorted(found.items()))


def table(heading: str) -> list[list[str]]:
    """The cells of the tables below a heading, without their own headings."""
    marks, rest = re.split(rf"^(#+) {re.escape(heading)}.*$", PAGE, maxsplit=1, flags=re.MULTILINE)[1:]
    part = re.split(rf"^{marks} ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    blocks = re.findall(r"(?:^\|.*\n)+", part, re.MULTILINE)
    return [row.strip("| ").split(" | ") for block in blocks for row in block.splitlines()[2:]]


ASVS = [Row(*cells) for cells in table("OWASP ASVS 5.0")]


@functools.cache
def names_in(path: Path) -> frozenset[str]:
    """The names of the tests in a file."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = (node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, functions))
    return frozenset(name for name in found if name.startswith("test_"))


def named_tests(text: str) -> list[tuple[str, str]]:
    """The tests named as `path::name`."""
    return re.findall(r"`([\w/]+\.py)::(\w+)`", text)


def named_checks(text: str) -> set[int]:
    """The numbers of the checks in a text; S49-S52 are four."""
    ranges = re.findall(r"\bS(\d\d)(?:-S(\d\d))?\b", text)
    return {check for first, last in ranges for check in range(int(first), int(last or first) + 1)}


def names_a_test(text: str) -> bool:
    return bool(named_checks(text) or named_tests(text))


class TestWhatThePageNames:
    def test_is_a_test_that_exists(self):
        files = {path: ROOT / "tests" / path for path, _ in named_tests(PAGE)}

        assert [path for path, file in files.items() if not file.is_file()] == []
        assert [(path, name) for path, name in named_tests(PAGE) if name not in names_in(files[path])] == []
        assert len(named_tests(PAGE)) > 50

    def test_is_a_check_that_exists(self):
        names = {name for path in CHECKS for name in names_in(path)}
        existing = {int(found[1]) for name in names if (found := re.match(r"test_s(\d\d)_", name))}

        assert named_checks(PAGE) - existing == set()

    def test_is_a_file_or_a_heading_that_exists(self):
        headings = re.findall(r"^##+ (.*)$", PAGE, re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
        links = re.findall(r"\]\(([^)]+)\)", PAGE)

        assert [link for link in links if link.startswith("#") and link[1:] not in anchors] == []
        assert [link for link in links if not link.startswith("#") and not (ROOT / "docs" / link).is_file()] == []


class TestEveryRow:
    def test_of_asvs_is_of_its_level_and_none_is_missing(self):
        levels = requirements()
        order = list(levels)
        covered: list[Number] = []
        for row in ASVS:
            of_row: list[Number] = []
            for part in row.numbers.split(", "):
                first, _, last = part.partition("-")
                of_row += order[order.index(parsed(first)) : order.index(parsed(last or first)) + 1]
            assert row.levels == ", ".join(map(str, sorted({levels[each] for each in of_row}))), row
            covered += of_row

        assert sorted(covered) == order
        assert str(len(order)) in PAGE

    def test_of_asvs_names_a_test_or_gives_a_reason(self):
        for row in ASVS:
            status, _, text = row.evidence.partition(": ")
            if status in {"Not applicable", "Deployment", "Open"}:
                assert len(text) > 10, row
                assert text.endswith((".", ")")), row
            else:
                assert names_a_test(row.evidence), row
                assert status != "Partly" or ". " in text, row  # after the tests: what is missing

    @pytest.mark.parametrize(("heading", "rows"), [("OWASP API Security Top 10", 10), ("What is defended", 14)])
    def test_of_what_is_defended_names_a_test(self, heading, rows):
        found = table(heading)

        assert [row for row in found if not names_a_test(row[-1])] == []
        assert len(found) >= rows
