# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "b9c15805a568e5b8680e8a01c1019841035c8538e1462b101c35bee32c65cdce"
