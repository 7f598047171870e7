"""Rules, one package per resource."""
