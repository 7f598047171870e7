"""Accord: a users-and-posts API that cannot disagree with its openapi.yaml."""
