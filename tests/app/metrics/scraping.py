"""A scrape, parsed as Prometheus does."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from app.main import create_app
from app.metrics.memory import Memory, create_file
from app.metrics.monitor import Monitor


def read(port: int) -> str:
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        return answer.read().decode()


class Scrape(dict):
    """Values by name and labels: `scrape["accord_outbox_dead"]`, `scrape["..._total", {"limit": "address"}]`."""

    def __init__(self, port: int) -> None:
        families = text_string_to_metric_families(read(port))
        self.families = {family.name: family for family in families}
        super().__init__(
            ((sample.name, frozenset(sample.labels.items())), sample.value)
            for family in self.families.values()
            for sample in family.samples
        )

    def __getitem__(self, key: str | tuple[str, dict[str, str]]) -> float:
        name, labels = (key, {}) if isinstance(key, str) else key
        return self.get((name, frozenset(labels.items())), 0.0)

    @property
    def names(self) -> set[str]:
        """The names of all samples."""
        return {name for name, _ in self}


@contextmanager
def monitored(settings):
    """A client of an application with metrics, and the port of the metrics."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        app = create_app(settings, monitor=Monitor(Memory(create_file(1)), [listening]))
        with TestClient(app, raise_server_exceptions=False) as client:
            yield client, port
