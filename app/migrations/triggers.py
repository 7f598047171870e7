"""Triggers and their functions. Models cannot express them, so revisions declare them in `TRIGGERS`."""

from __future__ import annotations

import re

from sqlalchemy import Connection

from app.migrations.run import scripts

_POSTGRESQL = """
SELECT 'trigger ' || tgname, pg_get_triggerdef(g.oid, true) || CASE WHEN tgenabled IN ('O', 'A') THEN '' ELSE ' disabled' END
FROM pg_trigger g JOIN pg_class t ON t.oid = tgrelid JOIN pg_namespace n ON n.oid = relnamespace
WHERE n.nspname = current_schema() AND NOT tgisinternal
UNION ALL
SELECT 'function ' || proname, replace(pg_get_functiondef(p.oid), quote_ident(nspname) || '.', '')
FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
WHERE n.nspname = current_schema() AND prorettype = 'trigger'::regtype
"""

_SQLITE = "SELECT 'trigger ' || name, sql FROM sqlite_schema WHERE type = 'trigger'"


def expected(dialect: str) -> dict[str, str]:
    """Name and normalized SQL of each trigger and function, from the last revision that declares it."""
    found: dict[str, str | None] = {}
    for script in reversed(list(scripts().walk_revisions())):
        found |= getattr(script.module, "TRIGGERS", {}).get(dialect, {})
    return {name: _normalized(sql) for name, sql in found.items() if sql is not None}


def actual(connection: Connection) -> dict[str, str]:
    """All triggers of the database, since each changes what our statements do, and the declared functions."""
    dialect = connection.dialect.name
    rows = connection.exec_driver_sql(_POSTGRESQL if dialect == "postgresql" else _SQLITE)
    declared = expected(dialect)
    return {name: _normalized(sql) for name, sql in rows if name in declared or name.startswith("trigger ")}


def _normalized(sql: str) -> str:
    """SQL without what PostgreSQL changes when it prints it: OR REPLACE, dollar-quote tags, casts, parentheses, case."""
    plain = sql.replace("CREATE OR REPLACE", "CREATE").replace("$function$", "$$").lower()
    return " ".join(re.sub(r"::[a-z]+( varying)?|[()]", " ", plain).split())
