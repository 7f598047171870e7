"""Which regular expressions of the document Python's validators can read."""

from __future__ import annotations

import functools
import re

from pydantic_core import SchemaError, SchemaValidator, core_schema

from accord.jsonschema.regex.ecma import translated
from accord.jsonschema.regex.parser import PatternError


@functools.cache
def compiles(pattern: str) -> bool:
    """Whether pydantic's engine and `re` both take it, and mean by it what the judge means.

    Other patterns stay out of the models: the judge has them.
    """
    try:
        if translated(pattern) != pattern:
            return False
        re.compile(pattern)
        SchemaValidator(core_schema.str_schema(pattern=pattern))
    except (PatternError, re.error, SchemaError):
        return False
    return True
