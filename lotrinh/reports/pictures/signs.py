"""A sign for each status, for cells too small for words; never colour alone."""

from collections.abc import Mapping

from lotrinh.core.status.status import Status
from lotrinh.core.text import Text

SIGNS: Mapping[Status, Text] = {
    Status.DONE: Text("✓"),
    Status.DONE_LATE: Text("T", "L"),
    Status.OVERDUE: Text("Q", "O"),
    Status.DUE_SOON: Text("S", "S"),
    Status.OPEN: Text("Đ", "P"),
    Status.UPCOMING: Text("·"),
    Status.UNSCHEDULED: Text("C", "W"),
    Status.NOT_APPLICABLE: Text("–"),
    Status.UNKNOWN: Text("?"),
}
"""What stands in a cell of a map, explained in its legend."""
