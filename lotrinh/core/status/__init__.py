"""The status of a step in a unit: what was stated and observed, and what follows from it."""
