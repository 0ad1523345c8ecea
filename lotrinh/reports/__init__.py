"""Renderings: the same rows as terminal tables, Markdown, JSON, CSV and calendar feeds."""
