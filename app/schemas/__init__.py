# Generated from openapi.yaml by `python -m codegen generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "700309df6698fdf6c2f6384fdc2a59f453a63dc95fd25e0c8cf18a3c4bee201a"
