"""What the harness does around the requests of Schemathesis. Loaded by `st`.

No answer is changed and no case is dropped. What a case finds is arranged (arrange.py); this file keeps the principals:

- The administrator is the only one, so the service itself keeps them (409 `last-admin`).
- A user who deletes their own account signs up again and has a new id: the old one stays gone.
- After an answer 401 to a token of ours, which the end of a session brings about, the next request signs in anew.
- A session is ended with its own token where the fuzz has seen one, as the document's link `SignOut` means it.

A case that Schemathesis calls valid is a negative one if the oracle disagrees: after a header is added to a negative case,
Schemathesis 4.32 reads its parameters again as lenient servers do (`page=01` as 1), and the document does not.
"""
# ruff: noqa: ARG001 - Schemathesis gives every hook all of them
# ruff: noqa: S310 - the addresses are ours

from __future__ import annotations

import itertools
import json
import re
import sys
from typing import Any
from urllib.request import Request, urlopen

import schemathesis
from hypothesis.configuration import set_hypothesis_home_dir
from requests.structures import CaseInsensitiveDict
from schemathesis import Case, GenerationMode, HookContext, Response

from tests.contract.fuzz import arrange, checks, speedups
from tests.contract.people import ORIGINS, PASSWORD, PEOPLE
from tests.resources.users import make_room
from tests.support.paths import ROOT

# Both take seconds in each process: Hypothesis computes tables of Unicode, which are kept for the next pass, and jsonschema
# builds grammars for formats that the oracle does not use.
set_hypothesis_home_dir(ROOT / ".hypothesis")
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment] # as if it was not installed
speedups.apply()

_origins = itertools.cycle(ORIGINS)
_tokens: dict[int, str] = {}  # the access token of each session that the fuzz began


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Arrange what a case needs in order to succeed."""
    operation = case.operation.definition.raw["operationId"]
    arrange.for_case(operation, case)
    if (origin := next(_origins)) is not None:
        case.headers = CaseInsensitiveDict({**case.headers, "Origin": origin})
    if operation == "deleteSession":
        session = re.fullmatch("[1-9][0-9]{0,15}", str((case.path_parameters or {}).get("session_id")))
        ours = str(case.headers.get("Authorization")).startswith("Bearer aca_")
        if ours and session and (token := _tokens.get(int(session[0]))):
            case.headers["Authorization"] = f"Bearer {token}"


@schemathesis.hook
def after_call(context: HookContext, case: Case, response: Response) -> None:
    """Ask the oracle whether the case is valid, and keep our own principals."""
    operation = case.operation.definition.raw["operationId"]
    if case.meta is not None and case.meta.generation.mode.is_positive and not checks.is_valid(response):
        case.meta.generation.mode = GenerationMode.NEGATIVE
    if operation in ("createSession", "createSessionToken") and response.status_code == 201:
        issued = response.json()
        _tokens[issued["session_id"]] = issued["access_token"]
    if operation == "deleteUser" and response.status_code == 204:
        root = str(response.request.url).partition("/api/")[0]
        for name in PEOPLE:
            if arrange.id_of(name) is None:
                _sign_up(root, name)
    if response.status_code == 401 and "aca_" in str(response.request.headers.get("Authorization")):
        for provider in case.operation.schema.auth.providers:
            for one in getattr(provider, "providers", [provider]):
                if forget := getattr(one, "invalidate", None):
                    forget()


def _sign_up(root: str, name: str) -> None:
    make_room(arrange.DATABASE, f"{name}@example.com", name)
    body = json.dumps({"email": f"{name}@example.com", "username": name, "password": PASSWORD}).encode()
    request = Request(f"{root}/api/v1/users", body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=5) as answer:
        answer.read()
