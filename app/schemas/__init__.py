# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "0719679913e404898cf619198cb512d3ebc982e2405d06ad8e0e57a6888904cc"
