"""Pages of a commune: its steps, and what it states about them."""
