"""What a checklist asks and by when: its parts, the rules of deadlines, and their arithmetic."""
