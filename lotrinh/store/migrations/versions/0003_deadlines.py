"""What calendars were told of deadlines that moved."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SQLITE = """
CREATE TRIGGER deadline_moves_no_{low} BEFORE {up} ON deadline_moves
BEGIN SELECT RAISE(ABORT, 'deadline_moves is append-only'); END
"""
POSTGRESQL = """
CREATE FUNCTION deadline_moves_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'deadline_moves is append-only'; END $$;
CREATE TRIGGER deadline_moves_no_change BEFORE UPDATE OR DELETE ON deadline_moves
FOR EACH ROW EXECUTE FUNCTION deadline_moves_append_only();
CREATE TRIGGER deadline_moves_no_truncate BEFORE TRUNCATE ON deadline_moves
FOR EACH STATEMENT EXECUTE FUNCTION deadline_moves_append_only();
"""


def upgrade() -> None:
    """Create the table, and what keeps it append-only: a calendar never goes back to an older number."""
    op.create_table(
        "deadline_moves",
        sa.Column("campaign", sa.String(100), primary_key=True),
        sa.Column("unit", sa.String(10), primary_key=True),
        sa.Column("step", sa.String(100), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("due", sa.String(40), nullable=True),
        sa.Column("before", sa.String(40), nullable=True),
        sa.Column("told_at", sa.String(40), nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(SQLITE.format(low=verb, up=verb.upper()))
    else:
        op.execute(POSTGRESQL)


def downgrade() -> None:
    """Refuse: the record is not thrown away by a command."""
    raise NotImplementedError
