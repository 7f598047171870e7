# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "5779b0ac9d728f5010ed06ce2d6348230ff5cf40a7b2dc16dc521cdddde81613"
