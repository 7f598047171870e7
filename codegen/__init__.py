"""From the document to code. Never imported by the app."""
