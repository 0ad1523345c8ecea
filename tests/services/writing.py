"""A process that hands in files and confirms with them until it is told to stop; run as a program with a folder."""

import sys
from pathlib import Path

from lotrinh.store import open_store
from tests.services.whole import confirm_with_file

if __name__ == "__main__":
    folder, name = Path(sys.argv[1]), sys.argv[2]
    with open_store(f"sqlite:///{(folder / 'lotrinh.db').as_posix()}", make=False) as store:
        number = 0
        while not (folder / "stop").exists():
            number += 1
            confirm_with_file(store, folder, f"{name}-{number}", f"%PDF-{name}-{number}".encode() * 100)
            if number == 1:
                sys.stdout.write("begun\n")
                sys.stdout.flush()
