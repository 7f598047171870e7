"""Every metric by its name: its kind, labels and meaning. docs/operations.md explains the most important ones."""

from __future__ import annotations

from typing import Literal, NamedTuple

from app.metrics.memory import Key, Row


class Family(NamedTuple):
    """The metrics of one name."""

    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()


DURATION = "http_server_request_duration_seconds"
RATE_LIMITED = "accord_rate_limited_requests_total"
VIOLATIONS = "accord_contract_violations_total"
ERRORS = "accord_unexpected_errors_total"

# Upper bounds of the histogram in seconds. A read takes less than the first one, a password hash some ten milliseconds.
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

# The row of a histogram: a count for each bound and for what is longer, then the sum in seconds.
HISTOGRAM_WIDTH = len(BOUNDS) + 2

_DATABASE = ("database",)  # primary or replica

FAMILIES = {
    DURATION: Family(
        "histogram",
        "Requests by operationId (empty: not in the document), method and status (499: the client left first).",
        ("operation", "method", "status"),
    ),
    RATE_LIMITED: Family("counter", "Requests answered 429, by the limit that was exceeded.", ("limit",)),
    VIOLATIONS: Family("counter", "Responses that differ from the document, as far as RESPONSE_POLICY checks.", ("operation",)),
    ERRORS: Family("counter", "Unexpected exceptions, which are answered 500.", ("operation",)),
    "http_server_active_requests": Family("gauge", "Requests in progress."),
    "http_server_open_connections": Family("gauge", "Open connections of clients."),
    "accord_log_lines_dropped_total": Family("counter", "Lines of the access log that were dropped: its reader was too slow."),
    "accord_password_hashes_waiting": Family("gauge", "Password hashes that wait for a thread."),
    "accord_password_hashes_rejected_total": Family("counter", "Password hashes rejected because too many waited."),
    "accord_database_connections": Family("gauge", "Open connections to the database (SQLite: the writer).", _DATABASE),
    "accord_database_connections_in_use": Family("gauge", "Connections that are in use.", _DATABASE),
    "accord_database_waiting": Family("gauge", "Statements and transactions that wait for a connection.", _DATABASE),
    "accord_database_waits_total": Family("counter", "Statements and transactions that had to wait for one.", _DATABASE),
    "accord_database_wait_seconds_total": Family("counter", "Seconds that they waited for a connection.", _DATABASE),
    "accord_cache_hits_total": Family("counter", "Lists answered from the cache."),
    "accord_cache_misses_total": Family("counter", "Lists that had to be read from the database."),
    "accord_valkey_available": Family("gauge", "Processes that reach Valkey."),
    "accord_deliveries_total": Family(
        "counter", "Attempts to deliver, by kind (mail, webhook) and outcome (succeeded, retried, failed).", ("kind", "outcome")
    ),
    # Read from the database at each scrape, by the process that answers it.
    "accord_database_up": Family("gauge", "Whether the database answered this scrape."),
    "accord_outbox_pending": Family("gauge", "Mails in the outbox, counted up to 10,000."),
    "accord_outbox_dead": Family("gauge", "Mails that failed for good and wait for an operator, counted up to 10,000."),
    "accord_outbox_oldest_seconds": Family("gauge", "Age of the oldest mail in the outbox; 0 if there is none."),
    "accord_webhook_deliveries_due": Family("gauge", "Deliveries to webhooks that are due, counted up to 10,000."),
    "accord_webhook_deliveries_oldest_seconds": Family("gauge", "How long the first of them has been due, in seconds."),
    "accord_audit_events_unsealed": Family("gauge", "Audit events that are not in the chain yet, counted up to 10,000."),
    "accord_audit_events_unsealed_oldest_seconds": Family("gauge", "Age of the oldest of these events; 0 if there is none."),
    # Of the process that answers.
    "accord_processes": Family("gauge", "Running processes."),
    "accord_build_info": Family("gauge", "Always 1, with the versions of document and Python.", ("version", "python")),
}


def is_current(key: Key, row: Row) -> bool:
    """Whether this version of the service has such a row. A row may come from another version, from before a restart."""
    family = FAMILIES.get(key[0])
    width = HISTOGRAM_WIDTH if family is not None and family.kind == "histogram" else 1
    return family is not None and len(key) == 1 + len(family.labels) and len(row) == width
