# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "90c52c64ae3290eebfbfe3982e4513c414869f3c8e37a5886ad8ca13654dd2e9"
