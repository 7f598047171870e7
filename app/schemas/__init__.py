# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "552365f845d6e362e9e4136e51524ab121636de95802ac6f0e0db93429f17022"
