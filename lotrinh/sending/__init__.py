"""Sending what the outbox holds: mail, Zalo, any channel that Apprise knows, signed webhooks."""
