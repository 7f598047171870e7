# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "b27288ebab661e901382b915884f1ba864e75d0e8492a9b8831ff2c33011196c"
