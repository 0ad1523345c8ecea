"""Runs: asking all units of a campaign, and keeping what they answered and the report that came of it."""
