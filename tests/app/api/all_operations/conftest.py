"""What all operations share is the same on every database: these tests run on SQLite.

What depends on the database is tested on both: `tests/contract/directed` brings about every documented response, and the
differential test runs every statement.
"""

from __future__ import annotations

import pytest

from tests.support.databases import Template


@pytest.fixture(scope="session")
def template(sqlite_template: Template) -> Template:
    """A migrated SQLite file."""
    return sqlite_template
