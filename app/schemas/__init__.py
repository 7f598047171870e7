# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "2bef99720c656f73684fea10053ca850717211269daf9c7d191f03ea03c7ff07"
