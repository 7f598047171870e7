"""The operations and webhooks: arguments, responses, paths and links, with the Python types of their schemas."""
