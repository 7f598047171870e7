# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "485669a1e8590dd154f01dc3ae1b6aabe961e1b7dbe58cb9a85aed397ef69737"
