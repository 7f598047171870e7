"""Serves an OpenAPI document: finds the operation, validates the request, calls the handler, encodes the response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accord import lazy

if TYPE_CHECKING:
    from accord.errors import ApiError, ContractViolation, LinkError, PayloadError, Reply, ReplyError
    from accord.openapi.expressions import expand
    from accord.openapi.values.encoded import Encoded, encode
    from accord.runtime.bodies.parsed_body import File
    from accord.runtime.engine.context import Observer, RequestContext, Service
    from accord.runtime.engine.engine import Engine
    from accord.runtime.fastapi import OpenAPIApp
    from accord.runtime.handlers.binding import Operation, bind
    from accord.runtime.handlers.call import Call, Principal, Public, SignedIn
    from accord.runtime.handlers.mock import Mocked
    from accord.runtime.handlers.pydantic_base import Instant, Model, Number, Rest, Tagged, default
    from accord.runtime.parameters.serialize import json_parameter, path_parameter
    from accord.runtime.responses import statuses
    from accord.runtime.responses.streamed import Streamed
    from accord.runtime.responses.types import Answer, Binary, Body, Empty, Event, Events, Lines, Text
    from accord.runtime.webhooks.links import Link, evaluate, link_arguments
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
    "Observer",
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
    "Streamed",
    "Tagged",
    "Text",
    "Transport",
    "Webhook",
    "bind",
    "default",
    "encode",
    "evaluate",
    "expand",
    "json_parameter",
    "link_arguments",
    "path_parameter",
    "statuses",
]

__getattr__ = lazy(
    __name__,
    {
        "accord.runtime.bodies.parsed_body": "File",
        "accord.runtime.engine.context": "Observer RequestContext Service",
        "accord.runtime.engine.engine": "Engine",
        "accord.errors": "ApiError ContractViolation LinkError PayloadError Reply ReplyError",
        "accord.runtime.fastapi": "OpenAPIApp",
        "accord.runtime.handlers.binding": "Operation bind",
        "accord.runtime.handlers.call": "Call Principal Public SignedIn",
        "accord.runtime.handlers.mock": "Mocked",
        "accord.runtime.handlers.pydantic_base": "Instant Model Number Rest Tagged default",
        "accord.runtime.parameters.serialize": "json_parameter path_parameter",
        "accord.openapi.values.encoded": "Encoded encode",
        "accord.runtime.responses.statuses": "statuses",
        "accord.runtime.responses.streamed": "Streamed",
        "accord.runtime.responses.types": "Answer Binary Body Empty Event Events Lines Text",
        "accord.openapi.expressions": "expand",
        "accord.runtime.webhooks.links": "Link evaluate link_arguments",
        "accord.runtime.webhooks.sender": "Received Transport Webhook",
    },
)
