"""Which audit events each operation records, as `EVENTS` of `tests/resources/` says."""

from __future__ import annotations

from tests.app.api.requests import IN_ORDER, send, store_others
from tests.contract.contract import BY_ID
from tests.support.builders import PASSWORD, signed_in, stored_post, stored_user
from tests.support.databases import query
from tests.support.resources import resource_data, resource_entry


def test_every_operation_that_changes_something_records_its_events_or_says_why_not(client, settings, subtests):
    stored_user(client, username="grace", email="grace@example.com")
    stored_post(client, signed_in(client, "grace"))
    store_others(client, signed_in(client, "admin"))
    tokens = client.post("/api/v1/sessions", json={"identifier": "grace", "password": PASSWORD}).json()
    client.headers.update(signed_in(client, "admin"))

    for operation in IN_ORDER:
        with subtests.test(operation=operation):
            reads = BY_ID[operation].method == "GET" and operation not in resource_data("EVENTS")
            expected = [] if reads else resource_entry("EVENTS", operation, BY_ID[operation].tag)
            [[last]] = query(settings.database_url, "SELECT max(id) FROM audit_events")
            response = send(client, operation, refresh_token=tokens["refresh_token"])

            assert response.status_code < 300, response.text
            found = query(settings.database_url, "SELECT type FROM audit_events WHERE id > ? ORDER BY id", last)
            assert [row[0] for row in found] == ([] if isinstance(expected, str) else expected)
