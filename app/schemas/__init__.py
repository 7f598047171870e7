# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "a0676b87932848cc1711591d84ee8ca74d0294120c559d79b3c47168c9288117"
