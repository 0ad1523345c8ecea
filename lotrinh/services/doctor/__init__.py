"""Looking an installation over: findings, each with what to do. Nothing is changed by looking."""
