"""The classes of schemas: each its own name, whatever the document calls it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from accord.document.document import Document, Node
from accord.document.identifiers import pascal_case
from accord.document.pointer import FILES, Pointer

# What the generated modules themselves name with a capital; a schema of the same name gets a trailing underscore.
TAKEN = frozenset(
    {
        *(
            "Annotated",
            "Literal",
            "Any",
            "TypeAliasType",
            "Field",
            "MISSING",
            "RootModel",
            "StrictBool",
            "StrictInt",
            "StrictStr",
        ),
        *("ConfigDict", "File", "Instant", "Model", "Number", "Rest", "Tagged"),
    }
)
_WORDS = ("None", "True", "False")
_LONGEST = 60  # letters of a label; a longer one is a sentence
# Below these stand schemas by their names.
_NAMED = frozenset({"schemas", "$defs", "definitions"})


def class_name(name: str) -> str:
    """The name of a schema's class: its own, as far as Python allows."""
    pascal = pascal_case(name)
    if not pascal.isidentifier() or pascal in _WORDS:
        return f"Schema{pascal}"
    return f"{pascal}_" if pascal in TAKEN else pascal


def class_label(schema: Node) -> str:
    """What tells an alternative from the others, as the end of a class's name: its title, or the value of its tag."""
    value = schema.value
    if not isinstance(value, dict) or "$ref" in value:
        return ""
    said = [value.get("title")]
    for member in value["properties"].values() if isinstance(value.get("properties"), dict) else ():
        listed = [member["const"]] if isinstance(member, dict) and "const" in member else None
        listed = member.get("enum") if listed is None and isinstance(member, dict) else listed
        said += listed if isinstance(listed, list) and len(listed) == 1 else []
    label = next((pascal_case(text.title() if text.isupper() else text) for text in said if isinstance(text, str)), "")
    return label if f"A{label}".isidentifier() and len(label) <= _LONGEST else ""


class Names:
    """Gives every class a name of its own.

    Schemas of `components` come first, whose own name is a class name before those that become one; of several that become the
    same the later in the alphabet are numbered, so that neither their order nor another schema changes a name.
    """

    def __init__(self, document: Document) -> None:
        self._components: dict[Pointer, str] = {}
        self._given: set[str] = set()
        pointers = sorted(_components(document), key=lambda p: (p[0] == FILES, p[-1] != class_name(str(p[-1])), str(p[-1]), p))
        natural = {class_name(str(pointer[-1])) for pointer in pointers}
        for pointer in pointers:
            name = class_name(str(pointer[-1]))
            self._components[pointer] = self._free(name, natural) if name in self._given else name
            self._given.add(self._components[pointer])
        for pointer, name in list(self._components.items()):
            written = document.node(pointer)
            if written.reference is not None and len(written.value) == 1:  # it gives its name to what another file holds
                self._components.setdefault(written.resolved().pointer, name)

    @property
    def components(self) -> frozenset[str]:
        """The classes of the schemas of `components`."""
        return frozenset(self._components.values())

    def of(self, node: Node | None, hint: str) -> str:
        """The class of a schema that is met for the first time; `hint` names one that is no component."""
        if node is not None and node.pointer in self._components:
            return self._components[node.pointer]
        name = self._free(class_name(hint), self._given)
        self._given.add(name)
        return name

    def _free(self, name: str, known: set[str]) -> str:
        number, free = 1, name
        while free in self._given or (free in known and number > 1):
            number += 1
            free = f"{name}{number}"
        return free


def hinted(node: Node, hint: str) -> str:
    """The name of a schema that a `$ref` leads to: its own if it stands where schemas have names, else that of its use."""
    *_, holder, last = ("", "", *node.pointer)
    if holder == FILES:
        return class_name(PurePosixPath(str(last)).stem)
    if holder in _NAMED or (node.pointer[0] == FILES and len(node.pointer) == 3):  # noqa: PLR2004 - at the top of a file
        return class_name(str(last))
    return hint


def _components(document: Document) -> Iterator[Pointer]:
    files: Any = document.data.get(FILES)
    roots: list[tuple[Pointer, Any]] = [((), document.data)]
    roots += [((FILES, name), value) for name, value in files.items()] if isinstance(files, dict) else []
    for root, value in roots:
        components = value.get("components") if isinstance(value, dict) else None
        schemas = components.get("schemas") if isinstance(components, dict) else None
        for name in schemas if isinstance(schemas, dict) else ():
            yield (*root, "components", "schemas", name)
