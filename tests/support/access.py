"""The authorization matrix: what each operation answers to each kind of caller.

Most of it is in the document: which credentials an operation takes, the roles and scopes it needs, whether it needs a recent
proof of identity. What the document cannot say is what others get about something that belongs to one user: ACCESS of
`tests/resources/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from tests.support.resources import resource_entry

if TYPE_CHECKING:  # it reads the resources, which import this module
    from tests.contract.contract import Operation


class Access(NamedTuple):
    """What an operation answers about something of one user (`owner`) to others; None: the same as to the owner."""

    other: int | None = None
    admin: int | None = None


ALIKE = Access()  # names nothing that belongs to one user, or answers everyone alike
OWNER = Access(other=404, admin=404)
OWNER_OR_ADMIN = Access(other=403)
DRAFT = Access(other=404)  # others cannot tell whether it exists


@dataclass(frozen=True)
class Caller:
    """Who calls, and with which credential."""

    who: Literal["owner", "other", "admin"] = "owner"
    credential: Literal["none", "token", "key"] = "token"
    scopes: tuple[str, ...] = ()  # of the key
    valid: bool = True  # False: the user is inactive, or the key has expired
    recent: bool = True  # whether the last proof of identity is
    has_factor: bool = False  # a confirmed second factor that this session did not use


def callers(scopes: list[str]) -> dict[str, Caller]:
    """The columns of the matrix, by name."""
    return {
        "anonymous": Caller(credential="none"),
        "owner": Caller(),
        "other user": Caller("other"),
        "administrator": Caller("admin"),
        "inactive user": Caller("other", valid=False),
        "inactive administrator": Caller("admin", valid=False),
        "owner with a factor that the session did not use": Caller(has_factor=True),
        "owner with a stale proof": Caller(recent=False),
        "administrator with a stale proof": Caller("admin", recent=False),
        "owner with a factor and a stale proof": Caller(recent=False, has_factor=True),
        **{f"key of the owner with {scope}": Caller("owner", "key", (scope,)) for scope in scopes},
        **{f"key of an administrator with {scope}": Caller("admin", "key", (scope,)) for scope in scopes},
        "key of another user with every scope": Caller("other", "key", tuple(scopes)),
        "key of an administrator with every scope": Caller("admin", "key", tuple(scopes)),
        "expired key": Caller("owner", "key", tuple(scopes), valid=False),
        "key of an inactive user": Caller("other", "key", tuple(scopes), valid=False),
    }


def expected(operation: Operation, caller: Caller) -> int:
    """The status of a valid request; the row of the operation is required even where the document decides."""
    access: Access = resource_entry("ACCESS", operation.id, operation.tag)
    success = min(status for status in operation.responses if status < 300)
    is_read = operation.reads_token if caller.credential == "token" else operation.takes_keys and caller.credential == "key"
    if is_read and not caller.valid:
        return 401
    if not is_read:
        return 401 if operation.secured else access.other or success
    if not (set(operation.roles) <= {"admin"} if caller.who == "admin" else not operation.roles):
        return 403
    if caller.credential == "key" and not set(operation.key_scopes) <= set(caller.scopes):
        return 403
    if operation.steps_up and not caller.recent:
        return 401
    of_caller = {"owner": None, "other": access.other, "admin": access.admin}[caller.who]
    return of_caller or success


def may_call(operation: Operation, caller: Caller) -> bool:
    """Whether the operation is open to a caller at all, on something of theirs."""
    return expected(operation, caller) not in {401, 403}
