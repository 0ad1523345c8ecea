"""Messages: who is to be told of what, the outbox, and its dispatch."""
