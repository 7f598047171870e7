"""One operation, compiled at start: everything about it that the document decides."""

from __future__ import annotations

import re
import typing
from collections.abc import Mapping

from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from accord.document.identifiers import snake_case
from accord.openapi.deprecation import deprecation_headers
from accord.openapi.operation import Operation
from accord.runtime.bodies.deserialize import deserializers
from accord.runtime.bodies.reader import BodyReader
from accord.runtime.handlers import binding
from accord.runtime.handlers.arguments import Arguments
from accord.runtime.handlers.dependencies import Dependencies
from accord.runtime.handlers.mock import MOCK_HEADER, Mocked
from accord.runtime.responses.encoder import ResponseEncoder
from accord.runtime.responses.negotiation import Negotiation
from accord.runtime.security.requirements import Scheme, Security

_COLON = re.compile(r":(?=[^{}]*\})")  # in the name of a parameter, where Starlette would read it as a convertor


class CompiledOperation(APIRoute):
    """A compiled operation. It is an `APIRoute`, so it appears in `app.routes` like any other route."""

    def __init__(self, definition: Operation, bound: binding.Operation, schemes: Mapping[str, Scheme], serve: ASGIApp) -> None:
        async def endpoint() -> None:
            """Never called: the engine serves the operation before FastAPI's router is reached."""

        endpoint.__name__ = snake_case(definition.id)
        super().__init__(
            _COLON.sub("_", definition.path),
            endpoint,
            methods=[definition.method],
            operation_id=definition.id,
            tags=[definition.tag],
            response_model=None,
            include_in_schema=False,
        )
        document = definition.node.document
        self.app = serve
        self.definition, self.id = definition, definition.id
        self.handler = bound.handler
        self.dependency_solver = Dependencies.of(bound.handler)
        self.security = Security(definition, schemes)
        self.negotiation = Negotiation(definition.accepts)
        max_size = int(document.data.get("x-accord-body-limit", 1 << 20))
        self.body = BodyReader(definition, max_size) if definition.bodies or definition.unread else None
        hints = typing.get_type_hints(bound.handler)
        self.arguments = Arguments(definition, deserializers(definition, bound), hints, self.security.query_names)
        self.encoder = ResponseEncoder(definition)
        self.is_rate_limited = definition.response(429) is not None  # an undocumented status is never sent
        self.is_mocked = isinstance(bound, Mocked)
        self.extra_headers = (*deprecation_headers(definition), *([MOCK_HEADER] if self.is_mocked else []))
