# Generated from openapi.yaml by `accord generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "5cf1362f5655be4e3ca44387a09702be5f97f57788ecd39f15b5eb657ece7885"
