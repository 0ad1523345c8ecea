"""Commands that keep, move, export and import the record."""
