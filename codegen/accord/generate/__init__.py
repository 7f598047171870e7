"""From a document to a Python package."""
