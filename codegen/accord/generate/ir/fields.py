"""The members of an object as fields of a class."""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Callable, Iterable

from accord.document.identifiers import python_name


def field_names(keys: Iterable[str], taken: Callable[[str], bool]) -> dict[str, str]:
    """The field of each member: its own name where Python and the class allow; the others give way, in their order."""
    keys = list(keys)
    names = {key: key for key in keys if _fits(key) and not taken(key)}
    used = set(names.values())
    for key in keys:
        if key not in names:
            name = python_name(key)
            name = f"field{name}" if name.startswith("_") else name
            while not _fits(name) or taken(name) or name in used:
                name += "_"
            names[key] = name
            used.add(name)
    return names


def _fits(name: str) -> bool:
    # Python reads identifiers in their normal form, and private names are no fields.
    return (
        name.isidentifier()
        and not keyword.iskeyword(name)
        and not name.startswith("_")
        and unicodedata.is_normalized("NFKC", name)
    )
