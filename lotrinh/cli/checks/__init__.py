"""Commands that check campaigns and show what came of it."""
