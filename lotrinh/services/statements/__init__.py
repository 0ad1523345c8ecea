"""Statements: what units and the office say about steps, checked and appended to the journal."""
