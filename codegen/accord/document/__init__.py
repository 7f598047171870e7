"""The OpenAPI document: files, lines, references, and the readings that adopt it."""
