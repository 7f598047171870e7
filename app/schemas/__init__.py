# Generated from openapi.yaml by `python -m codegen generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "43f6cc5314ed4e57a80b866effedc02dee43a19d37f4bb7dec30e8bafe30b5df"
