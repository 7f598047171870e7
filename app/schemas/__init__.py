# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "4f9c0acaad1f2a539c7eeb520167130bfb4a84d8d3574a5add59e7caa33eea83"
