# Generated from openapi.yaml by `accord generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "ba836e30119bdcf576c8d8e04b6cae99a4a75f3de567a66f6f086e5ce53780df"
