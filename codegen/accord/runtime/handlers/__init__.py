"""Handlers: bound to operations, called with typed arguments."""
