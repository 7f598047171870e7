# Generated from openapi.yaml by `python -m codegen generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "a1cc11cc5282ebc035ef46cd1ec0c3bf0116f4868f710e486eaa385c2918c593"
