"""The document's security requirements as calls of the schemes' verifiers: 401 and 403."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from accord.openapi.operation import Operation
from accord.runtime.problems.problem import Headers, RequestRejected
from accord.runtime.security.credentials import Finder, finder


class Scheme(Protocol):
    """What the service brings for one security scheme of the document. A principal is any object of the service's own."""

    async def verify(self, credential: str) -> Any | None:  # noqa: ANN401 - the principal
        """Whose credential this is; None if it is not valid (any more).

        The credential is a token, a key, or `name:password` of the scheme `basic`.
        """

    def allows(self, principal: Any, scopes: tuple[str, ...]) -> bool:  # noqa: ANN401 - the principal
        """Whether the principal has every scope (or role) that the document lists."""


class _Requirement(NamedTuple):
    """One scheme of an alternative."""

    find: Finder
    scheme: Scheme
    scopes: tuple[str, ...]


class Security:
    """The requirements of one operation: alternatives (OR) of schemes (AND), `{}` for nobody, scopes.

    The principal of an alternative with several schemes is that of the last one written. `challenge` is what a 401 says;
    `query_names` are the names in the query that credentials have.
    """

    __slots__ = ("_alternatives", "_optional", "challenge", "query_names", "secured")

    def __init__(self, operation: Operation, schemes: Mapping[str, Scheme]) -> None:
        components = operation.node.document.root.get("components")
        written = components.get("securitySchemes") if components is not None else None
        names = list(dict.fromkeys(name for alternative in operation.security for name, _ in alternative))
        found, query_names = {}, set()
        for name in names:
            declared = written.get(name) if written is not None else None
            if declared is None or name not in schemes:
                lacks = "the document" if declared is None else "the service"
                raise operation.node.error(f"{lacks} has no security scheme {name!r}: add it")
            found[name] = finder(declared)
            if declared.value.get("in") == "query":
                query_names.add(str(declared.value["name"]))
        self._optional = () in operation.security
        self._alternatives = [
            [_Requirement(found[name][0], schemes[name], scopes) for name, scopes in alternative]
            for alternative in operation.security
            if alternative
        ]
        self.secured = bool(self._alternatives)
        challenges = dict.fromkeys(challenge for _, challenge in found.values())
        self.challenge: Headers = tuple((b"www-authenticate", challenge.encode()) for challenge in challenges)
        self.query_names = frozenset(query_names)

    async def authenticate(self, headers: dict[bytes, bytes], query_string: bytes) -> tuple[Any, bool]:
        """The principal (None if nobody signed in and nobody has to) and whether their scopes suffice.

        Raises:
            RequestRejected: 401. Credentials that are sent but wrong are refused even where none are needed.
        """
        known = None
        for alternative in self._alternatives:
            allowed, principal = True, None
            for find, scheme, scopes in alternative:
                credential = find(headers, query_string)
                principal = await scheme.verify(credential) if credential else None
                if principal is None:
                    break
                allowed = allowed and scheme.allows(principal, scopes)
            else:
                if allowed:
                    return principal, True
                known = principal
        if known is not None:
            return known, False
        if self._optional and not self._sent(headers, query_string):
            return None, True
        raise RequestRejected(401, headers=self.challenge)

    def _sent(self, headers: dict[bytes, bytes], query_string: bytes) -> bool:
        """Whether the request holds anything that is meant as a credential."""
        required = (requirement for alternative in self._alternatives for requirement in alternative)
        return any(requirement.find(headers, query_string) is not None for requirement in required)
