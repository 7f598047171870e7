"""The engine: one compiled operation per operation of the document, and the steps that every request takes."""
