"""Which URLs and addresses are refused (S87): by their text when they are stored, by their addresses when they are used."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest

from app.core.errors import RequestBlocked, RequestFailed
from app.core.http.addresses import is_public, parse_target, resolve

pytestmark = pytest.mark.anyio

PUBLIC = ["8.8.8.8", "93.184.215.14", "192.0.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1"]
PUBLIC += ["2606:2800:21f:cb07:6820:80da:af6b:8b2c", "2a00:1450::1"]
PRIVATE = [
    *(
        str(ip_address(0)),
        "0.1.2.3",
        "10.0.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
    ),
    *("192.168.1.1", "100.64.0.1", "100.127.255.254", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255"),
    *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1"),
    *("100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:10::1", "2001:20::1", "2001:db8::1"),
    *("2002:7f00:1::", "2002:a9fe:a9fe::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%1"),
    *("fec0::1", "ff02::1", "ff0e::1"),
]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", PRIVATE)
def test_any_other_address_is_not(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.com/", "https://example.com:22/", "https://example.com:80/", "https://example.com:65536/"),
        *("https://[8cC]:7/", "https://[::/"),
        *(
            "https://10.0.0.1/",
            "https://[::1]:8443/",
            "https://[::ffff:7f00:1]/",
            *(
                f"https://{host}/"
                for host in ("2130706433", "127.1", "0x7f.1", "0X7F000001", "0177.0.0.1", "127.0.0.1.", "8.8.8")
            ),
            "ftp://example.com/",
            "https://a:b@example.com/",
        ),
    ],
)
def test_a_url_that_leads_elsewhere_is_refused_by_its_text(url):
    with pytest.raises(RequestBlocked):
        parse_target(url, allow_private=False)


@pytest.mark.parametrize("host", ["8.8.8.8", "127.1.example.com", "1e100.net", "example.x0"])
def test_a_host_with_numbers_is_a_name_unless_it_ends_with_one(host):
    assert parse_target(f"https://{host}/", allow_private=False).host == host


def test_a_target_has_the_parts_of_the_url():
    assert parse_target("https://example.com:8443?a=b", allow_private=False) == (
        *("https", "example.com", 8443, "example.com:8443", "/?a=b"),
    )


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "::1"])
async def test_a_name_or_number_that_means_a_private_address_is_refused_when_it_is_resolved(host):
    with pytest.raises(RequestBlocked, match="not public"):
        await resolve(host, 443, allow_private=False)


async def test_one_private_address_among_public_ones_is_enough(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    with pytest.raises(RequestBlocked):
        await resolve("two.example", 443, allow_private=False)


async def test_a_name_that_cannot_be_resolved_is_a_failure():
    with pytest.raises(RequestFailed, match="cannot be resolved"):
        await resolve("a" * 64 + ".example", 443, allow_private=False)
