"""Use cases, one file each: they take the store, the clock and the settings as arguments."""
