"""URLs of SMTP servers."""

from __future__ import annotations

from typing import Literal, NamedTuple
from urllib.parse import unquote, urlsplit

_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
_EXPECTED = "must be smtp://, smtps:// or smtp+starttls://user:password@host:port"


class SMTPURL(NamedTuple):
    """A parsed SMTP_URL. With `tls`, the server's certificate is verified."""

    host: str
    port: int
    tls: Literal["no", "always", "starttls"]
    username: str | None
    password: str | None

    @classmethod
    def of(cls, url: str) -> SMTPURL:
        """Parse a URL; user and password are percent-encoded.

        Raises:
            ValueError: it is invalid. The message quotes nothing of the URL, which may contain a password.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise ValueError(_EXPECTED) from None
        if parts.scheme not in _PORTS or not host or parts.path not in {"", "/"} or parts.query or parts.fragment:
            raise ValueError(_EXPECTED)
        if (parts.username is None) != (parts.password is None):
            raise ValueError(f"{_EXPECTED}, with both or neither of user and password")
        return cls(
            host,
            port or _PORTS[parts.scheme],
            {"smtps": "always", "smtp+starttls": "starttls"}.get(parts.scheme, "no"),  # type: ignore[arg-type]
            unquote(parts.username) if parts.username is not None else None,
            unquote(parts.password) if parts.password is not None else None,
        )
