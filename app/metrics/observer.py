"""Counts requests when they are answered. This runs for every request and takes half a microsecond."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable

from accord.errors import ContractViolation
from accord.runtime import Observer, RequestContext
from app.metrics.families import BOUNDS, DURATION, ERRORS, HISTOGRAM_WIDTH, RATE_LIMITED, VIOLATIONS
from app.metrics.memory import Row, Slot

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_TOO_MANY_REQUESTS = 429


class RequestMetrics:
    """An observer that counts, and passes everything on to another one: the log."""

    def __init__(self, slot: Callable[[], Slot], log: Observer) -> None:
        self._slot, self._log, self._log_response = slot, log, log.on_response
        # By operationId and status, and what is not in the document by method and status.
        self._rows: defaultdict[str, dict[int, Row]] = defaultdict(dict)
        self._unmatched: defaultdict[str, dict[int, Row]] = defaultdict(dict)

    def on_response(self, context: RequestContext, status: int) -> None:
        """Count a response by its duration."""
        seconds = time.perf_counter() - context.started
        operation = context.operation
        rows = self._rows[operation.id] if operation is not None else self._unmatched[context.scope["method"]]
        row = rows.get(status)
        if row is None:
            row = rows[status] = self._row(context, status)
        row[bisect_left(BOUNDS, seconds)] += 1
        row[-1] += seconds
        if status == _TOO_MANY_REQUESTS and context.rate_limit_headers:
            limit = context.rate_limit_headers[1][1].split(b'"')[1].decode()  # RateLimit: "address";r=0;t=7
            self._slot().row(RATE_LIMITED, limit)[0] += 1
        self._log_response(context, status)

    def _row(self, context: RequestContext, status: int) -> Row:
        operation = context.operation
        method = operation.definition.method if operation is not None else context.scope["method"]
        # Clients choose methods, and must not be able to create metrics.
        labels = (operation.id if operation is not None else "", method if method in _METHODS else "other", str(status))
        return self._slot().row(DURATION, *labels, width=HISTOGRAM_WIDTH)

    def on_error(self, context: RequestContext, error: Exception) -> None:
        """Count an error of the service."""
        name = VIOLATIONS if isinstance(error, ContractViolation) else ERRORS
        self._slot().row(name, context.operation.id if context.operation is not None else "")[0] += 1
        self._log.on_error(context, error)
