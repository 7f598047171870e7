"""Six clients, written from the document by four generators of other people, against the really running server."""

from __future__ import annotations

import pytest

from tests.clients.table import STEPS, Row
from tests.clients.workshop import CLIENTS, Client, Workshop

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("clients"))


class TestGeneratedClients:
    def test_no_generator_warns_about_anything(self, workshop):
        for name, done in workshop.generated.items():
            said = done.stdout + done.stderr
            assert done.returncode == 0, f"{name}: {said}"
            assert "warn" not in said.lower(), f"{name}: {said}"

    @pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
    def test_a_program_that_uses_it_is_strictly_typed_and_goes_the_whole_round(self, workshop, client, server_url, request):
        row = self._row(workshop, client, server_url)
        request.node.user_properties.append(("client", row.plain()))

        assert row.faults == ""
        assert row.steps == STEPS

    @staticmethod
    def _row(workshop: Workshop, client: Client, url: str) -> Row:
        workshop.generated  # noqa: B018 - what is compiled
        checked = workshop.checked[client.checker]
        if checked.returncode:
            return Row(client.tool, client.version, workshop.files(client), False, (), checked.stdout + checked.stderr)  # noqa: FBT003
        ran = workshop.run(client, url)
        return Row(client.tool, client.version, workshop.files(client), True, tuple(ran.stdout.splitlines()), ran.stderr)  # noqa: FBT003
