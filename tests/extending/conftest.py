"""The tests of the added resource run in the copy."""

collect_ignore = ["comments"]
