# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "013393d463b78d8e1ecb096889932d94d0edaed696e6e23c81cf9922bbff4869"
