"""Settings, read from the environment and `.env` once at start-up. No setting changes the contract."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.core.config.accounts import AccountSettings
from app.core.config.delivery import DeliverySettings
from app.core.config.fields import ANY_HOST
from app.core.config.group import Group
from app.core.config.limits import LimitSettings
from app.core.config.server import ServerSettings
from app.core.config.service import ServiceSettings
from app.core.config.storage import StorageSettings
from app.core.config.telemetry import TelemetrySettings

ENV_FILE = Path(".env")
GROUPS: tuple[type[Group], ...] = (
    ServiceSettings,
    StorageSettings,
    ServerSettings,
    AccountSettings,
    LimitSettings,
    DeliverySettings,
    TelemetrySettings,
)
# difflib's ratio above which a name is a misspelling: TRUSTED_PROXY of TRUSTED_PROXIES, not REDIS_PORT of REDIS_URL.
_SIMILARITY = 0.84
_DEVELOPMENT_ORIGINS = ["http://localhost:3000", "http://localhost:5173"]


class Settings(
    BaseSettings,
    ServiceSettings,
    StorageSettings,
    ServerSettings,
    AccountSettings,
    LimitSettings,
    DeliverySettings,
    TelemetrySettings,
):
    """Every setting, with its default for production. Lists are separated by commas. docs/configuration.md lists them."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE,
        secrets_dir=os.environ.get("CREDENTIALS_DIRECTORY"),  # set by systemd; elsewhere by whoever mounts the files
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        defer_build=False,
    )

    @property
    def host_names(self) -> list[str]:
        """The accepted Host names; empty if every one is accepted."""
        return [] if ANY_HOST in self.allowed_hosts else self.allowed_hosts

    @property
    def has_readable_logs(self) -> bool:
        """Whether logs are readable lines instead of JSON."""
        return self.log_format == "readable" or (self.log_format == "auto" and self.env == "development")

    @property
    def origins(self) -> list[str]:
        """Allowed CORS origins: the setting, else two local ports in development and none elsewhere."""
        if self.allowed_origins is not None:
            return self.allowed_origins
        return _DEVELOPMENT_ORIGINS if self.env == "development" else []


def unknown_settings() -> list[str]:
    """A message for each name that looks like a misspelt setting.

    In `.env` every unknown name is reported; in the environment, which is shared, only names similar to a setting's.
    """
    known = {name.upper() for name in Settings.model_fields}
    written = dict.fromkeys(dotenv_values(ENV_FILE) if ENV_FILE.is_file() else (), ENV_FILE.name)
    found = []
    for name, place in (written | dict.fromkeys(os.environ, "the environment")).items():
        if name.upper() in known:
            continue
        meant = get_close_matches(name.upper(), known, 1, _SIMILARITY)
        if meant or name in written:
            found.append(f"{name} in {place} is not a setting" + (f"; did you mean {meant[0]}?" if meant else ""))
    return found
