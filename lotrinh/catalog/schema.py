"""The JSON Schema of a checklist file, for editors: ``python -m lotrinh.catalog.schema`` writes it."""

import json
from pathlib import Path
from typing import Any

from lotrinh.catalog.models import ChecklistIn

FILE = Path(__file__).parents[2] / "checklists" / "checklist.schema.json"


def checklist_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12)."""
    schema = ChecklistIn.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """Return the schema as it stands in its file."""
    return json.dumps(checklist_schema(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema_text(), encoding="utf-8")
