"""What OpenAPI 3.0 says in other words than 3.1."""

from __future__ import annotations

from typing import Any

from accord.runtime import File
from tests.codegen.features.case import BOUNDARY, get, parts, post_json, send

MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
VALUES: dict[str, tuple[str, Any, Any]] = {
    "nullable": ("nullable", [7, None], [("7", "type"), (10, "maximum")]),
    "notNullable": ("nullable", [7], [(None, "type")]),
    "nullableEnum": ("nullable", ["a", None], [("b", "enum")]),
    "closedEnum": ("nullable", ["a"], [(None, "enum")]),
    "exclusiveMinimum": ("exclusiveMinimum", [1.1], [(1, "exclusiveMinimum")]),
    "exclusiveMaximum": ("exclusiveMaximum", [1.9], [(2, "exclusiveMaximum")]),
    "inclusive": ("minimum", [1, 2], [(0.9, "minimum"), (2.1, "maximum")]),
}

CASES = [
    *[
        post_json(f"schema/{keyword}", "/nullable", {name: value}).takes(body={name: value})
        for name, (keyword, accepted, _) in VALUES.items()
        for value in accepted
    ],
    *[
        post_json(f"schema/{keyword}", "/nullable", {name: value}).refused(f"body/{name} {code}")
        for name, (keyword, _, refused) in VALUES.items()
        for value, code in refused
    ],
    get("schema/nullable", "/nullable?age=7").takes(age=7),
    get("schema/nullable", "/nullable?age=null").takes(),
    get("schema/nullable", "/nullable?age=").refused("query/age type"),
    send("schema/format", "POST", "/file", parts(("file", b"\xff"), ("encoded", "YWI=")), MULTIPART).takes(
        body={"file": File(b"\xff", "application/octet-stream"), "encoded": File(b"ab", "application/octet-stream")}
    ),
    send("schema/format", "POST", "/file", parts(("encoded", "?")), MULTIPART).refused("body/encoded contentEncoding"),
]
