# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "2837efca4ed5b74cf776fb5ce97e02b83e85cf8015e0b9f44c88bc341b3de0ae"
