"""The audit logs: records that can be added but not changed, their trees, and what is derived from them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_REFUSE_SQLITE = """
CREATE TRIGGER {table}_{verb} BEFORE {event} ON {table} {condition}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_REFUSE_POSTGRES = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""
# A place is the number of the log and, in 40 bits, the position in it.
_SEALED = """
EXISTS (SELECT 1 FROM audit_segment s WHERE s.log = OLD.log
        AND (OLD.place & 1099511627775) BETWEEN s.first AND s.first + s.size - 1)
"""
_REFUSE_UNSEALED = f"""
CREATE FUNCTION audit_refuse_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT {_SEALED} THEN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END IF;
  RETURN OLD;
END $$
"""


def upgrade() -> None:
    """Make the tables, their guards, and the text index of this database."""
    _tables()
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgres()
    else:
        _guard_sqlite()


def _row_number() -> sa.BigInteger:
    return sa.BigInteger().with_variant(sa.Integer, "sqlite")  # the only type that SQLite numbers by itself


def _place() -> "sa.Column[int]":
    return sa.Column("place", _row_number(), primary_key=True, autoincrement=False)


def _log() -> "sa.Column[int]":
    return sa.Column("log", sa.Integer, sa.ForeignKey("audit_log.number"), nullable=False)


def _tables() -> None:
    op.create_table(
        "audit_log",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("edge", sa.LargeBinary, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("indexed", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "audit_record",
        _place(),
        _log(),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("log", "id"),
    )
    op.create_table(
        "audit_inbox",
        sa.Column("number", _row_number(), primary_key=True),
        _log(),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("openings", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("log", "id"),
    )
    op.create_table(
        "audit_tile",
        _log(),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("log", "level", "position"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_checkpoint",
        _log(),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("log", "size"),
    )
    op.create_table(
        "audit_segment",
        _log(),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("sealed_at", sa.BigInteger, nullable=False),
        sa.Column("purged_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("log", "first"),
    )
    op.create_table(
        "audit_sealed",
        _log(),
        sa.Column("id", sa.LargeBinary, nullable=False),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("log", "id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_opening",
        _log(),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("commitment", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("box", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("log", "event", "field"),
    )
    op.create_index("ix_audit_opening_subject", "audit_opening", ["log", "subject"])
    op.create_table(
        "audit_index",
        _place(),
        _log(),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("actor_type", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("target_type", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
    )
    for columns in (("actor", "time"), ("target", "time"), ("action", "time"), ("time",)):
        op.create_index(f"ix_audit_index_{columns[0]}", "audit_index", ["log", *columns, "place"])


def _guard_sqlite() -> None:
    op.execute("CREATE VIRTUAL TABLE audit_text USING fts5(words, content='', tokenize='ascii')")
    for table in ("audit_record", "audit_checkpoint"):
        op.execute(_REFUSE_SQLITE.format(table=table, verb="update", event="UPDATE", condition=""))
    op.execute(_REFUSE_SQLITE.format(table="audit_checkpoint", verb="delete", event="DELETE", condition=""))
    op.execute(
        _REFUSE_SQLITE.format(
            table="audit_record", verb="delete", event="DELETE", condition=f"WHEN NOT {_SEALED.strip()}"
        )
    )


def _guard_postgres() -> None:
    op.execute("CREATE TABLE audit_text (place bigint PRIMARY KEY, words tsvector NOT NULL)")
    op.execute("CREATE INDEX ix_audit_text_words ON audit_text USING gin (words)")
    op.execute(_REFUSE_POSTGRES)
    op.execute(_REFUSE_UNSEALED)
    for table in ("audit_record", "audit_checkpoint"):
        op.execute(
            f"CREATE TRIGGER {table}_update BEFORE UPDATE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        )
        op.execute(f"REVOKE UPDATE, TRUNCATE ON {table} FROM PUBLIC, CURRENT_USER")
    op.execute(
        "CREATE TRIGGER audit_checkpoint_delete BEFORE DELETE ON audit_checkpoint "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
    )
    op.execute(
        "CREATE TRIGGER audit_record_delete BEFORE DELETE ON audit_record "
        "FOR EACH ROW EXECUTE FUNCTION audit_refuse_unsealed()"
    )
