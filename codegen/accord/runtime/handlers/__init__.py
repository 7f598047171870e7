"""Handlers: how they are bound to operations, and the typed arguments that they receive."""
