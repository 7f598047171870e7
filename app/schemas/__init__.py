# Generated from openapi.yaml by `python -m codegen generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "70c42042c758efcac04387036a0d2fcf2f9f1708aedfec06ea2bf6fbc7b23bc9"
