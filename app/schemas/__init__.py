# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "f45b85c29f91b7ef67278e6ede69e73f5507cbc5252f88e6868403c7319be355"
