# Generated from openapi.yaml by `python -m codegen generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "ad895dc934a091716e5fdeb6b6ba61f69873598f9beb288473b9a7176ac90480"
