"""Rules about settings that are valid, but unsafe. The start refuses them all at once; `doctor` reports them."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network
from urllib.parse import parse_qs, unquote, urlsplit

from app.core.config import Settings
from app.core.http.addresses import is_loopback_address
from app.core.security.secrets import SAMPLE_KEY

PRODUCTION = frozenset({"production"})
DEPLOYED = frozenset({"staging", "production"})
DEVELOPMENT = frozenset({"development"})

_DEFAULT_SENDER = Settings.model_fields["mail_from"].default

# KiB and passes of equivalent strength (OWASP, Password Storage Cheat Sheet, argon2id with one lane).
_OWASP = ((47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5))
_COMMON_PASSWORDS = {"accord", "admin", "changeme", "password", "postgres", "redis", "root", "secret"}
_MIN_DISTINCT_BYTES = 16  # of 32; random ones have about 30


@dataclass(frozen=True, slots=True)
class Rule:
    """What is unsafe about a setting, and how to fix it."""

    setting: str
    problem: str
    remedy: str
    is_broken: Callable[[Settings], bool]
    environments: frozenset[str] = PRODUCTION
    is_refused: bool = True  # otherwise it is only reported
    serving_only: bool = False  # does not matter to `worker`


def refused(settings: Settings, *, serving: bool = True) -> list[Rule]:
    """The broken rules that prevent the start of a server, or without `serving` that of `worker`."""
    return [rule for rule in _broken(settings, serving=serving) if rule.is_refused and settings.env in rule.environments]


def reported(settings: Settings, *, serving: bool = True) -> list[Rule]:
    """The broken rules that do not prevent the start. In staging, those of production are among them."""
    return [rule for rule in _broken(settings, serving=serving) if not (rule.is_refused and settings.env in rule.environments)]


def _broken(settings: Settings, *, serving: bool) -> list[Rule]:
    applicable = DEPLOYED if settings.env == "staging" else {settings.env}
    return [
        rule
        for rule in RULES
        if applicable & rule.environments and (serving or not rule.serving_only) and rule.is_broken(settings)
    ]


def is_loopback(host: str) -> bool:
    """Whether a host name or address is of the machine itself."""
    return is_loopback_address(host) or host == "localhost" or host.endswith(".localhost")  # RFC 6761, 6.3


def _is_weak_key(settings: Settings) -> bool:
    return any(len(set(base64.b64decode(key))) < _MIN_DISTINCT_BYTES for key in settings.secret_key[:1])


def _has_weak_hashes(settings: Settings) -> bool:
    memory, passes = settings.password_memory_kib, settings.password_passes
    return not any(memory >= enough and passes >= needed for enough, needed in _OWASP)


def _has_common_password(url: str | None, *, may_be_user: bool) -> bool:
    address, _, query = (url or "").partition("?")
    login, _, _ = urlsplit(address).netloc.rpartition("@")
    user, _, password = login.partition(":")
    found = {unquote(password), *parse_qs(query).get("password", ())} - {""}
    return any(one.lower() in _COMMON_PASSWORDS or (one == unquote(user) and not may_be_user) for one in found)


def _trusts_everybody(settings: Settings) -> bool:
    return any(ip_network(network).prefixlen == 0 for network in settings.trusted_proxies)


def _public_host(settings: Settings) -> str:
    return urlsplit(settings.public_url).hostname or ""


def _common_password(name: str) -> Rule:
    return Rule(
        name,
        "has a well-known password",
        "give the account a random password, such as the output of `openssl rand -hex 16`",
        lambda settings: _has_common_password(
            getattr(settings, name.lower()), may_be_user=name == "SMTP_URL"
        ),  # some use a token as both
    )


RULES = (
    Rule(
        "SECRET_KEY",
        "is not set",
        "set it to the output of `openssl rand -base64 32`, and keep it",
        lambda settings: not settings.secret_key,
        DEPLOYED,
    ),
    Rule(
        "SECRET_KEY",
        "is the sample of .env.example",
        "set it to the output of `openssl rand -base64 32`, and keep it",
        lambda settings: SAMPLE_KEY in settings.secret_key,
        DEPLOYED,
    ),
    Rule(
        "SECRET_KEY",
        "is not random",
        "put the output of `openssl rand -base64 32` and a comma in front of it",
        _is_weak_key,
    ),
    Rule(
        "PUBLIC_URL",
        "is an address of the machine itself: links in mails and passkeys do not work for anyone else",
        "set it to the address that users see, such as https://accord.example.com",
        lambda settings: is_loopback(_public_host(settings)),
    ),
    Rule(
        "PUBLIC_URL",
        "is not encrypted: tokens in links can be read in transit, and browsers refuse passkeys",
        "put a TLS proxy in front of the service and set it to an https:// address",
        lambda settings: urlsplit(settings.public_url).scheme == "http" and not is_loopback(_public_host(settings)),
        is_refused=False,
    ),
    Rule(
        "ALLOWED_HOSTS",
        "is not set: requests with any Host are served",
        "list the host names of the service, or set it to * behind a proxy that checks them",
        lambda settings: not settings.allowed_hosts,
        serving_only=True,
    ),
    Rule(
        "PASSWORD_MEMORY_KIB, PASSWORD_PASSES",
        "hash passwords more cheaply than OWASP recommends",
        f"set at least {', '.join(f'{memory} and {passes}' for memory, passes in itertools.islice(_OWASP, 1, 3))}, "
        "or remove both for the default",
        _has_weak_hashes,
        serving_only=True,
    ),
    Rule(
        "WEBHOOK_ALLOW_PRIVATE",
        "lets users reach the internal network with webhooks",
        "remove it",
        lambda settings: settings.webhook_allow_private,
    ),
    Rule(
        "TRUSTED_PROXIES",
        "trusts every address, so that clients can forge the address that rate limits are based on",
        "list only the addresses of the proxies",
        _trusts_everybody,
        serving_only=True,
    ),
    *map(_common_password, ("DATABASE_URL", "DATABASE_READ_URL", "REDIS_URL", "SMTP_URL")),
    Rule(
        "TRUSTED_PROXIES",
        "is not set, but a server on the loopback address is behind a proxy: all clients share its rate limits",
        "list the address of the proxy, such as 127.0.0.1",
        lambda settings: is_loopback(settings.host) and not settings.trusted_proxies,
        is_refused=False,
        serving_only=True,
    ),
    Rule(
        "MAIL_FROM",
        "is the default, which mail servers refuse",
        "set it to an address of your domain, such as Accord <accord@example.com>",
        lambda settings: settings.smtp_url is not None and settings.mail_from == _DEFAULT_SENDER,
        is_refused=False,
    ),
    Rule(
        "MOCK",
        "answers operations without a handler with examples",
        "remove it",
        lambda settings: settings.mock,
        is_refused=False,
        serving_only=True,
    ),
    Rule(
        "RESPONSE_POLICY",
        "answers 500 when a response violates the document",
        "set it to log or sample(0.01)",
        lambda settings: settings.response_policy == "raise",
        is_refused=False,
        serving_only=True,
    ),
    Rule(
        "ADDRESS_LIMIT, SIGN_IN_LIMIT, SIGN_IN_FAILURE_LIMIT, GUESS_LIMIT",
        "permit unlimited attempts to guess passwords or codes",
        "remove the one that is 0",
        lambda settings: (
            0 in (settings.address_limit, settings.sign_in_limit, settings.sign_in_failure_limit, settings.guess_limit)
        ),
        is_refused=False,
        serving_only=True,
    ),
    Rule(
        "ENV",
        "is development, which uses a public secret key and demo accounts, on an address that others can reach",
        "set it to production, or HOST to 127.0.0.1",
        lambda settings: not is_loopback(settings.host),
        DEVELOPMENT,
        is_refused=False,
        serving_only=True,
    ),
)
