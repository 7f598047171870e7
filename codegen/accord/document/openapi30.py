"""Keywords of OpenAPI 3.0 schemas translated to JSON Schema 2020-12, which OpenAPI 3.1 uses."""

from __future__ import annotations

from typing import Any

from accord.document.pointer import copied, mappings


def translate(data: Any) -> Any:  # noqa: ANN401 - a document
    """A copy of a document whose schemas mean the same in JSON Schema 2020-12; the document itself if nothing changes.

    `nullable` belongs to 3.0, but authors, generators and fuzzers use it in 3.1 too, so it is read in every version. It stays
    where it is, because validators of 2020-12 ignore it.
    """
    if not str(data.get("openapi", "")).startswith("3.0") and not any(_adds_null(schema) for _, schema in mappings(data)):
        return data
    data = copied(data)
    for _, schema in mappings(data):
        if _adds_null(schema):
            written = schema["type"]
            schema["type"] = [*(written if isinstance(written, list) else [written]), "null"]
        for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            if schema.get(exclusive) is True and bound in schema:
                schema[exclusive] = schema[bound]
            elif isinstance(schema.get(exclusive), bool):
                del schema[exclusive]
    return data


def _adds_null(schema: dict[str, Any]) -> bool:
    """`nullable` adds null to the `type` beside it, and to nothing else (OpenAPI 3.0.4, 4.7.24)."""
    written = schema.get("type")
    return schema.get("nullable") is True and (
        (isinstance(written, str) and written != "null") or (isinstance(written, list) and "null" not in written)
    )
