# Generated from openapi.yaml by `make generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "6d79d56473828f7bbc694f23cdfbafbf85803afbd823c7ff0ca3c74de8ea5794"
