"""Serves any OpenAPI document: finds the operation, checks the request, types the answer. Knows no users, no database."""
