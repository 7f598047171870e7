"""The usual names of the members of an error, and what each of them may contain."""

from __future__ import annotations

import re
from typing import Any

from accord.problems.error_template import Text, spellings
from accord.problems.problem import ProblemType

DETAIL = Text("{detail}")

# Names as `plain` writes them.
_CODES = frozenset({"code", "errorcode", "errcode", "errortype", "errcodename"})
_STATUSES = frozenset({"status", "statuscode", "httpstatus", "httpcode", "httpstatuscode"})
_TITLES = frozenset({"title", "errortitle", "reason", "phrase", "summary"})
_DETAILS = frozenset(
    {
        *("message", "msg", "detail", "details", "description", "errordescription", "errormessage", "errordetail"),
        *("developermessage", "usermessage", "text"),
    }
)
_IDS = frozenset({"instance", "requestid", "traceid", "correlationid", "errorid"})
_TIMES = frozenset({"timestamp", "time", "datetime", "occurredat"})
_FLAGS = frozenset({"success", "ok"})
WRAPPERS = frozenset({"error", "fault", "problem", "body"})  # objects that contain the error itself
LISTS = frozenset(
    {
        *("errors", "violations", "issues", "details", "detail", "invalidparams", "faults", "fielderrors", "messages"),
        "validationerrors",
    }
)

# The members of one fault of a request.
_FAULT_MEMBERS: tuple[tuple[frozenset[str], tuple[str, ...]], ...] = (
    (_DETAILS | _TITLES | {"error"}, ("message",)),
    (frozenset({"code", "type", "keyword", "rule", "errorcode", "errortype", "issue"}), ("code",)),
    (
        frozenset({"field", "path", "pointer", "name", "property", "param", "parameter", "target", "attribute", "key"}),
        ("pointer", "field"),
    ),
    (frozenset({"loc"}), ("loc",)),
    (frozenset({"in", "location", "source"}), ("in",)),
)


def plain(name: str) -> str:
    """A member's name without its spelling: `error_code` and `errorCode` are the same."""
    return re.sub(r"[^a-z]", "", name.lower())


def candidates(name: str, beside: set[str], kind: ProblemType) -> list[Any]:  # noqa: PLR0911 - one for each kind of member
    """What a member of an error may contain, the best first; empty if its name is unknown. `beside` are the names around it."""
    codes = spellings(kind.code)
    if name in _CODES:
        return [*codes, kind.status, str(kind.status)]
    if name in _STATUSES:
        return [kind.status, str(kind.status), "error", "ERROR", "fail"]
    if name in _TITLES:
        return [kind.title]
    if name == "error":
        detail = [DETAIL, kind.title] if not beside & _DETAILS else []
        return [*detail, *codes[2:], *codes[:2], kind.title, True]
    if name in _DETAILS:
        return [DETAIL, kind.detail, kind.title]
    if name == "type":
        return [kind.type, "about:blank", *codes, "error"]
    if name in _IDS:
        return [Text("{instance}"), Text("{request_id}")] if name == "instance" else [Text("{request_id}")]
    if name in _TIMES:
        return [Text("{timestamp}")]
    return [False] if name in _FLAGS else []


def fault_candidates(name: str) -> list[Text]:
    """What a member of one fault may contain; empty if its name is unknown."""
    return [Text(f"{{errors.{one}}}") for names, contents in _FAULT_MEMBERS if name in names for one in contents]
