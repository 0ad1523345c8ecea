"""Who is reminded of what, and when something is due to run."""
