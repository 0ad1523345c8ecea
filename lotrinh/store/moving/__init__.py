"""Copying and moving a whole record between files and databases."""
