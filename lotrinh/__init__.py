"""lotrinh, lộ trình: which steps of a checklist are still outstanding in each commune."""

__version__ = "0.1.0"
