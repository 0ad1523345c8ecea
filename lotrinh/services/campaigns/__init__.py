"""Campaigns: opened from settings, files and the database, with their rosters, schedules and timetables."""
