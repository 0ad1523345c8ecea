"""What runs: Prefect flows, thin compositions of the tasks in ``tasks``."""
