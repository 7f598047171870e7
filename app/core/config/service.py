"""Settings of the service as a whole."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator

from app.core.config.fields import Days, SecretKeys
from app.core.config.group import Group
from app.core.security.secrets import SAMPLE_KEY

_POLICY = re.compile(r"off|log|raise|sample\((0?\.[0-9]+|1(\.0+)?)\)").fullmatch


class ServiceSettings(Group):
    """Service."""

    env: Literal["development", "staging", "production"] = "production"
    """`development` migrates the database, adds demo data and logs readable text. `production` refuses to start with unsafe
    settings. `staging` is like production, but permits them, except an unsafe `SECRET_KEY`."""

    secret_key: SecretKeys = Field(default=[], repr=False, examples=[SAMPLE_KEY])
    """Encrypts the secrets of authenticator apps and webhooks in the database. Required outside development. Print one with
    `openssl rand -base64 32`. To replace it, put the new one first: `NEW,OLD`. The first key encrypts, and all of them decrypt;
    without the old one, codes of authenticator apps that were added under it get 503."""

    docs: bool = True
    """Serve the landing page `/` and the pages that it links: `/docs`, `/redoc`, `/problems`, `/coverage`, `/changelog`."""

    console: bool = True
    """Serve `/console`, a user interface for every operation."""

    response_policy: str = "off"
    """Whether responses are validated against the document. `off`; `log`: violations are logged and sent; `sample(0.01)`: like
    `log`, for one in a hundred responses of each operation; `raise`: a violation becomes a 500, for tests."""

    mock: bool = False
    """Answer operations without a handler from the document, with the header `X-Mock`, instead of failing at start-up."""

    audit_days: Days = Field(default=365, ge=0, le=36_500)
    """How long audit events are kept; 0: forever. `python -m app audit verify` checks that none has been changed."""

    @field_validator("response_policy")
    @classmethod
    def _check_policy(cls, value: str) -> str:
        if not _POLICY(value):
            raise ValueError("must be off, log, raise or sample(0.01), where the number is the share of responses")
        return value
