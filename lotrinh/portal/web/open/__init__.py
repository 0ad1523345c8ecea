"""Pages that nobody has to sign in for: sign-in itself, calendar feeds, health."""
