"""Serves an OpenAPI document: finds the operation, validates the request, calls the handler, encodes the response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accord.lazy import lazy

if TYPE_CHECKING:
    from accord.runtime.bodies.file import File
    from accord.runtime.engine.context import RequestContext, Service
    from accord.runtime.engine.engine import Engine
    from accord.runtime.errors import ApiError, ContractViolation, LinkError, PayloadError, ReplyError
    from accord.runtime.fastapi import OpenAPIApp
    from accord.runtime.handlers.binding import Operation, bind
    from accord.runtime.handlers.call import Call, Principal, Public, SignedIn
    from accord.runtime.handlers.mock import Mocked
    from accord.runtime.handlers.pydantic_base import Instant, Model, Number, Rest, Tagged, default
    from accord.runtime.parameters.serialize import filled, filled_json
    from accord.runtime.responses import statuses
    from accord.runtime.responses.encoded import Encoded, encode
    from accord.runtime.responses.types import Answer, Binary, Body, Empty, Event, Events, Lines, Text
    from accord.runtime.webhooks.expressions import expanded
    from accord.runtime.webhooks.links import Link, evaluated, linked
    from accord.runtime.webhooks.sender import Received, Reply, Transport, Webhook

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
        "Answer": "responses.types",
        "ApiError": "errors",
        "Binary": "responses.types",
        "Body": "responses.types",
        "Call": "handlers.call",
        "ContractViolation": "errors",
        "Empty": "responses.types",
        "Encoded": "responses.encoded",
        "Engine": "engine.engine",
        "Event": "responses.types",
        "Events": "responses.types",
        "File": "bodies.file",
        "Instant": "handlers.pydantic_base",
        "Lines": "responses.types",
        "Link": "webhooks.links",
        "LinkError": "errors",
        "Mocked": "handlers.mock",
        "Model": "handlers.pydantic_base",
        "Number": "handlers.pydantic_base",
        "OpenAPIApp": "fastapi",
        "Operation": "handlers.binding",
        "PayloadError": "errors",
        "Principal": "handlers.call",
        "Public": "handlers.call",
        "Received": "webhooks.sender",
        "Reply": "webhooks.sender",
        "ReplyError": "errors",
        "RequestContext": "engine.context",
        "Rest": "handlers.pydantic_base",
        "Service": "engine.context",
        "SignedIn": "handlers.call",
        "Tagged": "handlers.pydantic_base",
        "Text": "responses.types",
        "Transport": "webhooks.sender",
        "Webhook": "webhooks.sender",
        "bind": "handlers.binding",
        "default": "handlers.pydantic_base",
        "encode": "responses.encoded",
        "evaluated": "webhooks.links",
        "expanded": "webhooks.expressions",
        "filled": "parameters.serialize",
        "filled_json": "parameters.serialize",
        "linked": "webhooks.links",
        "statuses": "responses.statuses",
    },
)
