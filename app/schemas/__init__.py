# Generated from openapi.yaml by `python -m codegen generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "125b7245cd8ee7b4d2d814b8d9833ed8cde35b3de3f4247a29de80e1d8ec0718"
