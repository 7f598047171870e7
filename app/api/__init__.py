"""Handlers, one module per tag of the document."""
