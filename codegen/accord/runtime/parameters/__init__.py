"""Path, query, header and cookie parameters: parsed from requests, serialized into URLs."""
