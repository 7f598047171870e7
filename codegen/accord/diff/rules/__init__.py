"""What changed and whom it breaks: one module for each part of a document."""
