# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "f97ec9d60bebaa7105a33d01a9cbacbf538a2de6e4d110e7ee7854c1ebae8d6b"
