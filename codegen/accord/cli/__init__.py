"""The command `accord`."""
