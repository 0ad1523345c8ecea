"""Services as deploy/ runs them: none of them can see another's process, and each knows whether it lives."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lotrinh.services.runs.lease import Holder
from tests.conftest import TOP

HOLDS = """
from lotrinh.services.runs.lease import own_holder
print(own_holder("alte"), flush=True)
input()
"""
"""Tell who would hold a lease, and live on."""
LOOKS = """
import os, sys
from pathlib import Path
from lotrinh.services.runs.lease import Holder
holder = Holder.of(sys.argv[1])
print(Path(f"/proc/{holder.pid}").exists(), holder.is_dead, flush=True)
"""
SERVICES = f"""
import subprocess, sys

def service(code, *arguments):
    return subprocess.Popen(
        ["unshare", "--user", sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )

holds = service({HOLDS!r})
holder = holds.stdout.readline().strip()
print(holder, flush=True)
print(service({LOOKS!r}, holder).communicate()[0], end="", flush=True)
holds.kill()
holds.wait()
print(service({LOOKS!r}, holder).communicate()[0], end="", flush=True)
"""
"""One service that holds, and another that looks at it before and after it is killed; each has users of its own."""


def apart(options: str) -> list[str]:
    """Return what a command is put behind to see its own processes alone; all that it starts share their numbers.

    Root's group sees everything otherwise, so that it is told another one.
    """
    for users, seeing in (([], ",gid=65534"), (["--user", "--map-root-user"], "")):
        command = ["unshare", *users, "--mount", "--pid", "--fork", "sh", "-c"]
        command += [f'mount -t proc -o {options}{seeing} proc /proc && exec "$@"', "sh"]
        tried = [*command, "unshare", "--user", "true"]
        if shutil.which("unshare") and subprocess.run(tried, capture_output=True, check=False).returncode == 0:
            return command
    if os.environ.get("CI") == "true":
        pytest.fail("Namespaces cannot be made here: this must not be left out.")
    pytest.skip("Namespaces cannot be made here.")


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux has namespaces.")
@pytest.mark.parametrize("options", ["hidepid=invisible", "hidepid=invisible,subset=pid"])
def test_a_service_that_cannot_be_seen_is_not_taken_for_dead_until_it_is(options: str) -> None:
    command = [*apart(options), sys.executable, "-c", SERVICES]
    ended = subprocess.run(command, cwd=TOP, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    holder, alive, killed = ended.stdout.splitlines()
    assert Holder.of(holder).run == "alte"
    assert alive == "False False"
    # Of a machine that says nothing of itself, nobody is known to be dead.
    names = [Path("/etc/machine-id")] if "subset" in options else [Path("/proc/sys/kernel/random/boot_id")]
    known = any(name.is_file() and name.read_text(encoding="ascii").strip() for name in names)
    assert killed == f"False {known}"
