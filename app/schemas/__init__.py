# Generated from openapi.yaml by `python -m codegen generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "427b055d21544c2baacb8ad4295d394d965ec364aa488e733e984f75fd935081"
