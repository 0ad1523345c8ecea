"""Deadlines as calendars: iCalendar files, feeds, timetables."""
