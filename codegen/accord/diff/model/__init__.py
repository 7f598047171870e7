"""Schemas compared by meaning, regardless of how they are written."""
