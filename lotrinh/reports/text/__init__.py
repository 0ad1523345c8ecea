"""Reports as text: terminal, Markdown, letters."""
