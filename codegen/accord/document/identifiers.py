"""Names of a document as Python identifiers."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Collection, Hashable, Iterable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)

# Names that are used otherwise in generated signatures of handlers and generated response classes.
ARGUMENTS_TAKEN = frozenset({"self", "call", "body", "accept", "quote", "str", "path_parameter", "json_parameter"})
FIELDS_TAKEN = frozenset({"self", "status", "headers", "body", "key", "media", "media_type", "str", "int", "float", "bool"})


def _readable(name: str) -> str:
    """A name in the normal form of identifiers (NFKC), with a space for each character that is not allowed in them."""
    return "".join(one if f"a{one}".isidentifier() else " " for one in unicodedata.normalize("NFKC", name))


def snake_case(name: str) -> str:
    """`listUsers`, `If-Match`, `page_size` as Python names: `list_users`, `if_match`, `page_size`."""
    words = re.sub(r"([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])", r"\1\3_\2", _readable(name))
    return unicodedata.normalize("NFKC", re.sub(r"\W+", "_", words).strip("_").lower())


def pascal_case(name: str) -> str:
    """`listUsers` and `user-profiles` as class names: `ListUsers`, `UserProfiles`."""
    words = re.split(r"[\W_]+", _readable(name))
    return unicodedata.normalize("NFKC", "".join(word[:1].upper() + word[1:] for word in words))


def python_name(name: str, taken: frozenset[str] = frozenset()) -> str:
    """The name as an identifier in snake_case; Python's keywords and names in `taken` get a trailing underscore.

    Two names may become the same identifier: `distinct` renames one.
    """
    words = snake_case(name)
    identifier = words if words.isidentifier() else f"_{words}"
    return f"{identifier}_" if keyword.iskeyword(identifier) or identifier in taken else identifier


def operation_id(method: str, path: str) -> str:
    """The id of an operation without `operationId`: `GET /pets/{id}/photos` is `getPetsByIdPhotos`."""
    words = re.sub(r"\{([^{}]*)\}", lambda name: f" by {name[1]} ", path)
    return method.lower() + "".join(pascal_case(word) for word in re.split(r"[^A-Za-z0-9]+", words) if word)


def distinct(wanted: Iterable[tuple[K, str]], *, taken: Collection[str] = (), between: str = "_") -> dict[K, str]:
    """A distinct name for each key: the first key keeps its name, others are numbered; names in `taken` are not used.

    With sorted keys the names do not depend on the order of the document.
    """
    pairs = list(wanted)
    natural, used = {name for _, name in pairs}, set(taken)
    found: dict[K, str] = {}
    for key, name in pairs:
        number, own = 1, name
        while own in used or (number > 1 and own in natural):
            number += 1
            own = f"{name}{between}{number}"
        used.add(own)
        found[key] = own
    return found
