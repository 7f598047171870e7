# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "d2c56b6f242dca223c9ed4487ca87b328fd5cd5d7d0d4a4df32a34c0ce2b86a2"
