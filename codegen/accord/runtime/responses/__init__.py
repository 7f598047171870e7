"""Responses: their types, headers, content negotiation, streaming and validation."""
