"""Counters kept by triggers, the outbox, idempotency keys, and what filters and search need."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")

# A change of one connection, counted in its own slot, so that writers do not wait for each other.
POSTGRESQL = (
    """
CREATE FUNCTION count_users() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO counters AS c (name, slot, number)
        SELECT name, pg_backend_pid() % 16, sum(change) FROM (
            VALUES ('users:' || NEW.role || CASE WHEN NEW.is_active THEN ':active' ELSE ':inactive' END, 1),
                   ('users:' || OLD.role || CASE WHEN OLD.is_active THEN ':active' ELSE ':inactive' END, -1)
        ) AS changes (name, change) GROUP BY name ORDER BY name
        ON CONFLICT (name, slot) DO UPDATE SET number = c.number + excluded.number;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO counters AS c (name, slot, number)
        SELECT 'users:' || role || CASE WHEN is_active THEN ':active' ELSE ':inactive' END, pg_backend_pid() % 16, count(*)
        FROM changed GROUP BY 1 ORDER BY 1
        ON CONFLICT (name, slot) DO UPDATE SET number = c.number + excluded.number;
    ELSE
        INSERT INTO counters AS c (name, slot, number)
        SELECT 'users:' || role || CASE WHEN is_active THEN ':active' ELSE ':inactive' END, pg_backend_pid() % 16, -count(*)
        FROM changed GROUP BY 1 ORDER BY 1
        ON CONFLICT (name, slot) DO UPDATE SET number = c.number + excluded.number;
    END IF;
    RETURN NULL;
END $$
""",
    """
CREATE FUNCTION count_posts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    change bigint;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        change := CASE WHEN NEW.is_published THEN 1 ELSE -1 END;
    ELSE
        SELECT count(*) * CASE WHEN TG_OP = 'INSERT' THEN 1 ELSE -1 END INTO change FROM changed WHERE is_published;
    END IF;
    IF change <> 0 THEN
        INSERT INTO counters AS c (name, slot, number) VALUES ('posts:published', pg_backend_pid() % 16, change)
        ON CONFLICT (name, slot) DO UPDATE SET number = c.number + excluded.number;
    END IF;
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER users_added AFTER INSERT ON users REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_users()
""",
    """
CREATE TRIGGER users_removed AFTER DELETE ON users REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_users()
""",
    """
CREATE TRIGGER users_moved AFTER UPDATE ON users FOR EACH ROW
    WHEN (OLD.role <> NEW.role OR OLD.is_active <> NEW.is_active) EXECUTE FUNCTION count_users()
""",
    """
CREATE TRIGGER posts_added AFTER INSERT ON posts REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_posts()
""",
    """
CREATE TRIGGER posts_removed AFTER DELETE ON posts REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_posts()
""",
    """
CREATE TRIGGER posts_moved AFTER UPDATE ON posts FOR EACH ROW
    WHEN (OLD.is_published <> NEW.is_published) EXECUTE FUNCTION count_posts()
""",
)

USERS = "'users:' || {row}.role || CASE WHEN {row}.is_active THEN ':active' ELSE ':inactive' END"
COUNT = (
    "INSERT INTO counters (name, slot, number) VALUES ({name}, 0, {change})"
    " ON CONFLICT (name, slot) DO UPDATE SET number = number + ({change});"
)


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

    op.add_column("users", sa.Column("full_name_key", KEY))
    if op.get_bind().dialect.name == "postgresql":
        for column in ("email_key", "username_key"):
            op.alter_column("users", column, type_=sa.String(collation="C"))
    fill_full_name_keys()
    op.create_index(op.f("ix_users_full_name_key"), "users", ["full_name_key"])
    op.create_index(op.f("ix_users_created_at_id"), "users", ["created_at", "id"])

    run(
        "INSERT INTO counters (name, slot, number) SELECT 'users:' || role || CASE WHEN is_active THEN ':active' ELSE"
        " ':inactive' END, 0, count(*) FROM users GROUP BY 1"
    )
    run("INSERT INTO counters (name, slot, number) SELECT 'posts:published', 0, count(*) FROM posts WHERE is_published")
    create_triggers()


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


def create_triggers() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in POSTGRESQL:
            run(statement)
        return

    def count(name: str, change: int) -> str:
        return COUNT.format(name=name, change=change)

    new, old = USERS.format(row="NEW"), USERS.format(row="OLD")
    moved = "OLD.role <> NEW.role OR OLD.is_active <> NEW.is_active"
    run(f"CREATE TRIGGER users_added AFTER INSERT ON users BEGIN {count(new, 1)} END")
    run(f"CREATE TRIGGER users_removed AFTER DELETE ON users BEGIN {count(old, -1)} END")
    run(f"CREATE TRIGGER users_moved AFTER UPDATE ON users WHEN {moved} BEGIN {count(new, 1)} {count(old, -1)} END")
    published = "'posts:published'"
    run(f"CREATE TRIGGER posts_added AFTER INSERT ON posts WHEN NEW.is_published BEGIN {count(published, 1)} END")
    run(f"CREATE TRIGGER posts_removed AFTER DELETE ON posts WHEN OLD.is_published BEGIN {count(published, -1)} END")
    run(
        "CREATE TRIGGER posts_moved AFTER UPDATE ON posts WHEN OLD.is_published <> NEW.is_published BEGIN"
        f" {COUNT.format(name=published, change='NEW.is_published - OLD.is_published')} END"
    )


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in ("users", "posts"):
        for event in ("added", "removed", "moved"):
            run(f"DROP TRIGGER {table}_{event}" + (f" ON {table}" if postgresql else ""))
    if postgresql:
        run("DROP FUNCTION count_users(), count_posts()")
        for column in ("email_key", "username_key"):
            op.alter_column("users", column, type_=sa.String(collation="default"))
    op.drop_index(op.f("ix_users_created_at_id"), "users")
    op.drop_index(op.f("ix_users_full_name_key"), "users")
    op.drop_column("users", "full_name_key")
    for table in ("idempotency_keys", "outbox", "counters"):
        op.drop_table(table)
