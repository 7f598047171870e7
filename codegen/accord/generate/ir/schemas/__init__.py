"""Schemas in a normal form: `allOf` merged, every object a `$ref` to a class, `$ref`s to anything else replaced."""
