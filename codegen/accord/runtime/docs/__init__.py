"""The document over HTTP: as YAML, as JSON, and as HTML pages."""
