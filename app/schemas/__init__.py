# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "0334a8394a3afcdcbb7552b72f97f72715acd3e31451ffde0c0528e6586d668a"
