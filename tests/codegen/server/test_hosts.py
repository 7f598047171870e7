"""The Host header, and request targets in absolute form."""

from __future__ import annotations

import pytest

from accord.server.connections import Hosts
from tests.codegen.server.wire import THING, is_problem

WELL_FORMED = [
    b"shelf",
    b"shelf:80",
    b"Shelf.Example.com.",
    b"127.0.0.1:8000",
    b"[::1]",
    b"[2001:db8::1]:443",
    b"a%20b",
    b"x:",
    b"",
]
MALFORMED = [
    b"a b",
    b"shelf/",
    b"a@b",
    b"shelf:port",
    b"[::1",
    b"::1",
    b"a,b",
    b'"a"',
    b"a\\b",
    b"%zz",
    b"<a>",
    b"h\xc3\xa9",
    b"a:1:2",
]


class TestHosts:
    @pytest.mark.parametrize("host", WELL_FORMED)
    def test_well_formed_are_served(self, host):
        assert Hosts().fault(host) is None

    @pytest.mark.parametrize("host", [host for host in MALFORMED if host != b"a,b"])
    def test_malformed_are_rejected(self, host):
        assert Hosts().fault(host) == "The Host header is malformed."

    @pytest.mark.parametrize(
        "host", [b"api.example.com", b"API.example.com:443", b"api.example.com.", b"a.b.internal", b"[::1]:80"]
    )
    def test_allowed_are_served(self, host):
        hosts = Hosts(["api.example.com", "*.internal", "::1"])

        assert hosts.fault(host) is None
        assert hosts.fault(host) is None

    @pytest.mark.parametrize("host", [b"example.com", b"xapi.example.com", b"internal", b"xinternal", b"[::2]", b""])
    def test_not_allowed_are_rejected(self, host):
        hosts = Hosts(["api.example.com", "*.internal", "::1"])

        assert hosts.fault(host) == hosts.fault(host) == "This host is not served here."

    def test_are_remembered_within_a_bound(self):
        hosts = Hosts()
        for number in range(3000):
            hosts.fault(b"host%d" % number)

        assert len(hosts._cache) == 1000  # noqa: SLF001 - a client names as many as it likes


class TestTheHostHeader:
    @pytest.mark.parametrize("host", [b"a b", b"shelf/", b"a@b", b"shelf:port"])
    def test_malformed_is_rejected(self, connection, host):
        connection.send(THING.replace(b"shelf", host) + b"\r\n")

        is_problem(connection.answer(), 400, "bad-request")
        assert connection.is_closed()

    @pytest.mark.parametrize(
        "target", [b"http://other/v1/things/7", b"HTTP://other:80/v1/things/7", b"https://other/v1/things/7"]
    )
    def test_gives_way_to_an_absolute_target(self, connection, target):
        assert connection.send(THING.replace(b"/v1/things/7", target) + b"\r\n").answer().status == 200

    @pytest.mark.parametrize(
        "target", [b"http://", b"http:///v1/things/7", b"http://a@other/v1", b"ftp://other/v1", b"http://a,b@c/"]
    )
    def test_of_an_absolute_target_is_well_formed(self, connection, target):
        connection.send(THING.replace(b"/v1/things/7", target) + b"\r\n")

        is_problem(connection.answer(), 400, "bad-request")

    def test_of_an_absolute_target_without_a_path_means_the_root(self, connection):
        assert connection.send(THING.replace(b"/v1/things/7", b"http://shelf") + b"\r\n").answer().status == 404
        assert connection.send(THING.replace(b"/v1/things/7", b"http://shelf?a=b") + b"\r\n").answer().status == 404
