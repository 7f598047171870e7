# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "a00e91a498662aa25412e12a68a9e80d8e38c0541b07353c95a03025f69d723e"
