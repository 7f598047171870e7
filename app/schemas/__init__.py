# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "6074d3b2550f6bafb79cfd8aa0bef0c1a0d564b3d7c41a3b46e119fe7d0ce319"
