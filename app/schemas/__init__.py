# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "3c70b9fe70531f3afb150eca59adb16cf7863bf2f4420c7b2e6d8c1e7125f115"
