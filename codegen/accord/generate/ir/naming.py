"""Names of classes and fields: each its own, whatever the document calls a schema, an operation or a property."""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Collection, Hashable, Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any, TypeVar

from accord.document.document import Document, Node
from accord.document.identifiers import distinct, pascal_case, python_name
from accord.document.pointer import FILES, Pointer

K = TypeVar("K", bound=Hashable)

# The capitalized names that each generated module uses itself; a class of the same name gets a trailing underscore.
MODELS_TAKEN = frozenset(
    {
        *("Annotated", "Any", "ConfigDict", "Field", "File", "Instant", "Literal", "MISSING", "Model", "Number", "Rest"),
        *("RootModel", "StrictBool", "StrictInt", "StrictStr", "Tagged", "TypeAliasType"),
    }
)
OPERATIONS_TAKEN = frozenset(
    {
        *("Binary", "Body", "Call", "ClassVar", "Empty", "Events", "File", "Handlers", "Instant", "Lines", "Link", "Literal"),
        *("Number", "Operation", "Principal", "Protocol", "Text", "TypedDict"),
    }
)
WEBHOOKS_TAKEN = frozenset({"Any", "ClassVar", "Document", "File", "Instant", "Literal", "Number", "Received", "Webhook"})
_KEYWORDS = ("None", "True", "False")
_LONGEST = 60  # characters of a label; a longer one is a sentence
_NAMED = frozenset({"schemas", "$defs", "definitions"})  # the children of these are schemas by name


def class_name(name: str) -> str:
    """The class of a schema: its own name, as far as Python allows."""
    pascal = pascal_case(name)
    if not pascal.isidentifier() or pascal in _KEYWORDS:
        return f"Schema{pascal}"
    return f"{pascal}_" if pascal in MODELS_TAKEN else pascal


def class_names(names: Iterable[tuple[K, str]], taken: frozenset[str]) -> dict[K, str]:
    """A class for each key; where several would have the same, the later in the alphabet are numbered."""
    ordered = sorted(names, key=lambda pair: (pair[1], str(pair[0])))
    wanted = ((key, class_name(name)) for key, name in ordered)
    return distinct(((key, f"{name}_" if name in taken else name) for key, name in wanted), between="")


def field_names(keys: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """The field of each property: its own name where Python and the class allow it; the others are changed, in their order."""
    keys = list(keys)
    names = {key: key for key in keys if _is_field(key) and key not in taken}
    used = set(names.values())
    for key in keys:
        if key not in names:
            name = python_name(key)
            name = f"field{name}" if name.startswith("_") else name
            while not _is_field(name) or name in taken or name in used:
                name += "_"
            names[key] = name
            used.add(name)
    return names


def _is_field(name: str) -> bool:
    # Python reads identifiers in their normal form (NFKC), and pydantic takes names with a leading underscore as private.
    return (
        name.isidentifier()
        and not keyword.iskeyword(name)
        and not name.startswith("_")
        and unicodedata.is_normalized("NFKC", name)
    )


def class_label(schema: Node) -> str:
    """What distinguishes an alternative from the others, as the end of a class name: its title, or the value of its tag."""
    value = schema.value
    if not isinstance(value, dict) or "$ref" in value:
        return ""
    found = [value.get("title")]
    for member in value["properties"].values() if isinstance(value.get("properties"), dict) else ():
        if isinstance(member, dict):
            values = [member["const"]] if "const" in member else member.get("enum")
            found += values if isinstance(values, list) and len(values) == 1 else []
    label = next((pascal_case(text.title() if text.isupper() else text) for text in found if isinstance(text, str)), "")
    return label if f"A{label}".isidentifier() and len(label) <= _LONGEST else ""


class ClassNames:
    """Gives every class a name of its own.

    Schemas of `components` come first, and among them those whose own name is a class name. Of several that would have the same
    name, the later in the alphabet are numbered, so that neither their order nor another schema changes a name.
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
            node = document.root
            for key in pointer:
                node = node.raw_child(key)
            if node.reference is not None and len(node.value) == 1:  # it names a schema of another file
                self._components.setdefault(node.resolved().pointer, name)

    @property
    def components(self) -> frozenset[str]:
        """The classes of the schemas of `components`."""
        return frozenset(self._components.values())

    def of(self, node: Node | None, hint: str) -> str:
        """The class of a schema that is met for the first time; `hint` is the name if it is not a component."""
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


def referenced_name(node: Node, hint: str) -> str:
    """The name of a schema that a `$ref` leads to: its own where schemas have names, else `hint`."""
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
