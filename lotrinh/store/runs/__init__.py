"""Tables of runs: what each run saw, and the last valid answer of each unit."""
