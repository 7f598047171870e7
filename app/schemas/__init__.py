# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "ef8952c223d3bad8d2abecd962164964bd4df758a597371f2ed633013ba649c5"
