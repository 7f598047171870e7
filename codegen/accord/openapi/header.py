"""The Header Object: headers of responses."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from accord.document.document import Node
from accord.document.identifiers import FIELDS_TAKEN, distinct, python_name
from accord.jsonschema.schema import conjuncts
from accord.openapi.media_type import described
from accord.openapi.parameter import Parameter


def is_ignored_header(name: str) -> bool:
    """Whether OpenAPI ignores a header of a response: `content` declares the media type (Response Object, `headers`)."""
    return name.lower() == "content-type"


@dataclass(frozen=True, slots=True)
class Header(Parameter):
    """One header, which follows the structure of a parameter; `argument` is its field in the response class."""

    @property
    def constant(self) -> str | None:
        """The only value that the document allows, which the engine writes by itself.

        `Vary` may also be `Origin` where CORS is enabled; then the `default` of its schema is the value without it.
        """
        keywords = ("const", "default") if self.name.lower() == "vary" else ("const",)
        schemas = [part.value for part in conjuncts(self.schema)]
        value = next((schema[keyword] for keyword in keywords for schema in schemas if keyword in schema), None)
        if not self.required or value is None:
            return None
        return value if isinstance(value, str) else json.dumps(value)

    @classmethod
    def all(cls, headers: Node | None) -> tuple[Header, ...]:
        """The members of `headers`, each with a field of its own.

        Raises:
            DocumentError: one has no schema.
        """
        found = []
        for name, node in headers.named() if headers is not None else ():
            if not is_ignored_header(name):
                media, schema = described(node, f"the header {name!r}")
                required, explode = node.value.get("required", False), node.value.get("explode", False)
                found.append(cls(name, "header", required, schema, "simple", explode, media, node))
        names = distinct((name, python_name(name.lower(), FIELDS_TAKEN)) for name in sorted(header.name for header in found))
        return tuple(replace(header, argument=names[header.name]) for header in found)
