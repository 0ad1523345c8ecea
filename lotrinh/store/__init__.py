"""The record: journal, runs, observations, answers and access codes. The only place that knows SQLAlchemy."""

from lotrinh.store.store import Store, open_store

__all__ = ["Store", "open_store"]
