"""The image and compose.yaml without a container engine: migrated, served behind TLS, updated under load, scaled out."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from app.migrations.locking import LOCK_KEY
from tests.deployment.support.compose import Service
from tests.deployment.support.image import Image
from tests.deployment.support.proxies import caddy, nginx
from tests.support.load import Load, ask, connected, person
from tests.support.servers.postgres import Running
from tests.support.servers.service import free_port
from tests.support.servers.smtp import MailServer
from tests.support.servers.valkey import Valkey

pytestmark = pytest.mark.slow

# The load comes from one address, and asks for another host. Hashes are cheap, which production refuses, and so is draining.
FOR_LOAD = {
    "ENV": "staging",
    "ALLOWED_HOSTS": "127.0.0.1,localhost",
    "DRAIN_SECONDS": "2",
    "PASSWORD_MEMORY_KIB": "8",
    "ADDRESS_LIMIT": "0",
    "SIGN_UP_LIMIT": "0",
}


class Deployment(NamedTuple):
    """What compose.yaml describes, except for its processes of the image."""

    image: Image
    database: Running
    mails: MailServer
    addresses: dict[str, str]
    folder: Path

    def service(self, name: str, **settings: str) -> Service:
        """A service of compose.yaml, with a port of its own."""
        return Service(self.image, name, self.addresses, self.folder, HOST="127.0.0.1", PORT=str(free_port()), **settings)


@pytest.fixture(scope="module")
def deployment(postgres, tmp_path_factory) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("deployment")
    with Valkey() as valkey, MailServer() as mails:
        secrets = {
            "secret_key": base64.b64encode(os.urandom(32)).decode(),
            "database_url": postgres.create("deployed"),
            "smtp_url": mails.url,
        }
        (folder / "secrets").mkdir()
        for name, value in secrets.items():
            (folder / "secrets" / name).write_text(f"{value}\n")
        addresses = {
            "/run/secrets": str(folder / "secrets"),
            "valkey://valkey:6379/0": valkey.url,
            "172.30.0.2": "127.0.0.1",
        }
        yield Deployment(Image(folder), postgres, mails, addresses, folder)
        postgres.drop("deployed")


@pytest.fixture(scope="module")
def migrated(deployment) -> Deployment:
    migrate = deployment.service("migrate")
    assert migrate.run() == 0, migrate.log
    return deployment


def test_a_serving_process_in_production_does_not_migrate(deployment):
    app, worker = deployment.service("app-1"), deployment.service("worker")

    assert (app.run(), worker.run()) == (1, 1)
    assert "error: pending migrations: " in app.log
    assert "error: pending migrations: " in worker.log
    assert deployment.database.execute("SELECT FROM pg_tables WHERE schemaname = 'public'", "deployed") == []


def test_the_image_runs_as_an_unprivileged_user_without_tests_tools_or_secrets(deployment):
    found = {path.name for path in deployment.image.folder.iterdir()}
    packages = {path.name for path in (deployment.image.folder / ".venv/lib/python3.11/site-packages").iterdir()}

    assert deployment.image.user == "10001:10001"
    assert found == {".venv", "app", "codegen", "openapi.yaml"}
    assert packages & {"pip", "uv", "hatchling", "pytest"} == set()


def test_a_rolling_update_under_load_loses_no_request(migrated):
    apps = [migrated.service(name, **FOR_LOAD) for name in ("app-1", "app-2")]
    worker = migrated.service("worker", **FOR_LOAD)
    ports = [app.port for app in apps]
    with ExitStack() as stack:
        for service in (*apps, worker):
            service.start()
            stack.callback(service.kill)
        for app in apps:
            app.wait_ready()
        fronts = [stack.enter_context(proxy(migrated.folder, ports)) for proxy in (caddy, nginx)]
        loads = [stack.enter_context(Load(front.port, 4, front.tls)) for front in fronts]
        for app in apps:
            assert app.is_healthy()
            assert app.stop() == 0
            assert not app.is_healthy()
            app.start()
            app.wait_ready()
            for load in loads:
                load.go_on(50)
        for front in fronts:
            with connected(front.port, front.tls) as client:
                large = ask(client, "POST", "/api/v1/users", person("large") | {"bio": "x" * 300_000})
                assert (large.status, large.headers["Content-Type"]) == (413, "application/problem+json")
        migrated.mails.wait_for(1)
        assert worker.stop() == 0
    for load in loads:
        print(f"\nanswered {dict(load.statuses)}, lost {len(load.failures)} {set(load.failures)}")  # noqa: T201 - for people

    assert [load.failures for load in loads] == [[], []]
    assert [set(load.statuses) for load in loads] == [{200, 201}, {200, 201}]
    [(users,)] = migrated.database.execute("SELECT count(*) FROM users", "deployed")
    assert users == sum(load.statuses[201] for load in loads)


def test_ten_replicas_start_at_once_without_waiting_for_a_migration(migrated):
    replicas = [migrated.service("app-1") for _ in range(11)]
    with ExitStack() as stack:
        migrating = stack.enter_context(psycopg.connect(migrated.database.url("deployed")))
        migrating.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_KEY])
        first, *others = replicas
        for group in ([first], others):
            for replica in group:
                replica.start()
                stack.callback(replica.kill)
            for replica in group:
                replica.wait_ready()
        alone, together = first.cpu_seconds(), [replica.cpu_seconds() for replica in others]
    print(f"\nCPU time to readiness: {alone:.2f} s alone, {min(together):.2f} to {max(together):.2f} s of ten at once")  # noqa: T201 - for people
