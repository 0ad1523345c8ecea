"""A whole PostgreSQL of the system's own programs: Prefect needs pg_trgm, which the one that Python carries lacks."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.growth.missing import missing

WHO = "postgres"


def programs() -> Path:
    """Find the newest PostgreSQL of the system that has what Prefect needs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    with_trigrams = [
        p for p in found if Path(f"/usr/share/postgresql/{p.parts[-3]}/extension/pg_trgm.control").exists()
    ]
    return with_trigrams[-1].parent if with_trigrams else missing("PostgreSQL with pg_trgm", "postgresql")


@dataclass
class Postgres:
    """A server on a socket in a folder of its own; nobody reaches it from elsewhere."""

    folder: Path
    bin: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str, driver: str) -> str:
        return f"postgresql+{driver}://{WHO}@/{database}?host={self.folder}"

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs, as a user who may: PostgreSQL refuses root."""
        command = [str(self.bin / program), *arguments]
        who = WHO if os.geteuid() == 0 else None
        with (self.folder / "programs.log").open("ab") as out:
            subprocess.run(command, user=who, cwd=self.folder, stdout=out, stderr=out, check=True, timeout=60)

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c max_connections=200"
        self.run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.folder / "server.log"), "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it; ``immediate`` is as if its machine had failed."""
        self.run("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "stop")


@contextmanager
def postgres(*databases: str) -> Iterator[Postgres]:
    """Make a server with these databases, and take it away again."""
    own = programs()
    # A short path: a socket's name has a hundred characters at most.
    folder = Path(tempfile.mkdtemp(prefix="lotrinh-pg-"))
    if os.geteuid() == 0:
        user = pwd.getpwnam(WHO)
        os.chown(folder, user.pw_uid, user.pw_gid)
    server = Postgres(folder, own)
    try:
        server.run("initdb", "-D", str(server.data), "-U", WHO, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        server.start()
        try:
            for name in databases:
                server.run("createdb", "-h", str(folder), "-U", WHO, name)
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
