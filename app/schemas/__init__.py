# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "be1bd5c11a6481c8d41518dfd56e301688295ab2514c77fc52fd3fa09230c2e6"
