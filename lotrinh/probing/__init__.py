"""Asking units over HTTP: questions in, observations out; bounded, and never raising for one unit's sake."""
