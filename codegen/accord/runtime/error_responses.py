"""The response to any error: a rejection, a documented error of the service, or a 500 that reveals nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from accord.document.document import Document
from accord.errors import ApiError, ContractViolation, HeaderList, Headers, RequestRejected
from accord.openapi.operation import Operation
from accord.problems.error_formats import ErrorFormats, Format
from accord.problems.problem import Problems, ProblemType

if TYPE_CHECKING:
    from accord.runtime.engine.operation import CompiledOperation

ErrorResponse = tuple[int, HeaderList, bytes | None]  # status, headers, body

_PROBLEM_TYPE = (b"content-type", b"application/problem+json")
_BEARER = ((b"www-authenticate", b"Bearer"),)  # for operations that issue tokens and are public themselves


class ErrorResponses:
    """The error responses of one document."""

    def __init__(self, document: Document, operations: Iterable[Operation]) -> None:
        self._problems = Problems(document)
        self._formats = ErrorFormats(self._problems, operations)
        self.findings = self._formats.findings
        self._rejection_formats: dict[tuple[str | None, int], Format | None] = {}  # by operation and status

    def response(
        self, operation: CompiledOperation | None, error: Exception, request_id: bytes
    ) -> tuple[*ErrorResponse, Exception | None]:
        """Status, headers, body, and the error to report if the client is not at fault."""
        if isinstance(error, HTTPException) and self._is_documented(operation, error.status_code):
            headers = tuple((name.lower().encode(), value.encode()) for name, value in (error.headers or {}).items())
            error = RequestRejected(error.status_code, str(error.detail), headers)
        if isinstance(error, RequestRejected):
            return *self.rejection(operation, error, request_id), None
        if isinstance(error, ApiError):
            if operation is None or _allows(operation, error.status, error.type):
                # An outage (an error with a cause) is documented, but its cause belongs in the log.
                return *self._api_error(operation, error, request_id), error if error.__cause__ is not None else None
            text = f"{operation.id} raised {error.type} ({error.status}), which it does not document"
            violation = ContractViolation(f"{text} ({operation.definition.node.where})")
            error = violation.with_traceback(error.__traceback__)
        return *self.rejection(operation, RequestRejected(500), request_id), error

    def rejection(self, operation: CompiledOperation | None, rejection: RequestRejected, request_id: bytes) -> ErrorResponse:
        """Status, headers and body of a rejection."""
        if self._formats.only_problems or (error_format := self._format(operation, rejection.status)) is None:
            return rejection.status, [_PROBLEM_TYPE, *rejection.headers], self._problems.rejection(rejection, request_id)
        return _formatted(error_format, rejection, request_id)

    def _format(self, operation: CompiledOperation | None, status: int) -> Format | None:
        key = (operation.id if operation is not None else None, status)
        if key not in self._rejection_formats:
            self._rejection_formats[key] = self._formats.format(_definition(operation), self._problems.type_of(status))
        return self._rejection_formats[key]

    def _api_error(self, operation: CompiledOperation | None, error: ApiError, request_id: bytes) -> ErrorResponse:
        headers: Headers = ()
        if error.retry_after is not None:
            headers = ((b"retry-after", b"%d" % error.retry_after),)
        if error.status == 401:  # noqa: PLR2004
            security = operation.security if operation is not None and operation.security.is_required else None
            default = security.challenge if security is not None else _BEARER
            own = ((b"www-authenticate", error.challenge.encode()),) if error.challenge is not None else None
            headers = (*headers, *(own or default))
        problem_type = ProblemType(error.status, error.type, error.title, error.detail)
        # What has members of its own is complete: no template could write them.
        is_complete = error.members is not None and operation is not None and _documents_problems(operation, error.status)
        error_format = None if is_complete else self._formats.format(_definition(operation), problem_type)
        if error_format is None:
            return error.status, [_PROBLEM_TYPE, *headers], self._problems.error(error, request_id)
        return _formatted(error_format, RequestRejected(error.status, error.detail, headers), request_id)

    def _is_documented(self, operation: CompiledOperation | None, status: int) -> bool:
        """Whether an operation documents the engine's own problem of a status."""
        if operation is None or not self._problems.is_standard(status):
            return False
        return _allows(operation, status, self._problems.type_of(status).type)


def _allows(operation: CompiledOperation, status: int, problem_type: str) -> bool:
    if (status, problem_type) in operation.encoder.problem_types:
        return True
    documented = operation.definition.response(status)
    return documented is not None and documented.allows(problem_type)


def _documents_problems(operation: CompiledOperation, status: int) -> bool:
    documented = operation.definition.response(status)
    return documented is not None and "application/problem+json" in documented.content


def _definition(operation: CompiledOperation | None) -> Operation | None:
    return operation.definition if operation is not None else None


def _formatted(error_format: Format, rejection: RequestRejected, request_id: bytes) -> ErrorResponse:
    """A response in the document's own error format."""
    own = {name for name, _ in rejection.headers}
    headers = [*rejection.headers, *(header for header in error_format.headers if header[0] not in own)]
    write = error_format.write
    return rejection.status, headers, write(rejection.detail, request_id, rejection.faults) if write is not None else None
