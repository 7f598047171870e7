# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "54d934cd1bc833670a56e2e48b3f2ffa48e78de37327acc92586c826f93ce3d3"
