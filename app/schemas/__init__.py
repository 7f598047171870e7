# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "0d04ca5696ccafde4a0522b38f1046eeacce4e6830e28a4eb04eec0faedf463b"
