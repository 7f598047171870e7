"""Unsafe settings: refused all at once at start-up, or reported once."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from app.cli.startup import log_unsafe_settings, require_safe_settings
from app.core.config import Settings, safety
from app.core.security.secrets import SAMPLE_KEY
from tests.support.commands import messages, runner
from tests.support.secret_key import SECRET_KEY

SAFE: dict[str, Any] = {
    "env": "production",
    "secret_key": [SECRET_KEY],
    "public_url": "https://accord.example.com",
    "allowed_hosts": ["accord.example.com"],
    "trusted_proxies": ["127.0.0.1"],
}
UNSAFE: list[tuple[str, dict[str, Any]]] = [
    ("SECRET_KEY", {"secret_key": []}),
    ("SECRET_KEY", {"secret_key": [SAMPLE_KEY]}),
    ("SECRET_KEY", {"secret_key": [SECRET_KEY, SAMPLE_KEY]}),
    ("SECRET_KEY", {"secret_key": ["A" * 43 + "="]}),
    ("PUBLIC_URL", {"public_url": "http://127.0.0.1:8000"}),
    ("PUBLIC_URL", {"public_url": "https://accord.localhost"}),
    ("PUBLIC_URL", {"public_url": "http://[::1]:8000"}),
    ("ALLOWED_HOSTS", {"allowed_hosts": []}),
    ("PASSWORD_MEMORY_KIB, PASSWORD_PASSES", {"password_memory_kib": 19_455}),
    ("PASSWORD_MEMORY_KIB, PASSWORD_PASSES", {"password_passes": 1}),
    ("WEBHOOK_ALLOW_PRIVATE", {"webhook_allow_private": True}),
    ("TRUSTED_PROXIES", {"trusted_proxies": ["10.0.0.0/8", "0.0.0.0/0"]}),
    ("DATABASE_URL", {"database_url": "postgresql://postgres:postgres@db/accord"}),
    ("DATABASE_READ_URL", {"database_read_url": "postgresql://ada:changeme@db/accord"}),
    ("REDIS_URL", {"redis_url": "redis://:password@cache"}),
    ("SMTP_URL", {"smtp_url": "smtps://mailer:changeme@mail.example.com", "mail_from": "accord@example.com"}),
]
REPORTED: list[tuple[str, dict[str, Any]]] = [
    ("PUBLIC_URL", {"public_url": "http://accord.example.com"}),
    ("TRUSTED_PROXIES", {"trusted_proxies": []}),
    ("MAIL_FROM", {"smtp_url": "smtp://mail.example.com"}),
    ("MOCK", {"mock": True}),
    ("RESPONSE_POLICY", {"response_policy": "raise"}),
    ("ADDRESS_LIMIT, SIGN_IN_LIMIT, SIGN_IN_FAILURE_LIMIT, GUESS_LIMIT", {"guess_limit": 0}),
]


def given(**changes: Any) -> Settings:
    return Settings(**{**SAFE, **changes})


def names(rules) -> list[str]:
    return [rule.setting for rule in rules]


class TestRules:
    @pytest.mark.parametrize(("name", "changes"), UNSAFE, ids=str)
    def test_an_unsafe_setting_is_refused_in_production_and_reported_in_staging(self, name, changes):
        staging = given(env="staging", **changes)

        assert names(safety.refused(given(**changes))) == [name]
        assert names([*safety.refused(staging), *safety.reported(staging)]) == [name]

    @pytest.mark.parametrize("keys", [[], [SAMPLE_KEY]])
    def test_staging_needs_a_secret_key_too(self, keys):
        assert names(safety.refused(given(env="staging", secret_key=keys))) == ["SECRET_KEY"]

    @pytest.mark.parametrize(("name", "changes"), REPORTED, ids=str)
    def test_a_doubtful_setting_is_reported_and_permitted(self, name, changes):
        assert (safety.refused(given(**changes)), names(safety.reported(given(**changes)))) == ([], [name])

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"allowed_hosts": "*"},
            {"password_memory_kib": 12_288, "password_passes": 3},
            {"secret_key": [SECRET_KEY, "A" * 43 + "="]},
            {"database_url": "postgresql://ada:c0rrect-horse@db/accord"},
        ],
    )
    def test_safe_settings_pass(self, changes):
        assert safety.refused(given(**changes)) == safety.reported(given(**changes)) == []

    def test_development_is_reported_where_others_can_reach_it(self):
        development = Settings(env="development", webhook_allow_private=True)

        assert safety.refused(development) == safety.reported(development) == []
        assert names(safety.reported(development.model_copy(update={"host": "::"}))) == ["ENV"]

    def test_a_worker_needs_nothing_that_only_a_server_uses(self):
        settings = given(allowed_hosts=[], password_memory_kib=8, trusted_proxies=["::/0"])

        assert safety.refused(settings, serving=False) == safety.reported(settings, serving=False) == []


def test_every_setting_of_a_rule_exists():
    assert {name.lower() for rule in safety.RULES for name in rule.setting.split(", ")} <= Settings.model_fields.keys()


def test_all_unsafe_settings_are_printed_at_once_with_a_remedy(capsys):
    with pytest.raises(SystemExit) as ended:
        require_safe_settings(given(public_url="http://localhost", allowed_hosts=[], password_passes=1, secret_key=[]))

    lines = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert [line.split(":")[1].strip() for line in lines] == [
        "SECRET_KEY",
        "PUBLIC_URL",
        "ALLOWED_HOSTS",
        "PASSWORD_MEMORY_KIB, PASSWORD_PASSES",
    ]
    assert all("; " in line for line in lines)


def test_what_is_permitted_is_logged_once():
    with capture_logs() as logs:
        log_unsafe_settings(given(env="staging", public_url="http://localhost", password_passes=1))

    assert [line["settings"] for line in logs] == [["PASSWORD_MEMORY_KIB", "PASSWORD_PASSES", "PUBLIC_URL"]]


@pytest.mark.slow
@pytest.mark.parametrize("command", ["serve", "worker"])
def test_the_start_refuses_before_it_opens_anything(tmp_path, command):
    found = messages(runner(tmp_path)(command, ENV="production", DATABASE_URL="postgresql://a:accord@127.0.0.1:1/x"), 2)

    assert {line.partition(":")[0] for line in found} >= {"PUBLIC_URL", "DATABASE_URL"}
    assert not any("cannot connect" in line for line in found)
