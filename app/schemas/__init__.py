# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "1fdd3a95d9b94baf85bb6b7d12868de0404729afb97f4ce18f92acab5db71f96"
