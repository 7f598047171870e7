# Generated from openapi.yaml by `accord generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "c3690ba1e8cab3ed58f59f113791d1eb45d7c24f638589e9964fac90ec3d0bbf"
