"""The command line. Modules here import click alone; what a command needs is imported inside it."""
