"""The published schema file. ``python -m lotrinh.probing.schema_file`` writes it again; a test keeps it current."""

import json
from pathlib import Path

from lotrinh.probing.contract import json_schema

FILE = Path(__file__).parents[2] / "docs" / "schemas" / "lotrinh.status-1.schema.json"


def contract_schema_text() -> str:
    """Return the file as it must be."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(contract_schema_text(), encoding="utf-8", newline="\n")
