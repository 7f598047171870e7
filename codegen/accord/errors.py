"""Exceptions of the toolkit.

Exception
├── AccordError              an expected failure of a tool or of the start; its text is for the user and needs no traceback
│   ├── DocumentError        the document cannot be used; `file:line: what` for each finding      document.findings
│   │   └── NoValue          no valid value of a schema was found                                 jsonschema.sampling
│   ├── ReadingError         a reading cannot be applied                                          document.adoption.readings
│   ├── BindingError         handlers and operations do not match                                 document.findings
│   ├── GenerationError      nothing was generated                                                generate.package
│   └── LintSettingsError    the settings of the linter are wrong                                 lint.profiles
├── ApiError                 raised by a service: one problem (RFC 9457) that the operation documents
├── RequestRejected          raised by the engine before the handler: 400, 401, 403, 404, 405, 406, 413, 415, 422, 429 ...
├── MalformedValue           a parameter does not follow its style or type; becomes an error of a 422
├── ClientGone               the client closed the connection; nothing is sent
├── ContractViolation        a response that the document does not allow; reported, and sent as a 500 if the policy is strict
├── ReplyError               the receiver of a webhook returned a response that the document does not allow
├── ValueError
│   └── PayloadError         the payload of a webhook does not match the document; nothing was sent
└── LookupError
    └── LinkError            a response lacks a value that the path of a link needs
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, NamedTuple

if TYPE_CHECKING:  # a service imports its exceptions without the packages that serve requests
    import msgspec

Headers = tuple[tuple[bytes, bytes], ...]  # as ASGI sends them, names in lower case
HeaderList = list[tuple[bytes, bytes]]


class AccordError(Exception):
    """An expected failure of the toolkit."""


class ApiError(Exception):
    """One problem for the client. `detail` is one sentence: what is wrong, and with what. No SQL, no secrets.

    `members` are further members of the problem (RFC 9457, 3.2), `challenge` is the `WWW-Authenticate` of a 401.
    """

    status: ClassVar[int]
    type: ClassVar[str]
    title: ClassVar[str]

    def __init__(
        self,
        detail: str,
        *,
        retry_after: int | None = None,
        limits: Headers = (),
        challenge: str | None = None,
        members: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail, self.challenge, self.members = detail, challenge, members
        self.retry_after = retry_after  # seconds, for the Retry-After header
        self.limits = limits  # headers of the rate limit that was exceeded; they replace those of the last one counted


class RequestRejected(Exception):
    """The engine's own response to a request that does not reach a handler.

    `detail` is None for the usual text of the status. `faults` are the members of `errors` in a 422, encoded as JSON.
    """

    def __init__(
        self, status: int, detail: str | None = None, headers: Headers = (), faults: list[msgspec.Raw] | None = None
    ) -> None:
        super().__init__(status)
        self.status, self.detail, self.headers, self.faults = status, detail, headers, faults


class MalformedValue(Exception):
    """A parameter that does not follow its style or type: the `code` and the `pointer`, from the parameter, of an error."""

    def __init__(self, code: str, pointer: str = "") -> None:
        super().__init__(code)
        self.code, self.pointer = code, pointer


class ClientGone(Exception):
    """The client closed the connection before the response was complete."""


class ContractViolation(Exception):
    """A response that the document does not allow: an error of the service, never of the client."""


class Reply(NamedTuple):
    """What the receiver of a webhook returned."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class ReplyError(Exception):
    """The receiver of a webhook returned a response that the document does not allow."""

    def __init__(self, name: str, reply: Reply, reason: str) -> None:
        super().__init__(f"{name}: the receiver returned {reply.status}: {reason}")
        self.reply = reply


class PayloadError(ValueError):
    """The payload of a webhook does not match the document. `faults` pairs places (`body/id`) with the failed keywords."""

    def __init__(self, name: str, faults: list[tuple[str, str]]) -> None:
        super().__init__(f"{name}: {', '.join(f'{place}: {keyword}' for place, keyword in faults)}")
        self.faults = faults


class LinkError(LookupError):
    """A response lacks a value that the path of a link needs."""
