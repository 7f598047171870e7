"""The proxies of docs/deployment/proxy, with ports and certificates of this machine."""

from __future__ import annotations

import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path
from typing import NamedTuple

from tests.support.load import MARGIN
from tests.support.packages import ensure
from tests.support.paths import ROOT
from tests.support.servers.service import free_port

FOLDER = ROOT / "docs/deployment/proxy"
PACKAGES = ("nginx", "caddy")  # installed together, because a list of packages takes longer to read than both to install
CERTIFICATE = ROOT / "tests/support/servers/certificate.pem"  # with its key, for 127.0.0.1


class Proxy(NamedTuple):
    """A running proxy with TLS."""

    port: int
    tls: ssl.SSLContext


def caddyfile(folder: Path, port: int, services: list[int]) -> list[str]:
    """Write the Caddyfile for these services; returns the command that runs it, without `run`."""
    text = (FOLDER / "Caddyfile").read_text().replace("{$DOMAIN}", f"https://127.0.0.1:{port}")
    for number, service in enumerate(services, 1):
        text = text.replace(f"app-{number}:8000", f"127.0.0.1:{service}")
    ours = f"\tadmin off\n\tauto_https disable_redirects\n\tstorage file_system {folder}/caddy\n\tskip_install_trust"
    (folder / "Caddyfile").write_text(text.replace("\tskip_install_trust", ours))
    return ["--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


@contextmanager
def caddy(folder: Path, services: list[int]) -> Iterator[Proxy]:
    """Caddy, with a certificate of its own authority."""
    port = free_port()
    authority = folder / "caddy/pki/authorities/local/root.crt"
    command = [ensure("caddy", *PACKAGES), "run", *caddyfile(folder, port, services)]
    with _running(command, folder / "caddy.log", authority):
        yield Proxy(port, ssl.create_default_context(cafile=str(authority)))


def nginx_conf(folder: Path, port: int, services: list[int]) -> list[str]:
    """Write nginx's configuration for these services; returns the command that runs it."""
    site = (FOLDER / "nginx.conf").read_text()
    for here, written in (
        (f"listen 127.0.0.1:{port} ssl;", "listen 443 ssl;"),
        ("", "listen [::]:443 ssl;"),
        (f"listen 127.0.0.1:{free_port()};", "listen 80;"),
        ("", "listen [::]:80;"),
        (str(CERTIFICATE), "/etc/letsencrypt/live/accord.example.com/fullchain.pem"),
        (str(CERTIFICATE), "/etc/letsencrypt/live/accord.example.com/privkey.pem"),
        *((f"127.0.0.1:{service}", f"127.0.0.1:{8000 + number}") for number, service in enumerate(services, 1)),
    ):
        assert written in site
        site = site.replace(written, here)
    (folder / "site.conf").write_text(site)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    inside = ["access_log off;", *(f"{kind}_temp_path {folder}/{kind};" for kind in kinds), f"include {folder}/site.conf;"]
    outside = ["daemon off;", f"user {getuser()};", f"pid {folder}/nginx.pid;", "error_log stderr;", "events {}"]
    (folder / "nginx.conf").write_text("\n".join([*outside, "http {", *inside, "}"]))
    return [ensure("nginx", *PACKAGES), "-c", str(folder / "nginx.conf"), "-e", "stderr"]


@contextmanager
def nginx(folder: Path, services: list[int]) -> Iterator[Proxy]:
    """nginx, with a certificate of the tests."""
    port = free_port()
    with _running(nginx_conf(folder, port, services), folder / "nginx.log", folder / "nginx.pid"):
        yield Proxy(port, ssl.create_default_context(cafile=str(CERTIFICATE)))


@contextmanager
def _running(command: list[str], log: Path, ready: Path) -> Iterator[None]:
    """Run a command, once it has written a file."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + MARGIN
        while not ready.exists():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(MARGIN)
