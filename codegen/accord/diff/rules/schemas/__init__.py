"""The comparators of schemas, one module for each group of keywords."""
