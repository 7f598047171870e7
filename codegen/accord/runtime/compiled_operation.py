"""One operation, compiled at start: everything that depends on the document alone."""

from __future__ import annotations

import re
import typing
from collections.abc import Mapping

from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from accord.document.document import Document
from accord.document.identifiers import snake_case
from accord.openapi import operation as documented
from accord.openapi.deprecation import notices
from accord.runtime.bodies.deserialize import builders
from accord.runtime.bodies.reader import BodyReader
from accord.runtime.handlers.arguments import Arguments
from accord.runtime.handlers.binding import Operation as BoundOperation
from accord.runtime.handlers.dependencies import Dependencies
from accord.runtime.mock import MARK, Mocked
from accord.runtime.responses.encoder import Answers
from accord.runtime.responses.negotiation import Negotiation
from accord.runtime.security.requirements import Scheme, Security

_COLON = re.compile(r":(?=[^{}]*\})")  # in a parameter's name it would mean a convertor to Starlette


class Operation(APIRoute):
    """A compiled operation. As an `APIRoute` it stands in `app.routes` like any other route."""

    def __init__(
        self,
        document: Document,
        described: documented.Operation,
        bound: BoundOperation,
        schemes: Mapping[str, Scheme],
        serve: ASGIApp,
    ) -> None:
        async def endpoint() -> None:
            """FastAPI never calls it: the engine answers before FastAPI's router."""

        endpoint.__name__ = snake_case(described.id)
        super().__init__(
            _COLON.sub("_", described.path),
            endpoint,
            methods=[described.method],
            operation_id=described.id,
            tags=[described.tag],
            response_model=None,
            include_in_schema=False,
        )
        self.app = serve
        self.described, self.id = described, described.id
        self.handler = bound.handler
        self.solver = Dependencies.of(bound.handler)
        self.security = Security(described, schemes)
        self.negotiation = Negotiation(described.accepts)
        limit = int(document.data.get("x-body-limit", 1 << 20))
        self.body = BodyReader(document, described, limit) if described.bodies or described.unread else None
        hints = typing.get_type_hints(bound.handler)
        self.arguments = Arguments(document, described, builders(described, bound), hints, self.security.query_names)
        self.answers = Answers(described)
        self.limited = described.response(429) is not None  # what a document does not mention is never answered
        self.mocked = isinstance(bound, Mocked)
        self.notices = (*notices(described), *([MARK] if self.mocked else []))
