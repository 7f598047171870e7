# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "03d203152f9966341e2403389ad041fd67302cebef0613414d830da843524cc3"
