"""Whether a document is valid OpenAPI, and whether all of it can be served."""
