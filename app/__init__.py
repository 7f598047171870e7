"""Accord: a users-and-posts API that always conforms to its openapi.yaml."""
