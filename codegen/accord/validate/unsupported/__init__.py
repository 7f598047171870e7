"""Parts of a document that the runtime cannot serve."""
