"""Whether a document is valid OpenAPI, and whether the runtime can serve all of it."""
