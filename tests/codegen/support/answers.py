"""Clients of the service of `contract.yaml` with one handler that returns, or raises, what a test gives."""

from __future__ import annotations

from typing import Any

from accord.runtime.responses.types import Empty
from tests.codegen.support.operations import handlers
from tests.codegen.support.service import make_client, make_host


def listing(answer: Any, **service: Any):
    """A client of a service whose listThings gives this answer."""

    async def list_things(call: object, page: int, tags: list[str] | None, x_rank: int | None) -> Empty:  # noqa: ARG001
        return answer

    return make_client(make_host(handlers(list_things=list_things), **service))


def getting(answer: Any, **service: Any):
    """A client of a service whose getThing gives this answer, or raises it."""

    async def get_thing(call: object, thing_id: int) -> Empty:  # noqa: ARG001
        if isinstance(answer, Exception):
            raise answer
        return answer

    return make_client(make_host(handlers(get_thing=get_thing), **service))
