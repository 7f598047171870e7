# Generated from openapi.yaml by `accord generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "043a869068fe63fde97ca56382ce76e47b010548ee6dfe5a2c29c418d0760f37"
