# Generated from openapi.yaml by `python -m codegen generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "559c7ec4cfbe873529e0ff58a096522a9f9f0704dd79cf0efbcd77e1e5165ff9"
