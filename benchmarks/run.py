"""Run every measure and print a table. Ratios compare within one run; a machine's noise hits both sides."""

import importlib
import sys

MEASURES = (
    "startup",
    "statuses",
    "check",
    "board",
    "confirmations",
    "reports",
    "up",
    "schedule",
    "backup",
    "nation",
    "soak",
)


def main(names: list[str]) -> None:
    """Run the named measures, or all."""
    for name in names or MEASURES:
        result = importlib.import_module(name).measure()
        print(f"{name:10}", "  ".join(f"{key} {value}" for key, value in result.items()), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
