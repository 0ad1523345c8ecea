"""Pages of administrators: access, accounts, journal, outbox."""
