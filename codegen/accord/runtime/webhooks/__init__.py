"""Requests that the service sends (webhooks and callbacks), and links between responses and requests."""
