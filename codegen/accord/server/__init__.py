"""The HTTP server: uvicorn with stricter parsing and limits, its lifecycle and its worker processes."""
