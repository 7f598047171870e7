# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "65770770445bcf28bd8974466e99980378cc1fdf9ee0cd1eec97b0101d3262bd"
