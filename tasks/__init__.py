"""The steps flows are made of. Retries and timeouts live here and nowhere else."""
