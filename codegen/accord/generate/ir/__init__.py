"""The intermediate representation: what Python types need to know of a document's schemas."""
