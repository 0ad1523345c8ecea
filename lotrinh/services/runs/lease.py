"""One check of a campaign at a time, whoever starts it: a lease in our own record, renewed while the check goes on.

The clocks of machines differ and are set, so a lease is not taken away because a clock says that its time is up. It
is taken away from a process that this machine knows to be dead, or where its time is up *and* nobody has renewed it
while we looked on, measured on our own monotonic clock; a lease that ends later than any can is judged the same way.
Whoever was taken for dead and lives finds its run closed and overwrites nothing.
"""

import hashlib
import logging
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

from lotrinh.clock import Clock
from lotrinh.core.text import M, Message
from lotrinh.errors import Overlapping, StoreUnavailable
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.store import Store
from lotrinh.store.leases import Lease

log = logging.getLogger("lotrinh.lease")
LASTS = timedelta(seconds=60)
"""How long a lease that nobody renews stands."""
BEAT_SECONDS = 5.0
SILENT_SECONDS = 13.0
"""How long a lease whose time is up is looked at before it is taken: more than two of its holder's beats."""
LOOK_SECONDS = 1.0
LONGEST_NAME, LONGEST_HOST = 90, 24
PARTS = 5


class Holder(NamedTuple):
    """Who holds a lease: a run, and the process that carries it out. ``started`` tells it from a later one."""

    run: str
    machine: str
    pid: int
    started: str
    host: str

    @classmethod
    def of(cls, text: str) -> "Holder":
        """Read a holder as it is written in the record."""
        parts = text.split(" ", PARTS - 1)
        if len(parts) != PARTS or not parts[2].isdecimal():
            return cls(parts[0], "", 0, "", "?")
        return cls(parts[0], parts[1], int(parts[2]), *parts[3:])

    def __str__(self) -> str:
        """Write it: the run first, by which the record of runs knows it."""
        return f"{self.run} {self.machine} {self.pid} {self.started} {self.host}"

    @property
    def is_dead(self) -> bool:
        """Whether it was a process of this very machine that is no more; False where we cannot know."""
        if UNKNOWN in {self.started, self.machine} or self.machine != machine_id():
            return False
        return process_start(self.pid) not in {self.started, UNKNOWN}


UNKNOWN = "-"
"""Stands for what cannot be known: nobody is dead because of it."""
IDENTITIES = (Path("/proc/sys/kernel/random/boot_id"), Path("/etc/machine-id"))
"""What no other machine has; a service that is shut off from the rest of ``/proc`` reads the second alone."""


def own_holder(run: str) -> Holder:
    """Return this process as the holder for a run."""
    host = "".join(c for c in socket.gethostname() if c.isprintable())[:LONGEST_HOST]
    return Holder(run, machine_id(), os.getpid(), process_start(os.getpid()), host or "?")


@lru_cache(maxsize=1)
def machine_id() -> str:
    """Name the set of processes whose numbers we can look up: this machine since it was started, this container.

    ``UNKNOWN`` where nothing tells this machine from others: a name alone may be another one's too.
    """
    own = [_text(place) for place in IDENTITIES]
    if not any(own):
        return UNKNOWN
    parts = [socket.gethostname(), *own]
    with suppress(OSError):
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _text(place: Path) -> str:
    try:
        return place.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def process_start(pid: int) -> str:
    """Return when a process was started, in the system's own count; empty where it is no more, else ``UNKNOWN``.

    Only Linux tells it, and not of a process that is hidden from us, as one service is from another.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return "" if _gone(pid) else UNKNOWN
    return "" if fields[0] in {"Z", "X"} else fields[19]


def _gone(pid: int) -> bool:
    """Whether the system knows no process of this number; asked of Linux only, for Windows would end it."""
    if sys.platform != "linux":
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:
        return False  # it is somebody else's
    return False


def lease_name(campaign: Campaign) -> str:
    """Name the lease of a campaign in a province."""
    own = campaign.id
    if len(own) > LONGEST_NAME:
        own = f"{own[:60]}~{hashlib.sha256(own.encode()).hexdigest()[:20]}"
    return f"{own}/{campaign.province.code}"


@contextmanager
def hold_lease(store: Store, campaign: Campaign, run: str, clock: Clock, *, patient: bool = False) -> Iterator[Lease]:
    """Hold the campaign's lease for a run; ``Overlapping`` names who holds it.

    ``patient`` waits for as long as it takes to know that a holder who says nothing is dead.
    """
    lease = take_lease(store, campaign, run, clock, patient=patient)
    over = Event()
    beats = Thread(target=_beat, args=(store, lease, clock, over), name=f"lease-{lease.name}", daemon=True)
    beats.start()
    try:
        yield lease
    finally:
        over.set()
        beats.join()
        with suppress(StoreUnavailable):  # it runs out by itself
            store.leases.give_back(lease)


def take_lease(store: Store, campaign: Campaign, run: str, clock: Clock, *, patient: bool = False) -> Lease:
    """Take the campaign's lease; ``Overlapping`` where somebody holds it who may be alive."""
    name, first, since = lease_name(campaign), None, time.monotonic()
    while True:
        known, now = store.leases.get(name), clock()
        if first and known and (known.holder, known.until) != (first.holder, first.until):
            raise Overlapping(describe_lease(known, campaign))  # it was renewed while we looked on
        silent = time.monotonic() - since
        limit = SILENT_SECONDS if known and _over(known, clock) else LASTS.total_seconds() + SILENT_SECONDS
        if known is None or Holder.of(known.holder).is_dead or silent >= limit:
            mine = Lease(name, str(own_holder(run)), now, now + LASTS)
            if store.leases.take(mine, known):
                return mine
            continue
        if not patient and not _over(known, clock):
            raise Overlapping(describe_lease(known, campaign))
        first = first or known
        time.sleep(LOOK_SECONDS)


def _over(lease: Lease, clock: Clock) -> bool:
    """Whether a lease's time is up; one that ends later than any can was written by another clock, or is as good."""
    return not clock() < lease.until <= clock() + LASTS + timedelta(seconds=BEAT_SECONDS)


def find_live_lease(store: Store, campaign: Campaign, clock: Clock) -> Lease | None:
    """Return the campaign's lease if its holder may well be alive."""
    known = store.leases.get(lease_name(campaign))
    return None if known is None or Holder.of(known.holder).is_dead or _over(known, clock) else known


def is_left_behind(store: Store, campaign: Campaign, run: str) -> bool:
    """Whether a run ended without giving its lease back; asked where no lease stands."""
    known = store.leases.get(lease_name(campaign))
    return known is not None and Holder.of(known.holder).run == run


def describe_lease(lease: Lease, campaign: Campaign) -> Message:
    """Say who carries out a check, and since when."""
    holder = Holder.of(lease.holder)
    return M(
        "Một lượt kiểm tra đang chạy từ {when} (lượt {run}, máy {host}, tiến trình {pid})."
        " Hãy đợi nó xong rồi chạy lượt mới.",
        when=lease.taken_at.astimezone(campaign.zone),
        run=holder.run,
        host=holder.host,
        pid=holder.pid or "?",
    )


def _beat(store: Store, lease: Lease, clock: Clock, over: Event) -> None:
    while not over.wait(BEAT_SECONDS):
        try:
            if store.leases.renew(lease, clock() + LASTS) is None:
                log.warning("lease=%s holder=%s was taken by another run", lease.name, lease.holder)
                return
        except StoreUnavailable:
            log.warning("lease=%s holder=%s could not be renewed", lease.name, lease.holder)
