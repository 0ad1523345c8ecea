"""Return sheets: made for units without a network, read when they come back, and recorded."""
