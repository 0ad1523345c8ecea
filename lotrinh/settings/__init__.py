"""settings.toml, environment and secrets -> one frozen ``Settings``; an unknown key is an error."""
