# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "4b34d5ef103ae0170b7eae1858e4347af3ec7487bf81c351cda804f334d26364"
