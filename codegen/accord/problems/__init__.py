"""Errors on the wire: RFC 9457 problems, or the format that a document has for its errors."""
