"""The keywords of OpenAPI and who enforces each of them."""
