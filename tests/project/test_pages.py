"""README.md and docs/: every command is run, every link leads somewhere, and the book is complete and asks nobody else."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pages import COMMANDS, PAGES, Reader, blocks, use_environment
from tests.support.paths import ROOT

DOCS = ROOT / "docs"
ELSEWHERE = {
    "docs/tutorial.md",  # tests/extending/test_guides.py
    "docs/engine.md",  # tests/project/test_wheel.py, in an empty environment
}
WITH_COMMANDS = [
    page.relative_to(ROOT).as_posix()
    for page in PAGES
    if any(block.language in COMMANDS and block.reason is None for block in blocks(page))
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project in a folder where commands may write: its own docs, and links to everything else."""
    folder = tmp_path_factory.mktemp("reader")
    for path in ROOT.iterdir():
        if path.name not in {".venv", ".git", ".env", "data", "docs"}:
            (folder / path.name).symlink_to(path)
    shutil.copytree(DOCS, folder / "docs", ignore=shutil.ignore_patterns("site", ".cache"))
    use_environment(folder)
    return folder


@pytest.mark.slow
class TestTheCommandsOf:
    @pytest.mark.parametrize("page", [page for page in WITH_COMMANDS if page not in ELSEWHERE])
    def test_a_page_work_in_their_order(self, folder, page):
        shutil.rmtree(folder / "data", ignore_errors=True)
        with Reader(folder) as reader:
            assert reader.follow(ROOT / page) > 0

    def test_the_book_build_it_without_a_warning(self, folder):
        with Reader(folder) as reader:
            reader.run("make docs BUILD=1\n")
        site = folder / "docs" / "site"
        loaded = [
            tag
            for path in site.rglob("*.html")
            for tag in re.findall(r"<(?:script|img|link|iframe)\b[^>]*\b(?:src|href)=\"?(?:https?:)?//[^>]*>", path.read_text())
            if 'rel="canonical"' not in tag
        ]

        assert {f"{path.stem}.html" for path in DOCS.glob("*.md")} <= {path.name for path in site.glob("*.html")}
        assert loaded == []


class TestEveryBlockOfCommands:
    def test_is_run_or_says_why_not(self):
        found = [block for page in PAGES for block in blocks(page)]
        commands = [block for block in found if block.language in COMMANDS]

        assert [block for block in commands if block.reason is not None and len(block.reason) < 15] == []
        assert [block for block in found if block.reason is not None and block not in commands] == []
        assert sum(block.reason is None for block in commands) > 15
        assert set(WITH_COMMANDS) >= ELSEWHERE

    def test_has_a_fence_with_a_language_that_is_looked_for(self):
        texts = {page: re.sub(r"^( *)```.*?^\1```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL) for page in PAGES}
        languages = {block.language for page in PAGES for block in blocks(page)}

        indented = re.compile(r"^ {4}(\.venv|make|python|curl|export)\b", re.MULTILINE)

        assert [page.name for page, text in texts.items() if indented.search(text)] == []
        assert languages & {"bash", "shell", "zsh", "fish"} == set()


class TestTheBook:
    def test_every_link_leads_to_a_file(self):
        links = [(page, link) for page in PAGES for link in links_of(page)]
        of_book = [(page, link) for page, link in links if page != ROOT / "README.md"]

        assert [(page.name, link) for page, link in links if not target(page, link).is_file()] == []
        assert [(page.name, link) for page, link in of_book if DOCS not in target(page, link).parents] == []

    def test_every_page_is_in_the_navigation_and_every_decision_in_its_list(self):
        navigation = tomllib.loads((DOCS / "zensical.toml").read_text())["project"]["nav"]
        decisions = sorted(path.name for path in DOCS.glob("adr/0*.md"))
        listed = re.findall(r"^\| (\d+) \| \[.*\]\((.*)\) \|$", (DOCS / "adr/index.md").read_text(), re.MULTILINE)
        pages = {path.relative_to(DOCS).as_posix() for path in PAGES[1:] if not path.name.startswith("0")}

        assert sorted(pages_in(navigation)) == sorted(pages)
        assert sorted(name for _, name in listed) == decisions
        assert [name for number, name in listed if int(name[:4]) != int(number)] == []
        assert len({number for number, _ in listed}) == len(decisions)

    def test_every_path_in_the_tables_of_the_architecture_exists(self):
        paths = re.findall(r"`((?:app|codegen|tests|docs)/[\w./-]*)`", (DOCS / "architecture.md").read_text())

        assert len(paths) > 60
        assert [path for path in paths if not (ROOT / path).exists()] == []

    def test_its_colours_are_those_of_the_other_pages(self):
        used, defined = (
            set(re.findall(r"#[0-9a-f]{6}\b", path.read_text()))
            for path in (DOCS / "assets/book.css", ROOT / "codegen/accord/runtime/docs/assets/theme.css")
        )

        assert used <= defined


def links_of(page: Path) -> list[str]:
    """The relative links and images of a page, without their anchors."""
    found = re.findall(r"\]\(([^)#\s]+)[^)]*\)|src=\"([^\"]+)\"", page.read_text())
    return [link for pair in found for link in pair if link and not re.match(r"\w+:", link)]


def target(page: Path, link: str) -> Path:
    return (page.parent / link).resolve()


def pages_in(navigation: object) -> Iterator[str]:
    """The files that a navigation names, at every level."""
    if isinstance(navigation, str):
        yield navigation
    elif isinstance(navigation, dict):
        for entry in navigation.values():
            yield from pages_in(entry)
    elif isinstance(navigation, list):
        for entry in navigation:
            yield from pages_in(entry)
