"""Equality of JSON values as JSON Schema defines it (Core, 4.2.2): `1` equals `1.0`, `true` does not equal `1`."""

from __future__ import annotations

import json
from typing import Any

from accord.document.strict_json import integers


def canonical_json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """The JSON text of a value, the same for equal values: numbers are written alike and members are sorted."""
    return json.dumps(integers(value), sort_keys=True, ensure_ascii=False)


def common(lists: list[list[Any]]) -> list[Any]:
    """The values of the first list that are also in every other one, in the order of the first."""
    others = [{canonical_json(value) for value in values} for values in lists[1:]]
    return [value for value in lists[0] if all(canonical_json(value) in other for other in others)]
