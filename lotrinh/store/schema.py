"""Tables. Moments are ISO 8601 text in UTC, so that what was hashed is what is stored, on every database."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text

HEAD = "0006"
"""The migration that this version of lotrinh works with."""

metadata = MetaData()

journal = Table(
    "journal",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("campaign", String(100), nullable=False),
    Column("unit", String(10), nullable=False),
    Column("step", String(100), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("actor", String(100), nullable=False),
    Column("body", Text, nullable=False),
    Column("checklist_hash", String(64), nullable=False),
    Column("key", String(200), nullable=True, unique=True),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_journal_campaign_unit", "campaign", "unit"),
)

# What code calls runs is kept in tables and columns that were called after rounds: a record outlives its words.
runs = Table(
    "rounds",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("campaign", String(100), nullable=False, index=True),
    Column("province", String(10), nullable=False),
    Column("as_of", String(40), nullable=False),
    Column("started_at", String(40), nullable=False),
    Column("finished_at", String(40), nullable=True),
    Column("state", String(20), nullable=False),
    Column("checklist_hash", String(64), nullable=False),
    Column("head", String(64), nullable=False),
    Column("request", Text, nullable=False),
    Column("snapshot", Text, nullable=True),
    Column("frozen", LargeBinary, nullable=True),
)

run_order = Table(
    "round_order",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("round", String(40), ForeignKey("rounds.id"), nullable=False, unique=True),
    Column("of_now", Integer, nullable=False),
)
"""In which order runs were recorded. ``of_now`` is 1 for one that shows the moment at which it began."""

checklists = Table(
    "checklists",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("content", Text, nullable=False),
)

observations = Table(
    "observations",
    metadata,
    Column("round", String(40), ForeignKey("rounds.id"), primary_key=True),
    Column("unit", String(10), primary_key=True),
    Column("checked_at", String(40), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("reason", String(30), nullable=False),
    Column("sentence", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("probes", Text, nullable=False),
)

answers = Table(
    "answers",
    metadata,
    Column("campaign", String(100), primary_key=True),
    Column("unit", String(10), primary_key=True),
    Column("source", Text, nullable=False),
    Column("etag", String(300), nullable=False),
    Column("true_at", String(40), nullable=False),
    Column("body", Text, nullable=False),
)

access = Table(
    "access",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("unit", String(10), nullable=False, index=True),
    Column("issued_at", String(40), nullable=False),
    Column("revoked_at", String(40), nullable=True),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("unit", String(10), nullable=False),
    Column("name", String(200), nullable=False),
    Column("secret_hash", String(200), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("issued_at", String(40), nullable=False),
    Column("expires_at", String(40), nullable=True),
    Column("revoked_at", String(40), nullable=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account", String(100), nullable=False, index=True),
    Column("generation", Integer, nullable=False),
    Column("opened_at", String(40), nullable=False),
    Column("seen_at", String(40), nullable=False),
)

throttle = Table(
    "throttle",
    metadata,
    Column("key", String(100), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", String(40), nullable=False),
)

files = Table(
    "files",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("unit", String(10), nullable=False),
    Column("name", String(300), nullable=False),
    Column("type", String(100), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("uploaded_at", String(40), nullable=False),
    Column("kept", Integer, nullable=False),
)

deadline_moves = Table(
    "deadline_moves",
    metadata,
    Column("campaign", String(100), primary_key=True),
    Column("unit", String(10), primary_key=True),
    Column("step", String(100), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("due", String(40), nullable=True),
    Column("before", String(40), nullable=True),
    Column("told_at", String(40), nullable=False),
)
"""Deadlines that were published anew. ``number`` counts an event's moves; 0 is one that no finished run has.

A milestone's stands under the unit "".
"""

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("campaign", String(100), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("receiver", String(100), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("content", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("next_at", String(40), nullable=False),
    Column("done_at", String(40), nullable=True),
    Column("problem", Text, nullable=False),
    Index("ix_outbox_state", "state", "next_at"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("holder", String(100), nullable=False),
    Column("taken_at", String(40), nullable=False),
    Column("until", String(40), nullable=False),
)

schedules = Table(
    "schedules",
    metadata,
    Column("campaign", String(100), primary_key=True),
    Column("content", Text, nullable=False),
    Column("changed_at", String(40), nullable=False),
    Column("actor", String(100), nullable=False),
)
