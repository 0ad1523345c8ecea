"""Upkeep of the database: backup, restore, moving between databases, readiness."""
