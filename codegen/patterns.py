"""Which regular expressions of the document Python's validators can read."""

from __future__ import annotations

import functools
import re

from pydantic_core import SchemaError, SchemaValidator, core_schema

# What means more in Rust's expressions than in the document's: classes of Unicode, their complements, and sets of classes.
_DIFFERENT = re.compile(r"\\[a-zA-Z](?<!\\[nrtfvux])|&&|--|~~|\[\^?\[|(?<=[^\\])\(\?[^:]")


@functools.cache
def compiles(pattern: str) -> bool:
    """Whether pydantic's engine and `re` both take it, and mean by it what the judge means.

    Other patterns stay out of the models: the judge has them.
    """
    if _DIFFERENT.search(pattern):
        return False
    try:
        re.compile(pattern)
        SchemaValidator(core_schema.str_schema(pattern=pattern))
    except (re.error, SchemaError):
        return False
    return True
