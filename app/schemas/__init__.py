# Generated from openapi.yaml by `accord generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "55f17d4be0314dcb89316dbbf772be369b28d25f7259aa35b60632c4bc6e7805"
