"""Which regular expressions of a document can be part of pydantic models."""

from __future__ import annotations

import functools
import re

from pydantic_core import SchemaError, SchemaValidator, core_schema

from accord.jsonschema.regex.ecma import translated
from accord.jsonschema.regex.parser import PatternError


@functools.cache
def compiles(pattern: str) -> bool:
    """Whether pydantic's engine and `re` compile an expression and give it the same meaning as the validator.

    Other patterns are left out of the models; the validator enforces them.
    """
    try:
        if translated(pattern) != pattern:
            return False
        re.compile(pattern)
        SchemaValidator(core_schema.str_schema(pattern=pattern))
    except (PatternError, re.error, SchemaError):
        return False
    return True
