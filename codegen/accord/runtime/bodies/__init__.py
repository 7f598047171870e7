"""The bodies of requests: one file for each way of reading them."""
