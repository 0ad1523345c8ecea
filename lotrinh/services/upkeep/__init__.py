"""Upkeep of the record: backup, restore, moving between databases, readiness."""
