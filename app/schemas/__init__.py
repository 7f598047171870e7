# Generated from openapi.yaml by `accord generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "f497c7426dfc19611fcc68c44b9f078d006d560e5b75197d98edb3d5f56ab40a"
