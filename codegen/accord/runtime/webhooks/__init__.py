"""Requests that the service sends: webhooks, callbacks, and the links of responses."""
