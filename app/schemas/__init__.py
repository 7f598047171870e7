# Generated from openapi.yaml by `accord generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "90c52c64ae3290eebfbfe3982e4513c414869f3c8e37a5886ad8ca13654dd2e9"
