"""Errors as RFC 9457 problems, or in the error format that the document declares."""
