# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "4bc204c437a1f6d33eaff5bd8d4d2ef553cb1ccb9894cc8793f30a18ae638377"
