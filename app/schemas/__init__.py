# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "fe9bcb2bbe4bdc1d6b8ddcbd9d978b9b1647926fcee9b4823526761e9ae4b46d"
