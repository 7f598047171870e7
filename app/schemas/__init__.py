# Generated from openapi.yaml by `make generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "bb1b0b196494b94d02bbb7512e2e7b52e6dba23c3787c949b8c4668e301dcc1d"
