"""What Prefect is told of our settings. Nothing here imports it."""

from lotrinh.settings.models import Settings


def prefect_environment(settings: Settings) -> dict[str, str]:
    """Return Prefect's own settings: our server, our folder, no telemetry, logs that leave the report alone."""
    environment = {
        "PREFECT_API_URL": settings.prefect.api_url,
        "PREFECT_HOME": str((settings.data_dir / "prefect").resolve()),
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_COLORS": "false",
        "PREFECT_CLI_COLORS": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    }
    if secret := settings.prefect.auth_string.get_secret_value():
        environment["PREFECT_API_AUTH_STRING"] = secret
    return environment
