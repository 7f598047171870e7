"""Rules, one module per resource."""
