# Generated from openapi.yaml by `make generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "384d05abbcc5c53b4c4280bc281e52f3f412261c801252101f5094915e66af1d"
