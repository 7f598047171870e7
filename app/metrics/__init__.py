"""Metrics for Prometheus, counted by every process and served together (docs/adr/0042-metrics-and-traces.md)."""
