"""Renderings: one report as terminal tables, Markdown, HTML, Word, Excel, JSON, CSV, pictures and calendars."""
