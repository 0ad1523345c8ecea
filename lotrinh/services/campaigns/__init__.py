"""Campaigns: opened from settings, files and the record, with their rosters, schedules and timetables."""
