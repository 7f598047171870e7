"""Shared by the resources: pages and cursors of lists, preconditions, rate limits."""
