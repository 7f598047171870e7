# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "a9d1df02fd772dcd7e096ce63dcdd034d376d083e3b59c9a9e75ecaaf5c0045b"
