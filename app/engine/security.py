"""The document's security requirements as calls of the schemes' verifiers: 401 and 403."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from app.engine.description import Operation
from app.engine.problems import Refusal

_CHALLENGE = ((b"www-authenticate", b"Bearer"),)


class Scheme(Protocol):
    """What the service brings for one security scheme of the document. A principal is any object of the service's own."""

    async def verify(self, credential: str) -> Any | None:  # noqa: ANN401 - the principal
        """Whose credential this is; None if it is not valid (any more)."""

    def allows(self, principal: Any, scopes: tuple[str, ...]) -> bool:  # noqa: ANN401 - the principal
        """Whether the principal has every scope (or role) that the document lists."""


def bearer(authorization: bytes | None) -> str | None:
    """The credential of an `Authorization: Bearer` header (the scheme's case does not matter, RFC 9110 11.1).

    A header sent twice arrives here empty and holds no credential.
    """
    if authorization is None or authorization[:7].lower() != b"bearer ":
        return None
    credential = authorization[7:].lstrip(b" ")
    return credential.decode("ascii") if credential.isascii() and credential and b" " not in credential else None


class Security:
    """The requirements of one operation: alternatives (OR) of schemes (AND), `{}` for nobody, scopes."""

    __slots__ = ("_alternatives", "_optional", "secured")

    def __init__(self, operation: Operation, schemes: Mapping[str, Scheme]) -> None:
        self._optional = () in operation.security
        self._alternatives = [
            [(schemes[name], scopes) for name, scopes in alternative] for alternative in operation.security if alternative
        ]
        self.secured = bool(self._alternatives)

    async def authenticate(self, headers: dict[bytes, bytes]) -> tuple[Any, bool]:
        """The principal (None if nobody signed in and nobody has to) and whether their scopes suffice.

        Raises:
            Refusal: 401. Credentials that are sent but wrong are refused even where none are needed.
        """
        authorization = headers.get(b"authorization")
        if authorization is None:
            if self._optional:
                return None, True
            raise Refusal(401, headers=_CHALLENGE)
        credential = bearer(authorization)
        known = None
        if credential is not None:
            for alternative in self._alternatives:
                allowed, principal = True, None
                for scheme, scopes in alternative:
                    principal = await scheme.verify(credential)
                    if principal is None:
                        break
                    allowed = allowed and scheme.allows(principal, scopes)
                else:
                    known = principal
                    if allowed:
                        return principal, True
        if known is None:
            raise Refusal(401, headers=_CHALLENGE)
        return known, False
