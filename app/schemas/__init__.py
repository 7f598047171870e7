# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "fed8d98fc9a47dcfc320b9eeaaa0077bf92b961d0de7d3595ca8158fbae7c8e4"
