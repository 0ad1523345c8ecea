"""The body of an official report in words and tables, the same for every layout."""
