"""The web application: status and confirmations of units without software of their own."""
