"""Checks that the portal starts for somebody who clicked: child processes, at most one for each campaign."""

import logging
from pathlib import Path
from threading import Lock, Thread
from typing import Self

from lotrinh.cli.up.processes import Child
from lotrinh.clock import Clock, now
from lotrinh.core.text import M
from lotrinh.errors import Conflict, LotrinhError
from lotrinh.services.campaigns.campaigns import open_campaign
from lotrinh.services.runs.ask import begin_run, new_run_name
from lotrinh.services.runs.lease import find_live_lease
from lotrinh.settings.models import Settings
from lotrinh.store import Store

log = logging.getLogger("lotrinh.portal")
STILL_RUNNING = M("Một lượt kiểm tra của đợt này đang chạy. Hãy đợi nó xong rồi chạy lượt mới.")


class BackgroundChecks:
    """Starts ``lotrinh check`` and sees to it that a run whose process died is known to be interrupted.

    A context manager: in the end it ends what still runs. ``clock`` is given where the portal's day is another one:
    then its checks report as of that day too.
    """

    def __init__(self, settings: Settings, file: Path | None, store: Store, clock: Clock | None = None) -> None:
        self._settings, self._file, self._store, self._clock = settings, file, store, clock
        self._running: dict[str, tuple[Child, Thread]] = {}
        self._lock = Lock()

    def __call__(self, campaign: str) -> None:
        """Start a check and return at once; ``Conflict`` while one of ours is running."""
        with self._lock:
            known = self._running.get(campaign)
            if known and known[1].is_alive():
                raise Conflict(STILL_RUNNING)
            name = new_run_name(now())
            child = Child(
                f"check {campaign}", self._arguments(campaign, name), self._environment(), self._log(campaign)
            )
            watcher = Thread(target=self._watch, args=(campaign, name, child), name=f"check-{campaign}", daemon=True)
            self._running[campaign] = child, watcher
            watcher.start()

    def _arguments(self, campaign: str, name: str) -> list[str]:
        file = ["--settings", str(self._file.resolve())] if self._file else []
        day = ["--as-of", self._clock().isoformat()] if self._clock else []
        return ["lotrinh", "check", campaign, *file, *day, "--format", "json", "--round", name]

    def _environment(self) -> dict[str, str]:
        """The portal may listen on another port than the settings say; the check asks units there."""
        return {"LOTRINH_PORTAL__PORT": str(self._settings.portal.port)}

    def _log(self, campaign: str) -> Path:
        folder = self._settings.data_dir / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"check-{campaign}.log"

    def _watch(self, campaign: str, name: str, child: Child) -> None:
        code = child.wait_for_end()
        if code:
            log.warning("check campaign=%s run=%s exit=%s log=%s", campaign, name, code, child.log)
        try:
            self._close(campaign, name)
        except LotrinhError:
            log.exception("check campaign=%s run=%s could not be closed", campaign, name)

    def _close(self, campaign: str, name: str) -> None:
        """Leave no run open whose process has ended, and none unknown that did not even begin.

        One that another run kept from beginning was never to be.
        """
        if self._store.runs.get(name) is None:
            home = self._file.resolve().parent if self._file else None
            opened = open_campaign(self._store, self._settings, campaign, home=home)
            if find_live_lease(self._store, opened, now):
                return
            begin_run(self._store, opened, now(), now(), {"portal": True}, name)
        self._store.runs.interrupt(name, now())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child, watcher in self._running.values():
            child.stop()
            watcher.join()
