"""The first tables, and the triggers that keep the journal append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQLITE = """
CREATE TRIGGER journal_no_{low} BEFORE {up} ON journal
BEGIN SELECT RAISE(ABORT, 'journal is append-only'); END
"""
SQLITE_REPLACE = """
CREATE TRIGGER journal_no_replace BEFORE INSERT ON journal
WHEN EXISTS (SELECT 1 FROM journal WHERE number = NEW.number OR key = NEW.key)
BEGIN SELECT RAISE(ABORT, 'journal is append-only'); END
"""  # INSERT OR REPLACE deletes without asking the trigger on DELETE
POSTGRESQL = """
CREATE FUNCTION journal_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'journal is append-only'; END $$;
CREATE TRIGGER journal_no_change BEFORE UPDATE OR DELETE ON journal
FOR EACH ROW EXECUTE FUNCTION journal_append_only();
CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON journal
FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only();
"""


def upgrade() -> None:
    """Create everything."""
    op.create_table(
        "journal",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("campaign", sa.String(100), nullable=False),
        sa.Column("unit", sa.String(10), nullable=False),
        sa.Column("step", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("checklist_hash", sa.String(64), nullable=False),
        sa.Column("key", sa.String(200), nullable=True, unique=True),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("ix_journal_campaign_unit", "journal", ["campaign", "unit"])
    _create_rounds()
    op.create_table(
        "answers",
        sa.Column("campaign", sa.String(100), primary_key=True),
        sa.Column("unit", sa.String(10), primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("etag", sa.String(300), nullable=False),
        sa.Column("true_at", sa.String(40), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "access",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("unit", sa.String(10), nullable=False),
        sa.Column("issued_at", sa.String(40), nullable=False),
        sa.Column("revoked_at", sa.String(40), nullable=True),
    )
    op.create_index("ix_access_unit", "access", ["unit"])
    _create_triggers()


def _create_rounds() -> None:
    op.create_table(
        "rounds",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("campaign", sa.String(100), nullable=False),
        sa.Column("province", sa.String(10), nullable=False),
        sa.Column("as_of", sa.String(40), nullable=False),
        sa.Column("started_at", sa.String(40), nullable=False),
        sa.Column("finished_at", sa.String(40), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("checklist_hash", sa.String(64), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("snapshot", sa.Text, nullable=True),
    )
    op.create_index("ix_rounds_campaign", "rounds", ["campaign"])
    op.create_table(
        "observations",
        sa.Column("round", sa.String(40), sa.ForeignKey("rounds.id"), primary_key=True),
        sa.Column("unit", sa.String(10), primary_key=True),
        sa.Column("checked_at", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(30), nullable=False),
        sa.Column("sentence", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("milliseconds", sa.Integer, nullable=False),
        sa.Column("probes", sa.Text, nullable=False),
    )


def _create_triggers() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(SQLITE.format(low=verb, up=verb.upper()))
        op.execute(SQLITE_REPLACE)
    else:
        op.execute(POSTGRESQL)


def downgrade() -> None:
    """Refuse: the record is not thrown away by a command."""
    raise NotImplementedError
