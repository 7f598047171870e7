# Generated from openapi.yaml by `accord generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "31926254da89af05bafb6ef235f6bde56f3488b1471294d7707221d15a91d999"
