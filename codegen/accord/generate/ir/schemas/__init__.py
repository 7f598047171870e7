"""The schemas of a document in a normal form: one entry for each class, `allOf` and `$ref`s to anything else resolved."""
