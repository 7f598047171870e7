"""Serves an OpenAPI document: finds the operation, validates the request, calls the handler, encodes the response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accord.lazy import lazy

if TYPE_CHECKING:
    from accord.errors import ApiError, ContractViolation, LinkError, PayloadError, Reply, ReplyError
    from accord.openapi.encoded import Encoded, encode
    from accord.runtime.bodies.file import File
    from accord.runtime.engine.engine import Engine, RequestContext, Service
    from accord.runtime.fastapi import OpenAPIApp
    from accord.runtime.handlers.binding import Operation, bind
    from accord.runtime.handlers.call import Call, Principal, Public, SignedIn
    from accord.runtime.handlers.mock import Mocked
    from accord.runtime.handlers.pydantic_base import Instant, Model, Number, Rest, Tagged, default
    from accord.runtime.parameters.serialize import filled, filled_json
    from accord.runtime.responses import statuses
    from accord.runtime.responses.types import Answer, Binary, Body, Empty, Event, Events, Lines, Text
    from accord.runtime.webhooks.expressions import expanded
    from accord.runtime.webhooks.links import Link, evaluated, linked
    from accord.runtime.webhooks.sender import Received, Transport, Webhook

__all__ = [
    "Answer",
    "ApiError",
    "Binary",
    "Body",
    "Call",
    "ContractViolation",
    "Empty",
    "Encoded",
    "Engine",
    "Event",
    "Events",
    "File",
    "Instant",
    "Lines",
    "Link",
    "LinkError",
    "Mocked",
    "Model",
    "Number",
    "OpenAPIApp",
    "Operation",
    "PayloadError",
    "Principal",
    "Public",
    "Received",
    "Reply",
    "ReplyError",
    "RequestContext",
    "Rest",
    "Service",
    "SignedIn",
    "Tagged",
    "Text",
    "Transport",
    "Webhook",
    "bind",
    "default",
    "encode",
    "evaluated",
    "expanded",
    "filled",
    "filled_json",
    "linked",
    "statuses",
]

__getattr__ = lazy(
    __name__,
    {
        "Answer": "accord.runtime.responses.types",
        "ApiError": "accord.errors",
        "Binary": "accord.runtime.responses.types",
        "Body": "accord.runtime.responses.types",
        "Call": "accord.runtime.handlers.call",
        "ContractViolation": "accord.errors",
        "Empty": "accord.runtime.responses.types",
        "Encoded": "accord.openapi.encoded",
        "Engine": "accord.runtime.engine.engine",
        "Event": "accord.runtime.responses.types",
        "Events": "accord.runtime.responses.types",
        "File": "accord.runtime.bodies.file",
        "Instant": "accord.runtime.handlers.pydantic_base",
        "Lines": "accord.runtime.responses.types",
        "Link": "accord.runtime.webhooks.links",
        "LinkError": "accord.errors",
        "Mocked": "accord.runtime.handlers.mock",
        "Model": "accord.runtime.handlers.pydantic_base",
        "Number": "accord.runtime.handlers.pydantic_base",
        "OpenAPIApp": "accord.runtime.fastapi",
        "Operation": "accord.runtime.handlers.binding",
        "PayloadError": "accord.errors",
        "Principal": "accord.runtime.handlers.call",
        "Public": "accord.runtime.handlers.call",
        "Received": "accord.runtime.webhooks.sender",
        "Reply": "accord.errors",
        "ReplyError": "accord.errors",
        "RequestContext": "accord.runtime.engine.engine",
        "Rest": "accord.runtime.handlers.pydantic_base",
        "Service": "accord.runtime.engine.engine",
        "SignedIn": "accord.runtime.handlers.call",
        "Tagged": "accord.runtime.handlers.pydantic_base",
        "Text": "accord.runtime.responses.types",
        "Transport": "accord.runtime.webhooks.sender",
        "Webhook": "accord.runtime.webhooks.sender",
        "bind": "accord.runtime.handlers.binding",
        "default": "accord.runtime.handlers.pydantic_base",
        "encode": "accord.openapi.encoded",
        "evaluated": "accord.runtime.webhooks.links",
        "expanded": "accord.runtime.webhooks.expressions",
        "filled": "accord.runtime.parameters.serialize",
        "filled_json": "accord.runtime.parameters.serialize",
        "linked": "accord.runtime.webhooks.links",
        "statuses": "accord.runtime.responses.statuses",
    },
)
