"""What Prefect is told of our settings, and the password of the server that we run. Nothing here imports it.

Whoever reaches a Prefect server can let it run commands, and every web page that is open on a machine reaches the
machine's loopback. A server of ours is therefore never without a password: the office's, or one that we make.
"""

import secrets
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from lotrinh.core.os_errors import os_error_reason
from lotrinh.core.text import M
from lotrinh.errors import StoreUnavailable
from lotrinh.files import OWNER_ONLY, write_whole
from lotrinh.settings.models import Settings

USER, PASSWORD_BYTES = "lotrinh", 24


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
    if auth := auth_string(settings):
        environment["PREFECT_API_AUTH_STRING"] = auth
    return environment


def server_environment(folder: Path, host: str, port: int, auth: str) -> dict[str, str]:
    """Return the settings of a server of ours: own folder, password, no telemetry, its database cleaned up by itself.

    Its pages are read by their own origin alone, and are unpacked in the folder: the programs may not be writable.
    """
    name = f"[{host}]" if ":" in host else host
    return {
        "PREFECT_HOME": str(folder.resolve()),
        "PREFECT_SERVER_API_AUTH_STRING": auth,
        "PREFECT_API_AUTH_STRING": auth,
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": f"http://{name}:{port},http://localhost:{port}",
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str((folder / "ui").resolve()),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        # Its feed of events is three quarters of what a run leaves behind; runs, tasks and reports are kept without.
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    }


def loopback_address(api_url: str) -> tuple[str, int] | None:
    """Return host and port of a server on this machine's loopback; None where it is another machine's, or none."""
    try:
        url = urlsplit(api_url)
        host = "127.0.0.1" if url.hostname == "localhost" else url.hostname or ""
        return (host, url.port or 80) if url.scheme == "http" and ip_address(host).is_loopback else None
    except ValueError:
        return None


def auth_string(settings: Settings) -> str:
    """Return ``user:password`` that the server is asked with; empty where none is known.

    The settings' own; else the one that ``lotrinh up`` has made for the server that it runs itself.
    """
    if own := settings.prefect.auth_string.get_secret_value():
        return own
    return _read_password(password_file(settings.data_dir)) if loopback_address(settings.prefect.api_url) else ""


def password_file(folder: Path) -> Path:
    """Where the password that we made lies in a data folder; called as a secret of the office's would be."""
    return folder / "secrets" / "prefect__auth_string"


def ensure_password(folder: Path) -> str:
    """Return the ``user:password`` of a data folder; it is made the first time, for its owner alone.

    The caller has the folder alone, as ``lotrinh up`` does: two starts agree. ``StoreUnavailable`` where it cannot be
    written: a server without it is not to be started.
    """
    path = password_file(folder)
    if known := _read_password(path):
        return known
    made = f"{USER}:{secrets.token_urlsafe(PASSWORD_BYTES)}"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, f"{made}\n".encode("ascii"), mode=OWNER_ONLY)
    except OSError as error:
        raise StoreUnavailable(
            M("Không ghi được vào {path} ({reason}).", path=str(path), reason=os_error_reason(error))
        ) from error
    return made


def _read_password(path: Path) -> str:
    """Read a password; empty where there is none, or none for us."""
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
