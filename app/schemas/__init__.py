# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "a394ff67e0229ea8c14f8b71b5f6b995b0a044bbd5c299e2e582a1c6073426a5"
