"""The path helper of an operation: every parameter filled in as its style writes it, and quoted."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from app.engine.description import Operation, Parameter
from codegen.types import union

_LITERAL = "/:@!$&'()*+,;=~"  # what a path may hold unquoted (RFC 3986, pchar)


def path_helper(operation: Operation, kinds: Callable[[str], list[str]]) -> str:
    """The static method; `kinds` gives the alternatives of an argument's type."""
    parameters = {p.name: p for p in operation.parameters if p.place == "path"}
    parts = re.split(r"\{([^{}]*)\}", operation.path)
    used = [parameters[name] for name in parts[1::2]]
    for number, part in enumerate(parts):
        if number % 2:
            parameter = parameters[part]
            parts[number] = _filled(parameter, kinds(parameter.argument))
        else:
            parts[number] = quote(part, safe=_LITERAL)
    arguments = ", ".join(f"{p.argument}: {union(kinds(p.argument))}" for p in used)
    return f'''@staticmethod
def path({f"*, {arguments}" if used else ""}) -> str:
    """The path of this operation{", filled and quoted" if used else ""}."""
    return {"f" if used else ""}"{"".join(parts)}"
'''


def _filled(parameter: Parameter, kinds: list[str]) -> str:
    """The replacement fields of one parameter, for an f-string in double quotes."""
    name = parameter.argument
    first, between = "", ","
    if parameter.style == "label":
        first, between = ".", "." if parameter.explode else ","
    elif parameter.style == "matrix":
        first = f";{quote(parameter.name, safe='')}="
        between = first if parameter.explode else ","
    if kinds[0].startswith("list["):
        item = _text("item", kinds[0].removeprefix("list[").removesuffix("]"))
        return f"{first}{{'{between}'.join({item} for item in {name})}}"
    return f"{first}{{{_text(name, union(kinds))}}}" if union(kinds) != "int" else f"{first}{{{name}}}"


def _text(name: str, kind: str) -> str:
    """The expression that writes a value of a type; JSON's spelling of booleans."""
    if kind == "str":
        return f"quote({name}, safe='')"
    if "bool" in kind:
        return f"quote(str({name}).lower() if isinstance({name}, bool) else str({name}), safe='')"
    return f"quote(str({name}), safe='')"
