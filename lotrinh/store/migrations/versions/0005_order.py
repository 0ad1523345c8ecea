"""In which order rounds were recorded."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

AT_ONCE = timedelta(minutes=1)
"""An older lotrinh took the moment to show shortly before it began."""


def upgrade() -> None:
    """Create the table, a small one: rounds hold reports of megabytes, and stay as they are."""
    order = op.create_table(
        "round_order",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("round", sa.String(40), sa.ForeignKey("rounds.id"), nullable=False, unique=True),
        sa.Column("of_now", sa.Integer, nullable=False),
    )
    known = sa.table("rounds", sa.column("id"), sa.column("as_of"), sa.column("started_at"))
    begun = op.get_bind().execute(sa.select(known).order_by(known.c.started_at, known.c.id)).all()
    op.bulk_insert(order, [{"round": r.id, "of_now": int(_of_now(r.as_of, r.started_at))} for r in begun])


def _of_now(as_of: str, started_at: str) -> bool:
    return abs(datetime.fromisoformat(started_at) - datetime.fromisoformat(as_of)) < AT_ONCE


def downgrade() -> None:
    """Refuse: the record is not thrown away by a command."""
    raise NotImplementedError
