"""The path of an operation: its text and parameters in order, and how each parameter becomes text."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from accord.generate.ir.annotations import union
from accord.generate.ir.nodes import Conversion, PathParameter
from accord.openapi.operation import Operation
from accord.openapi.parameter import Parameter
from accord.openapi.paths.path_template import Pattern

_SAFE = "/:@!$&'()*+,;=~%"  # allowed unquoted in a path (RFC 3986, pchar), and `%`, which the document has written itself
_SCALAR = re.compile(r"str|int|float|bool|Literal\[.*\]")
_LIST = re.compile(r"list\[(str|int|float|bool|Literal\[[^\[\]]*\])\]")


def path_parts(operation: Operation, annotations: Callable[[str], list[str]]) -> tuple[str | PathParameter, ...]:
    """The parts of a path; `annotations` gives the alternatives of an argument's type."""
    parameters = {p.name: p for p in operation.parameters if p.place == "path"}
    styles = {name: p.style for name, p in parameters.items()}
    found: list[str | PathParameter] = []
    for number, segment in enumerate(operation.path.split("/")):
        pattern = Pattern.of(segment, styles)
        parts: list[str | PathParameter] = list(re.split(r"\{([^{}]*)\}", segment))
        for at, part in enumerate(parts):
            if at % 2 and pattern is not None:
                parameter = parameters[str(part)]
                parts[at] = _parameter(parameter, annotations(parameter.argument), pattern.reserved)
            else:
                parts[at] = quote(str(part), safe=_SAFE)
        found += ["/", *parts] if number else parts
    return tuple(part for part in found if part)


def _parameter(parameter: Parameter, annotations: list[str], reserved: str) -> PathParameter:
    name, style = quote(parameter.name, safe=""), parameter.style
    prefix = {"label": ".", "matrix": f";{name}="}.get(style, "")
    conversion: Conversion = "style"
    item = None
    if parameter.media is not None and parameter.media.kind == "json":
        conversion = "json"
    elif not reserved and parameter.media is None:
        if union(annotations) == "int":
            conversion = "integer"
        elif all(map(_SCALAR.fullmatch, annotations)):
            conversion = "scalar"
        elif len(annotations) == 1 and not (style == "label" and parameter.explode):
            item = _LIST.fullmatch(annotations[0])
            conversion = "list" if item else "style"
    return PathParameter(
        argument=parameter.argument,
        annotation=union(annotations),
        conversion=conversion,
        name=name,
        style=style,
        explode=parameter.explode,
        # The others are quoted in any case.
        reserved="".join(one for one in reserved if one.isascii() and (one.isalnum() or one in "-._~")),
        prefix=prefix if conversion in ("integer", "scalar", "list") else "",
        separator=prefix if style == "matrix" and parameter.explode else ",",
        item=item[1] if item else "",
    )
