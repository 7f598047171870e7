"""JSON Schema 2020-12: one view of schemas, validation, sampling and regular expressions."""
