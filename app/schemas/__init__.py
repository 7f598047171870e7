# Generated from openapi.yaml by `python -m codegen generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "5c1713bbc1e634b14bdd44deff2cd752c6b6e011c43a2cf8acc1ca18eb446701"
