"""The formats that are asserted, and what each requires beyond the checks of jsonschema-rs: patterns and integer ranges."""

from __future__ import annotations

from typing import Any

ASSERTED = frozenset(
    {
        *("date-time", "date", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uuid"),
        *("int32", "int64", "uri", "uri-reference", "iri", "iri-reference", "uri-template"),
        *("json-pointer", "relative-json-pointer", "regex"),
    }
)

# jsonschema-rs accepts more than the RFCs: signs and dots among the digits of a date, a name before an address (`A <a@b.de>`).
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = "[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
_ADDRESS = "[^>]$"
_PATTERNS = {
    "date": f"^{_DATE}$",
    "time": f"^{_TIME}$",
    "date-time": f"^{_DATE}[Tt]{_TIME}$",
    "email": _ADDRESS,
    "idn-email": _ADDRESS,
}
_BY_PATTERN = {pattern: name for name, pattern in reversed(_PATTERNS.items())}  # `email` before `idn-email`

# Asserted: the signed integers of the OpenAPI format registry.
INTEGER_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
# Not asserted, but respected by examples.
NUMBER_RANGES: dict[str, tuple[float, float]] = {
    **INTEGER_RANGES,
    "int8": (-128, 127),
    "int16": (-(2**15), 2**15 - 1),
    "uint8": (0, 255),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
    "float": (-3.4028234e38, 3.4028234e38),
}


def assertion(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that a `format` adds, because the validator would accept more; empty if it adds nothing."""
    name = schema.get("format")
    if not isinstance(name, str):
        return {}
    if name in _PATTERNS:
        return {"pattern": _PATTERNS[name]}
    low, high = INTEGER_RANGES.get(name, (None, None))
    rule: dict[str, Any] = {}
    if low is not None and schema.get("minimum", low - 1) < low:
        rule["minimum"] = low
    if high is not None and schema.get("maximum", high + 1) > high:
        rule["maximum"] = high
    return rule


def format_of(pattern: object) -> str | None:
    """The format that `assertion` has added a pattern for, or None."""
    return _BY_PATTERN.get(pattern) if isinstance(pattern, str) else None
