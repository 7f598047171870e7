"""Any error as an answer: a refusal, a documented error of the service, or a fault, of which the client learns nothing."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.exceptions import HTTPException

from accord.document.document import Document
from accord.openapi import operation as documented
from accord.runtime.compiled_operation import Operation
from accord.runtime.errors import ApiError
from accord.runtime.problems.error_formats import Format, Refusals
from accord.runtime.problems.problem import Headers, Kind, Problems, RequestRejected
from accord.runtime.responses.validation import ContractViolation

HeaderList = list[tuple[bytes, bytes]]
Answered = tuple[int, HeaderList, bytes | None]

_UNKNOWN = Format((), None)  # no format of a document: this very one is not asked for yet
_PROBLEM = (b"content-type", b"application/problem+json")
_BEARER = ((b"www-authenticate", b"Bearer"),)  # of operations that hand out tokens and need none


class Errors:
    """The errors of one document."""

    def __init__(self, document: Document, operations: Iterable[documented.Operation]) -> None:
        self._problems = Problems(document)
        self._refusals = Refusals(document, self._problems, operations)
        self.findings = self._refusals.findings
        self._forms: dict[tuple[str | None, int], Format | None] = {}  # of refusals, which are many

    def answer(self, operation: Operation | None, error: Exception, request_id: bytes) -> tuple[*Answered, Exception | None]:
        """Status, headers and body, and what is to be reported because the client is not at fault."""
        if isinstance(error, HTTPException) and self._documents(operation, error.status_code):
            sent = (error.headers or {}).items()
            error = RequestRejected(
                error.status_code, str(error.detail), tuple((k.lower().encode(), v.encode()) for k, v in sent)
            )
        if isinstance(error, RequestRejected):
            status, headers, body = self.refusal(operation, error, request_id)
            return status, headers, body, None
        if isinstance(error, ApiError):
            if operation is None or _allows(operation, error.status, error.type):
                # Of an outage the client learns that it is one, the log learns why.
                return *self._error(operation, error, request_id), error if error.__cause__ is not None else None
            error = _undocumented(operation.described, error)
        status, headers, body = self.refusal(operation, RequestRejected(500), request_id)
        return status, headers, body, error

    def refusal(self, operation: Operation | None, refusal: RequestRejected, request_id: bytes) -> Answered:
        """Status, headers and body of a refusal of the gate."""
        if self._refusals.plain:
            return refusal.status, [_PROBLEM, *refusal.headers], self._problems.refusal(refusal, request_id)
        key = (operation.id if operation is not None else None, refusal.status)
        form = self._forms.get(key, _UNKNOWN)
        if form is _UNKNOWN:
            form = self._forms[key] = self._refusals.format(_described(operation), self._problems.kind(refusal.status))
        if form is None:
            return refusal.status, [_PROBLEM, *refusal.headers], self._problems.refusal(refusal, request_id)
        return _formatted(form, refusal, request_id)

    def _error(self, operation: Operation | None, error: ApiError, request_id: bytes) -> Answered:
        headers: Headers = ()
        if error.retry_after is not None:
            headers = ((b"retry-after", b"%d" % error.retry_after),)
        if error.status == 401:  # noqa: PLR2004
            security = operation.security if operation is not None and operation.security.secured else None
            headers = (*headers, *(security.challenge if security is not None else _BEARER))
        kind = Kind(error.status, error.type, error.title, error.detail)
        form = self._refusals.format(_described(operation), kind)
        if form is None:
            return error.status, [_PROBLEM, *headers], self._problems.error(error, request_id)
        return _formatted(form, RequestRejected(error.status, error.detail, headers), request_id)

    def _documents(self, operation: Operation | None, status: int) -> bool:
        """Whether an operation documents what the gate has for a status."""
        if operation is None or not self._problems.known(status):
            return False
        return _allows(operation, status, self._problems.type_of(status))


def _allows(operation: Operation, status: int, kind: str) -> bool:
    if (status, kind) in operation.answers.problem_types:
        return True
    documented = operation.described.response(status)
    return documented is not None and documented.allows(kind)


def _described(operation: Operation | None) -> documented.Operation | None:
    return operation.described if operation is not None else None


def _undocumented(described: documented.Operation, error: ApiError) -> ContractViolation:
    text = f"{described.id} raised {error.type} ({error.status}), which it does not document ({described.node.where})"
    return ContractViolation(text).with_traceback(error.__traceback__)


def _formatted(form: Format, refusal: RequestRejected, request_id: bytes) -> Answered:
    """A refusal in the document's own format."""
    own = {name for name, _ in refusal.headers}
    headers = [*refusal.headers, *(pair for pair in form.headers if pair[0] not in own)]
    return refusal.status, headers, form.write(refusal.detail, request_id, refusal.faults) if form.write is not None else None
