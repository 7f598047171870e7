"""What a place of the document is called in messages: `User.email`, `query page_size`, `tags[]`."""

from __future__ import annotations

from typing import Any

from accord.document.document import Node

_STEPS = {"items": "[]", "additionalProperties": "{}", "propertyNames": "{name}", "contains": "[contains]"}


def subject(node: Node) -> str:
    """The component, parameter or header that it belongs to, and the members within."""
    words, value = "", node.document.data
    keys = iter(node.pointer)
    above: Any = None
    for key in keys:
        value = value[key]
        if key in ("properties", "patternProperties", "dependentSchemas") and isinstance(value, dict):
            if (name := next(keys, None)) is None:
                break
            value, words = value[name], f"{words}.{name}"
        elif above in ("schemas", "headers"):
            words = f"header {key}" if above == "headers" else str(key)
        elif isinstance(value, dict) and isinstance(value.get("in"), str) and isinstance(value.get("name"), str):
            words = f"{value['in']} {value['name']}"
        elif words:
            words += _STEPS.get(str(key), "")
        above = key
    return words.lstrip(".")
