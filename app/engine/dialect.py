"""OpenAPI 3.0's own words for schemas in those of JSON Schema 2020-12, which OpenAPI 3.1 uses."""

from __future__ import annotations

import copy
from typing import Any

from app.engine.text import mappings


def translate(data: Any) -> Any:  # noqa: ANN401 - a document
    """A copy of a 3.0 document whose schemas say the same to a judge of JSON Schema 2020-12.

    The keywords of 3.0 stay where they are: no judge of 2020-12 knows `nullable`, and their lines stay known.
    """
    data = copy.deepcopy(data)
    for _, schema in mappings(data):
        if schema.get("nullable") is True and isinstance(schema.get("type"), str):
            schema["type"] = [schema["type"], "null"]
        for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            if schema.get(exclusive) is True and bound in schema:
                schema[exclusive] = schema[bound]
            elif isinstance(schema.get(exclusive), bool):
                del schema[exclusive]
    return data
