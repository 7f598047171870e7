# Generated from openapi.yaml by `accord generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "672574fe03cb0597b7ec6f5769f1af965d88fd10febf52bb04d1bb7a69c7756a"
