"""``python -m lotrinh``."""

from lotrinh.cli.main import main

main()
