"""Outgoing HTTP requests to addresses that users of the service choose: see `client`."""
