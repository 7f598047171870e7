"""OpenAPI's objects as typed values: operations, parameters, responses, media types, servers."""
