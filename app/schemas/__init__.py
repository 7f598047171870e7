# Generated from openapi.yaml by `accord generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "1efb55ff39f144653c7d16acb91bf9298c4dbe596fe43b9e0cdc2a77685acb25"
