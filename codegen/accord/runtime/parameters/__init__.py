"""Path, query, header and cookie parameters: read from a request, and written into URLs."""
