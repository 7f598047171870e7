# Generated from openapi.yaml by `python -m codegen generate`. Do not edit.
"""What `openapi.yaml` says, as Python: schemas and operations."""

DIGEST = "2913a7c6baa280807f43e001dfaab7a292df2816fbe18105e74ebc67695d1027"
