"""Which regular expressions of the document Python's validators can read."""

from __future__ import annotations

import functools
import re

from pydantic_core import SchemaError, SchemaValidator, core_schema


@functools.cache
def compiles(pattern: str) -> bool:
    """Whether pydantic's engine and `re` both take it; a pattern that they refuse stays out of the models: the judge has it."""
    try:
        re.compile(pattern)
        SchemaValidator(core_schema.str_schema(pattern=pattern))
    except (re.error, SchemaError):
        return False
    return True
