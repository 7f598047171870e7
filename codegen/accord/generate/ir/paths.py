"""The path helper of an operation: every parameter filled in as its style writes it, and quoted."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from accord.generate.ir.annotations import union
from accord.openapi.api import Operation
from accord.openapi.parameter import Parameter
from accord.openapi.path_template import Pattern

_LITERAL = "/:@!$&'()*+,;=~%"  # what a path may hold unquoted (RFC 3986, pchar), and what the document has quoted itself


def path_helper(operation: Operation, kinds: Callable[[str], list[str]]) -> str:
    """The static method; `kinds` gives the alternatives of an argument's type."""
    parameters = {p.name: p for p in operation.parameters if p.place == "path"}
    styles = {name: p.style for name, p in parameters.items()}
    used: list[Parameter] = []
    segments = []
    for segment in operation.path.split("/"):
        pattern = Pattern.of(segment, styles)
        parts = re.split(r"\{([^{}]*)\}", segment)
        for number, part in enumerate(parts):
            if number % 2 and pattern is not None:
                parameter = parameters[part]
                used.append(parameter)
                parts[number] = _filled(parameter, kinds(parameter.argument), pattern.reserved)
            else:
                parts[number] = quote(part, safe=_LITERAL).replace("{", "{{").replace("}", "}}")
        segments.append("".join(parts))
    arguments = ", ".join(f"{p.argument}: {union(kinds(p.argument))}" for p in used)
    return f'''@staticmethod
def path({f"*, {arguments}" if used else ""}) -> str:
    """The path of this operation{", filled and quoted" if used else ""}."""
    return {"f" if used else ""}"{"/".join(segments)}"
'''


def _filled(parameter: Parameter, kinds: list[str], reserved: str) -> str:
    """The replacement field of one parameter, for an f-string in double quotes: the shortest expression that is right."""
    name, style = parameter.argument, parameter.style
    quoted = quote(parameter.name, safe="")
    first = {"label": ".", "matrix": f";{quoted}="}.get(style, "")
    if parameter.media is not None and parameter.media.kind == "json":
        return f"{{filled_json({name})}}"
    if not reserved and parameter.media is None:
        if union(kinds) == "int":
            return f"{first}{{{name}}}"
        if all(_SCALAR.fullmatch(kind) for kind in kinds):
            return f"{first}{{{_text(name, union(kinds))}}}"
        if len(kinds) == 1 and (item := _LIST.fullmatch(kinds[0])) and not (style == "label" and parameter.explode):
            between = first if style == "matrix" and parameter.explode else ","
            return f"{first}{{'{between}'.join({_text('item', item[1])} for item in {name})}}"
    explode = ", explode=True" if parameter.explode else ""
    kept = "".join(one for one in reserved if one.isascii() and (one.isalnum() or one in "-._~"))  # others are quoted anyway
    return f"{{filled({name}, '{style}', '{quoted}'{explode}{f', reserved={kept!r}' if kept else ''})}}"


_SCALAR = re.compile(r"str|int|float|bool|Literal\[.*\]")
_LIST = re.compile(r"list\[(str|int|float|bool|Literal\[[^\[\]]*\])\]")


def _text(name: str, kind: str) -> str:
    """The expression that writes a value of a type; JSON's spelling of booleans."""
    if kind == "str":
        return f"quote({name}, safe='')"
    if "bool" in kind or "True" in kind or "False" in kind:
        return f"quote(str({name}).lower() if isinstance({name}, bool) else str({name}), safe='')"
    return f"quote(str({name}), safe='')"
