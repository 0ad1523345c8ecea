"""``lotrinh --help`` against ``python -c pass``: the median of interleaved runs, as a ratio."""

import os
import statistics
import subprocess
import sys
import time

RUNS = 15


def timed(*arguments: str) -> float:
    """Seconds of one process."""
    started = time.perf_counter()
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - started


def measure() -> dict[str, float]:
    """Milliseconds of both, and how many times the one is the other."""
    timed("-m", "lotrinh", "--help")
    pairs = [(timed("-c", "pass"), timed("-m", "lotrinh", "--help")) for _ in range(RUNS)]
    bare, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    return {"python_ms": round(bare * 1000, 1), "help_ms": round(ours * 1000, 1), "ratio": round(ours / bare, 2)}


if __name__ == "__main__":
    print(measure())
