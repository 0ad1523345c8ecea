"""Access: accounts, sign-in, slips of units, and the tokens of programs."""
