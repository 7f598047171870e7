# Generated from openapi.yaml by `python -m codegen generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "88e6ece15aea6a47dc33ac615f104a0ef01d57d3f4a1e308af7c44c366a2f5ce"
