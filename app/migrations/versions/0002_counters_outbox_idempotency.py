"""Counters kept by triggers, the outbox, idempotency keys, and what filters and search need."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")

USERS = "'users:' || {row}role || CASE WHEN {row}is_active THEN ':active' ELSE ':inactive' END"
POSTS = "'posts:published'"

# PostgreSQL counts once for each statement, in a slot of the connection, so that writers seldom wait for each other; and in the
# order of the names, so that those which share a slot wait in one direction.
COUNT_ON_POSTGRESQL = """
CREATE FUNCTION {name}()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM counters WHERE name LIKE {prefix};
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO counters AS counter (name, slot, number)
        SELECT name, pg_backend_pid() % 16, sum(change) FROM (VALUES {moved}) AS moved (name, change) GROUP BY 1 ORDER BY 1
        ON CONFLICT (name, slot) DO UPDATE SET number = counter.number + excluded.number;
    ELSE
        INSERT INTO counters AS counter (name, slot, number)
        SELECT {key}, pg_backend_pid() % 16, CASE TG_OP WHEN 'INSERT' THEN count(*) ELSE -count(*) END
        FROM changed WHERE {counted} GROUP BY 1 ORDER BY 1
        ON CONFLICT (name, slot) DO UPDATE SET number = counter.number + excluded.number;
    END IF;
    RETURN NULL;
END $$
"""

COUNT_ON_SQLITE = (
    "INSERT INTO counters (name, slot, number) VALUES ({key}, 0, {change})"
    " ON CONFLICT (name, slot) DO UPDATE SET number = number + excluded.number;"
)


def postgresql_triggers(table: str, moved: str) -> dict[str, str]:
    each = f"FOR EACH STATEMENT EXECUTE FUNCTION count_{table}()"
    return {
        f"trigger {table}_added": (
            f"CREATE TRIGGER {table}_added AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed {each}"
        ),
        f"trigger {table}_removed": (
            f"CREATE TRIGGER {table}_removed AFTER DELETE ON {table} REFERENCING OLD TABLE AS changed {each}"
        ),
        f"trigger {table}_emptied": f"CREATE TRIGGER {table}_emptied AFTER TRUNCATE ON {table} {each}",
        f"trigger {table}_moved": (
            f"CREATE TRIGGER {table}_moved AFTER UPDATE ON {table} FOR EACH ROW WHEN ({moved}) EXECUTE FUNCTION count_{table}()"
        ),
    }


def count(key: str, change: str) -> str:
    return COUNT_ON_SQLITE.format(key=key, change=change)


USER_MOVED = "OLD.role <> NEW.role OR OLD.is_active <> NEW.is_active"
POST_MOVED = "OLD.is_published <> NEW.is_published"
NEW_USER, OLD_USER = USERS.format(row="NEW."), USERS.format(row="OLD.")

# Triggers and functions by kind and name; app.migrations.drift compares a database with them. A later revision that replaces
# one declares it under the same name; one that drops it declares None.
TRIGGERS = {
    "postgresql": {
        "function count_users": COUNT_ON_POSTGRESQL.format(
            name="count_users",
            prefix="'users:%'",
            moved=f"({NEW_USER}, 1), ({OLD_USER}, -1)",
            key=USERS.format(row=""),
            counted="true",
        ),
        "function count_posts": COUNT_ON_POSTGRESQL.format(
            name="count_posts",
            prefix="'posts:%'",
            moved=f"({POSTS}, CASE WHEN NEW.is_published THEN 1 ELSE -1 END)",
            key=POSTS,
            counted="is_published",
        ),
        **postgresql_triggers("users", USER_MOVED),
        **postgresql_triggers("posts", POST_MOVED),
    },
    "sqlite": {
        "trigger users_added": f"CREATE TRIGGER users_added AFTER INSERT ON users BEGIN {count(NEW_USER, '1')} END",
        "trigger users_removed": f"CREATE TRIGGER users_removed AFTER DELETE ON users BEGIN {count(OLD_USER, '-1')} END",
        "trigger users_moved": (
            f"CREATE TRIGGER users_moved AFTER UPDATE ON users WHEN {USER_MOVED}"
            f" BEGIN {count(NEW_USER, '1')} {count(OLD_USER, '-1')} END"
        ),
        "trigger posts_added": (
            f"CREATE TRIGGER posts_added AFTER INSERT ON posts WHEN NEW.is_published BEGIN {count(POSTS, '1')} END"
        ),
        "trigger posts_removed": (
            f"CREATE TRIGGER posts_removed AFTER DELETE ON posts WHEN OLD.is_published BEGIN {count(POSTS, '-1')} END"
        ),
        "trigger posts_moved": (
            f"CREATE TRIGGER posts_moved AFTER UPDATE ON posts WHEN {POST_MOVED}"
            f" BEGIN {count(POSTS, 'NEW.is_published - OLD.is_published')} END"
        ),
    },
}


def run(sql: str) -> None:
    op.get_bind().exec_driver_sql(sql)  # as it is: in text() a colon would begin a parameter


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "slot", name=op.f("pk_counters")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("topic", sa.String(50), nullable=False),
        sa.Column("payload", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("available_at", INSTANT, nullable=False),
        sa.Column("lease", sa.String(36)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String()),
        sa.Column("died_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_outbox_died_at_available_at_id"), "outbox", ["died_at", "available_at", "id"])
    op.create_table(
        "idempotency_keys",
        sa.Column("scope", sa.String(120), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("scope", "key_hash", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_expires_at"), "idempotency_keys", ["expires_at"])
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"])

    op.add_column("users", sa.Column("full_name_key", KEY))
    fill_full_name_keys()
    op.create_index(op.f("ix_users_full_name_key"), "users", ["full_name_key"])
    op.create_index(op.f("ix_users_created_at_id"), "users", ["created_at", "id"])

    # The triggers first: they lock the tables, so that no row is added between the counting and the first counted change.
    for statement in TRIGGERS[op.get_bind().dialect.name].values():
        run(statement)
    fill = "INSERT INTO counters (name, slot, number) SELECT"
    run(f"{fill} {USERS.format(row='')}, 0, count(*) FROM users GROUP BY 1")
    run(f"{fill} {POSTS}, 0, count(*) FROM posts WHERE is_published")


def fill_full_name_keys() -> None:
    """In Python, since neither database folds the case of every letter as Python does."""
    connection = op.get_bind()
    users = sa.table("users", sa.column("id"), sa.column("full_name"), sa.column("full_name_key"))
    last = 0
    while rows := connection.execute(
        sa.select(users.c.id, users.c.full_name)
        .where(users.c.id > last, users.c.full_name.is_not(None))
        .order_by(users.c.id)
        .limit(1000)
    ).all():
        last = rows[-1].id
        connection.execute(
            sa.update(users).where(users.c.id == sa.bindparam("user")).values(full_name_key=sa.bindparam("key")),
            [{"user": row.id, "key": row.full_name.casefold()} for row in rows],
        )


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in ("users", "posts"):
        for event in ("added", "removed", "moved", *(("emptied",) if postgresql else ())):
            run(f"DROP TRIGGER {table}_{event}" + (f" ON {table}" if postgresql else ""))
    if postgresql:
        run("DROP FUNCTION count_users(), count_posts()")
    op.drop_index(op.f("ix_users_created_at_id"), "users")
    op.drop_index(op.f("ix_users_full_name_key"), "users")
    op.drop_column("users", "full_name_key")
    op.drop_index(op.f("ix_sessions_expires_at"), "sessions")
    for table in ("idempotency_keys", "outbox", "counters"):
        op.drop_table(table)
