"""The security requirements of an operation, checked by the service's verifiers: 401 and 403."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, Protocol, runtime_checkable

from accord.errors import Headers, RequestRejected
from accord.openapi.operation import Operation
from accord.runtime.security.credentials import Extractor, extractor


class Scheme(Protocol):
    """The service's verifier of one security scheme. A principal is any object that the service chooses."""

    async def verify(self, credential: str) -> Any | None:  # noqa: ANN401 - the principal
        """The principal of a credential (a token, a key, or `name:password` for `basic`); None if it is not valid."""

    def allows(self, principal: Any, scopes: tuple[str, ...]) -> bool:  # noqa: ANN401 - the principal
        """Whether the principal has every required scope (or role)."""


@runtime_checkable
class StepUp(Protocol):
    """A scheme that can ask for a recent proof of identity, as operations with `x-accord-step-up` do (RFC 9470)."""

    async def step_up(self, principal: Any) -> None:  # noqa: ANN401 - the principal
        """Raise a documented problem unless the principal has proved recently who they are."""


class _Requirement(NamedTuple):
    """One scheme of an alternative."""

    extract: Extractor
    scheme: Scheme
    scopes: tuple[str, ...]


class Security:
    """The requirements of one operation: alternatives (OR) of schemes (AND) with scopes; `{}` makes them optional.

    If an alternative has several schemes, the principal is that of the last one. `challenge` are the headers of a 401;
    `query_names` are the query parameters that hold credentials. `step_up` is None unless the operation needs a recent proof.
    """

    __slots__ = ("_alternatives", "_combines", "_optional", "challenge", "is_required", "query_names", "step_up")

    def __init__(self, operation: Operation, schemes: Mapping[str, Scheme]) -> None:
        names = list(dict.fromkeys(name for alternative in operation.security for name, _ in alternative))
        found, query_names = {}, set()
        for name in names:
            scheme = operation.node.document.root.get("components", "securitySchemes", name)
            if scheme is None or name not in schemes:
                owner = "the document" if scheme is None else "the service"
                raise operation.node.error(f"{owner} has no security scheme {name!r}: add it")
            found[name] = extractor(scheme)
            if scheme.value.get("in") == "query":
                query_names.add(str(scheme.value["name"]))
        self._optional = () in operation.security
        self._alternatives = [
            [_Requirement(found[name][0], schemes[name], scopes) for name, scopes in alternative]
            for alternative in operation.security
            if alternative
        ]
        self._combines = any(len(alternative) > 1 for alternative in self._alternatives)
        self.is_required = bool(self._alternatives)
        challenges = dict.fromkeys(challenge for _, challenge in found.values())
        self.challenge: Headers = tuple((b"www-authenticate", challenge.encode()) for challenge in challenges)
        self.query_names = frozenset(query_names)
        self.step_up = self._step_up(operation) if operation.needs_step_up else None

    async def authenticate(self, headers: dict[bytes, bytes], query_string: bytes) -> tuple[Any, bool]:
        """The principal (None for an anonymous request that is allowed) and whether it has the required scopes.

        Raises:
            RequestRejected: 401. Invalid credentials are rejected even if credentials are optional.
        """
        without_scopes, is_anonymous = None, self._optional
        for alternative in self._alternatives:
            allowed, principal = True, None
            for extract, scheme, scopes in alternative:
                credential = extract(headers, query_string)
                is_anonymous = is_anonymous and credential is None
                principal = await scheme.verify(credential) if credential else None
                if principal is None:
                    break
                allowed = allowed and scheme.allows(principal, scopes)
            else:
                if allowed:
                    return principal, True
                without_scopes = principal
        if without_scopes is not None:
            return without_scopes, False
        if is_anonymous and not (self._combines and self._has_credential(headers, query_string)):
            return None, True
        raise RequestRejected(401, headers=self.challenge)

    def _step_up(self, operation: Operation) -> Callable[[Any], Awaitable[None]]:
        """The check of the scheme of an operation that needs a recent proof; it has only one.

        Raises:
            DocumentError: the service's scheme cannot ask for a proof.
        """
        scheme = self._alternatives[0][-1].scheme
        if not isinstance(scheme, StepUp):
            raise operation.node.raw_child("x-accord-step-up").error(
                f"the service's {type(scheme).__name__} cannot ask for a recent proof: give it a method `step_up`"
            )
        return scheme.step_up

    def _has_credential(self, headers: dict[bytes, bytes], query_string: bytes) -> bool:
        """Whether the request has any credential, valid or not: of schemes together, not all are looked at before."""
        requirements = (requirement for alternative in self._alternatives for requirement in alternative)
        return any(requirement.extract(headers, query_string) is not None for requirement in requirements)
