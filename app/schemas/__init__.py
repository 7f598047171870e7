# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "eaed46ddada7c3b9503a10e81547655f76a66f3082177c7807bafc147347a551"
