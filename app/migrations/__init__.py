"""The history of the tables: one file in `versions/` a step, named by its number. `run` applies them, with Alembic."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from app.core import sqlite

REVISIONS = sorted(path.name.partition("_")[0] for path in (Path(__file__).parent / "versions").glob("[0-9]*_*.py"))


def pending(url: str) -> list[str]:
    """The revisions that `run.upgrade` would apply, oldest first. Makes no file where there is none.

    It asks without Alembic, whose import would cost every worker 10 MB and a tenth of a second.

    Raises:
        ValueError: `sqlite://`, whose tables nobody else would see.
        ConnectionError: the file is no database.
    """
    path = sqlite.path_of(url)
    if path is None:
        raise ValueError("sqlite:// is a database of its own for every connection: migrate the `url` of the connected Database")
    if not path.exists():
        return REVISIONS
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            done = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:  # no such table: nothing was ever applied
        return REVISIONS
    except sqlite3.DatabaseError as error:
        raise ConnectionError(f"cannot open the SQLite file {path}: {error}") from error
    return REVISIONS if done is None else [revision for revision in REVISIONS if revision > done[0]]
