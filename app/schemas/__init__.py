# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "1a5dedda0d6eede7992343ee74b4777949a49bd59401ee20c14a23ec4b4618fd"
