"""Reports for programs: JSON, CSV, and the archives that hold several files."""
