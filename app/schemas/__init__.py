# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "a58b6821d084e6d964aef63cde842f5f552aaf4d23c47e4dede8c3bda985c881"
