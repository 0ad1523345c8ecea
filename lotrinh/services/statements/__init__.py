"""Statements: what units and the office say about steps, judged and appended to the journal."""
