"""The steps flows are made of. Retries, timeouts and tags live here and nowhere else."""
