# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "4aeeeb29fa1fbe7976630e74188646e5d34b970212248e2de8c3fc8575dc6ca1"
