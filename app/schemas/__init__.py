# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "fb0b217e6ca365073912040b22ee8f0aa3c1fb97d0dfe4a0d7a1765e562ea6f2"
