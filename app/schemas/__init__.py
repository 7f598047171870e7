# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "a099f1ef0f29ca90b7c2e42c6906251fa5f11ed4cd174149ef13e38ca3a3f391"
