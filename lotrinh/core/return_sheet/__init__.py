"""The sheet for a unit without a network: its rows, and the codes that prove whose it is."""
