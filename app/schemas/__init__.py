# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The schemas and operations of `openapi.yaml`."""

DIGEST = "01467f06cd20da4c351177616b9019c02993066d6207d87cd9a50772f2a11744"
