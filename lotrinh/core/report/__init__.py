"""The figures and lists of a report, of a board, of a roll-up and of changes, worked out from statuses."""
