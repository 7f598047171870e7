# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "b6728776c4aefbdd98dea47e4444b0d8fe38a4fb6113101ce422047aa5589d64"
