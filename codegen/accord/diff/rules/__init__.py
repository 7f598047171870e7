"""The comparators, one module for each part of a document."""
