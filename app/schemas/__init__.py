# Generated from openapi.yaml by `python -m codegen generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "377bbb69e74739f10880400dc0b7ed90780100a42901d3949db7eaca56a1fd20"
