"""What tests cannot derive from the document, read from the modules of `tests/resources/`, one for each resource.

A file holds dictionaries under these names; each may be left out, and everything but ACCESS, COSTS and EVENTS has a default.

- ACCESS: by operation, what it answers about something of one user to another one, and to an administrator: a constant of
  `tests/support/access.py`, which derives the rest of the authorization matrix from the document.
- COSTS: by operation, how many statements it runs.
- EVENTS: by operation that changes something, the types of the audit events of its request in the tests of `tests/app/api`,
  which an administrator sends; or why there is none. Reads record nothing unless they have an entry.
- FLOORS: by operation, the least share of the fuzz's valid requests that must succeed; 0.3 by default.
- BODIES: by operation, makes a body that can be sent again and again; else the document's example is sent.
- PREPARE: by operation, arranges rows in the database (a `Connection`) so that a request of this user (an id) with this body
  succeeds at this time, and changes the body where only the database knows what is valid, such as a token.
- SECRETS: by operation, the members of its response that differ each time.
- IDS: by name of a path parameter, the id of a row in the databases of the contract tests; "1" by default.
- RECIPES: by operation, status and problem, how to cause a response that `tests/contract/directed/recipes.py` cannot derive.
- ARRANGE: by operation, arranges what a case of the fuzz needs, after what `tests/contract/fuzz/arrange.py` does for every one.
- PATHS: by operation, arranges the path of a case of the fuzz in place of what is done for every one.
- RULES: by operation with `If-Match`, makes a case break a rule (409).
- RESTORE: by operation, undoes what ARRANGE did for a case, before the next one.
- ITEMS: by operation that lists, what is wrong with an item, beside what its filters say.
- ORDERS: by operation that lists, what its items are sorted by if it is not `id`.
- ROWS: by table, the columns of a row with a number; others are made up from the model.
- WRONG, RIGHT: by place (`createUser body /email`), texts that must be refused and texts that must not.
- DICTIONARIES: by place, the dictionary of `tests/contract/fuzz/schemathesis.toml` that the fuzz also takes values from.
- READS: by operation that writes nothing with its example, why.
- STORE: by operation that creates, what the tests of `tests/app/api` do next, so that the rows exist that other paths name.
- WORLD: by operation, its path and body in the tests of `tests/app/api`, where they differ from what is derived.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType, ModuleType
from typing import Any

from tests.support.paths import ROOT

FOLDER = ROOT / "tests" / "resources"


@functools.cache
def _modules() -> list[ModuleType]:
    return [importlib.import_module(f"tests.resources.{found.name}") for found in pkgutil.iter_modules([str(FOLDER)])]


@functools.cache
def resource_data(name: str) -> Mapping[Any, Any]:
    """One dictionary, merged from all resources."""
    return MappingProxyType({key: value for module in _modules() for key, value in vars(module).get(name, {}).items()})


def resource_entry(name: str, operation: str, tag: str) -> Any:
    """The entry of an operation, which its resource must have.

    Raises:
        AssertionError: there is none; the message says what to write, and where.
    """
    found = resource_data(name)
    assert operation in found, (
        f"write {name}[{operation!r}] into tests/resources/{tag}.py; tests/support/resources.py says what it means"
    )
    return found[operation]
