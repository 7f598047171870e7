"""Adoption: how a document is read where it cannot be taken as it is written (docs/adr/0023)."""
