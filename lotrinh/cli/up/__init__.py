"""``lotrinh up``: every part of lotrinh on one machine, started, watched and stopped together."""
