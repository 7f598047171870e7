"""How errors are worded in a document's own format: which member of an error holds what, and what it may be called there."""

from __future__ import annotations

import re
from typing import Any

from accord.document.pointer import tokens
from accord.runtime.problems.problem import Kind

# They stand in a template where an answer has its own text. All are valid where what replaces them is.
DETAIL = "@detail@"
ID = "0f1e2d3c-4b5a-8697-a8b9-cadbecfd0e1f"
TIME = "1970-01-02T03:04:05Z"

_CODES = frozenset({"code", "errorcode", "errcode", "errortype", "errcodename"})
_STATUSES = frozenset({"status", "statuscode", "httpstatus", "httpcode", "httpstatuscode"})
_TITLES = frozenset({"title", "errortitle", "reason", "phrase", "summary"})
DETAILS = frozenset(
    {
        *("message", "msg", "detail", "details", "description", "errordescription", "errormessage", "errordetail"),
        *("developermessage", "usermessage", "text"),
    }
)
_IDS = frozenset({"instance", "requestid", "traceid", "correlationid", "errorid"})
_TIMES = frozenset({"timestamp", "time", "datetime", "occurredat"})
_FLAGS = frozenset({"success", "ok"})
LISTS = frozenset(
    {
        "errors",
        "violations",
        "issues",
        "details",
        "detail",
        "invalidparams",
        "faults",
        "fielderrors",
        "messages",
        "validationerrors",
    }
)

# The members of one fault of a request.
_FAULT_MESSAGES = DETAILS | _TITLES | {"error"}
_FAULT_CODES = frozenset({"code", "type", "keyword", "rule", "errorcode", "errortype", "issue"})
_FAULT_PLACES = frozenset({"field", "path", "pointer", "name", "property", "param", "parameter", "target", "attribute", "key"})


def plain(name: str) -> str:
    """A member's name without its spelling: `error_code` and `errorCode` are one."""
    return re.sub(r"[^a-z]", "", name.lower())


def spellings(code: str) -> list[str]:
    """A code such as `not-found` as other documents write it."""
    words = code.split("-")
    pascal = "".join(word.capitalize() for word in words)
    return [
        code,
        "_".join(words).upper(),
        "_".join(words),
        pascal,
        pascal[:1].lower() + pascal[1:],
        " ".join(words).capitalize(),
    ]


def candidates(name: str, beside: set[str], kind: Kind) -> list[Any]:  # noqa: PLR0911 - one for each kind of member
    """What a member of an error may be, the best first; nothing for one that is not known. `beside` are its neighbours."""
    if name in _CODES:
        return [*spellings(kind.code), kind.status, str(kind.status)]
    if name in _STATUSES:
        return [kind.status, str(kind.status), "error", "ERROR", "fail"]
    if name in _TITLES:
        return [kind.title]
    if name == "error":
        told = [DETAIL, kind.title] if not beside & DETAILS else []
        return [*told, *spellings(kind.code)[2:], *spellings(kind.code)[:2], kind.title, True]
    if name in DETAILS:
        return [DETAIL, kind.detail, kind.title]
    if name == "type":
        return [kind.type, "about:blank", *spellings(kind.code), "error"]
    if name in _IDS:
        return [f"urn:uuid:{ID}", ID] if name == "instance" else [ID]
    if name in _TIMES:
        return [TIME]
    return [False] if name in _FLAGS else []


def fault_member(name: str, fault: dict[str, str]) -> list[Any]:
    """What a member of one fault may be; nothing if it is not known."""
    steps = tokens(fault["pointer"])
    if name in _FAULT_MESSAGES:
        return [fault["message"]]
    if name in _FAULT_CODES:
        return [fault["code"]]
    if name in _FAULT_PLACES:
        return [fault["pointer"], ".".join(steps)]
    if name == "loc":
        return [[fault["in"], *steps]]
    return [fault["in"]] if name in ("in", "location", "source") else []
