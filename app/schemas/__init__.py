# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "47650a8604edd2eb1655e3e2b02eb4e36b858ddd0fa5bfe1642e82bc67bfab9e"
