"""Statements: what is checked, when, and the messages."""

from __future__ import annotations

import functools
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import bindparam, create_engine, func, select, update
from sqlalchemy.dialects import sqlite

from app.core.database.postgres.dialect import DIALECT as POSTGRESQL
from app.core.database.sqlite import SQLiteDatabase
from app.core.database.statements import Statement, command, insert, statement
from tests.app.core.database.notes import ALL, COLUMNS, GET, INSERT, Note, NoteRow, path_of
from tests.support.paths import ROOT

DIALECT = sqlite.dialect()


@pytest.mark.parametrize("dialect", [POSTGRESQL, DIALECT], ids=["postgresql", "sqlite"])
def test_both_dialects_compile_what_happens_on_a_conflict(dialect):
    nothing = command(insert(Note).values(word="a").on_conflict_do_nothing(index_elements=(Note.word,)))
    change = command(insert(Note).values(word="a").on_conflict_do_update(index_elements=(Note.word,), set_={"number": 1}))

    assert nothing.compiled(dialect).sql.endswith("ON CONFLICT (word) DO NOTHING")
    assert " ON CONFLICT (word) DO UPDATE SET number = " in change.compiled(dialect).sql


class TestValues:
    def test_a_missing_value_is_named(self):
        with pytest.raises(TypeError, match="missing values: word in\nSELECT"):
            GET.compiled(DIALECT).parameters({})

    def test_an_unexpected_value_is_named(self):
        with pytest.raises(TypeError, match="unexpected values: colour in\nSELECT"):
            GET.compiled(DIALECT).parameters({"word": "a", "colour": "red"})

    def test_a_misspelt_value_is_missing_and_unexpected(self):
        with pytest.raises(TypeError, match="missing values: word; unexpected values: wrd in"):
            GET.compiled(DIALECT).parameters({"wrd": "a"})

    def test_a_constant_of_the_statement_needs_no_value(self):
        first = statement(select(Note.word).where(Note.is_done.is_(False), Note.number > 5).limit(10), str)

        parameters = first.compiled(DIALECT).parameters({})

        assert parameters == [5, 10, 0]

    def test_a_value_used_twice_is_given_once(self):
        either = statement(select(Note.id).where((Note.word == bindparam("word")) | (Note.id == bindparam("word"))), int)

        assert either.compiled(DIALECT).parameters({"word": "a"}) == ["a", "a"]

    def test_a_column_default_is_computed_for_each_execution(self):
        compiled = INSERT.compiled(DIALECT)

        first, second = compiled.parameters({"word": "a"}), compiled.parameters({"word": "a"})

        assert first != second
        assert first[:3] == ["a", 0, 0]

    def test_a_datetime_without_time_zone_is_rejected(self):
        when = command(update(Note).values(written_at=bindparam("written_at")))

        with pytest.raises(ValueError, match="needs a time zone"):
            when.compiled(DIALECT).parameters({"written_at": datetime(2026, 2, 6)})  # noqa: DTZ001 - that is the fault


class TestShapes:
    def test_a_statement_is_compiled_once(self):
        assert GET.compiled(DIALECT) is GET.compiled(sqlite.dialect())

    def test_each_set_of_changed_columns_is_its_own_statement(self):
        @functools.lru_cache(maxsize=64)
        def changing(fields: frozenset[str]) -> Statement[None]:
            return command(
                update(Note).where(Note.id == bindparam("note_id")).values({f: bindparam(f) for f in sorted(fields)})
            )

        both = changing(frozenset({"word", "number"}))

        assert both is changing(frozenset({"number", "word"}))
        assert both.compiled(DIALECT).sql == "UPDATE notes SET word=?, number=? WHERE notes.id = ?"
        assert both.compiled(DIALECT).parameters({"word": "a", "number": 2, "note_id": 3}) == ["a", 2, 3]

    def test_in_with_a_list_is_rejected(self):
        listed = statement(select(Note.id).where(Note.id.in_([1, 2])), int)

        with pytest.raises(TypeError, match="variable number of parameters"):
            listed.compiled(DIALECT)

    def test_a_row_that_takes_more_columns_is_rejected_at_the_first_compilation(self):
        short = Statement(select(Note.id, Note.word), NoteRow)

        with pytest.raises(TypeError, match="cannot be called with 2 columns"):
            short.compiled(DIALECT)

    def test_a_row_that_takes_fewer_columns_is_rejected(self):
        long = Statement(insert(Note).returning(*COLUMNS, Note.above_id), NoteRow)

        with pytest.raises(TypeError, match="cannot be called with 7 columns"):
            long.compiled(DIALECT)

    def test_a_command_has_no_returning(self):
        with pytest.raises(TypeError, match="statement"):
            command(update(Note).returning(Note.id))

    def test_only_changes_write(self):
        assert [s.writes for s in (GET, INSERT, ALL)] == [False, True, False]


@pytest.mark.anyio
class TestRows:
    async def test_rows_are_those_of_the_engine_of_sqlalchemy(self, database: SQLiteDatabase):
        for word in ("a", "b", "c"):
            await database.one(INSERT, word=word)

        ours = await database.all(ALL)

        engine = create_engine(f"sqlite:///{path_of(database)}")
        with engine.connect() as connection:
            theirs = [NoteRow(*row) for row in connection.execute(select(*COLUMNS).order_by(Note.id))]
        engine.dispose()
        assert ours == theirs
        assert len(ours) == 3

    async def test_columns_have_the_types_of_python(self, database: SQLiteDatabase):
        before = datetime.now(UTC)

        note = await database.one(INSERT, word="a")

        assert note is not None
        assert note.is_done is False
        assert note.written_at.tzinfo is UTC
        assert before <= note.written_at <= datetime.now(UTC)

    async def test_a_single_column_can_be_a_plain_value(self, database: SQLiteDatabase):
        total = await database.one(statement(select(func.count()).select_from(Note), int))

        assert total == 0


@pytest.mark.slow
class TestTypes:
    def test_mypy_compares_columns_with_rows(self, tmp_path: Path):
        program = """
from sqlalchemy import select
from app.core.database.statements import insert, statement
from app.models import Post
from app.schemas.rows import PostRow
statement(select(Post.id, Post.author_id, Post.title, Post.content, Post.is_published, Post.created_at, Post.version), PostRow)
statement(select(Post.id, Post.author_id, Post.title, Post.content, Post.is_published, Post.created_at), PostRow)
statement(select(Post.id, Post.title, Post.author_id, Post.content, Post.is_published, Post.created_at, Post.version), PostRow)
statement(insert(Post).returning(Post.id, Post.title), PostRow)
"""
        (tmp_path / "rows.py").write_text(program)

        command: list[str | Path] = [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--cache-dir",
            ROOT / ".mypy_cache",
            tmp_path / "rows.py",
        ]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

        wrong = [line.split(":")[1] for line in result.stdout.splitlines() if 'to "statement" has incompatible type' in line]
        assert wrong == ["7", "8", "9"], result.stdout
