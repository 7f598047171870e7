# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "ecdedc8e4dd5bd18f718205ed8dfebdde598f462bb3e6a9d12ea8ca71cb4a38c"
