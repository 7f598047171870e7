# Generated from openapi.yaml by `make generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""
