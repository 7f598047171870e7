"""Paths: the base paths of servers, templates with parameters, and the router over all of them."""
