"""Settings from the environment."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from accord.runtime.responses.validation import Policy
from app.core.config import Settings, safety


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """An environment without settings and a folder without `.env`."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


class TestDefaults:
    def test_the_defaults_are_for_production(self):
        settings = Settings()

        assert (settings.env, settings.host, settings.port, settings.origins) == ("production", "127.0.0.1", 8000, [])
        assert (settings.access_token_seconds, settings.refresh_token_seconds) == (900, 2_592_000)
        assert (settings.password_memory_kib, settings.password_passes) == (19_456, 2)
        assert settings.address_limit > 0
        assert settings.account_limit > 0

    def test_the_environment_takes_precedence_over_the_env_file(self, environment, tmp_path):
        (tmp_path / ".env").write_text("PORT=9001\nHOST=::1\n")
        environment.setenv("PORT", "9002")

        assert (Settings().host, Settings().port) == ("::1", 9002)

    def test_settings_are_immutable(self):
        with pytest.raises(ValidationError):
            Settings().port = 1


class TestTelemetry:
    @pytest.mark.parametrize("bind", ["127.0.0.1:9000", "[::1]:9000", "metrics.internal:80", "0.0.0.0:0"])
    def test_metrics_are_bound_to_a_host_and_a_port(self, environment, bind):
        environment.setenv("METRICS_BIND", bind)

        assert Settings().metrics_bind == bind

    @pytest.mark.parametrize("bind", ["9000", ":9000", "127.0.0.1", "::1:9000", "http://127.0.0.1:9000", "a b:1"])
    def test_anything_else_is_an_error(self, environment, bind):
        environment.setenv("METRICS_BIND", bind)

        with pytest.raises(ValidationError, match="must be host:port"):
            Settings()

    def test_traces_are_sent_to_a_base_url(self, environment):
        environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318")

        with pytest.raises(ValidationError, match="must be http://host"):
            Settings()

    @pytest.mark.parametrize(
        ("env", "form", "readable"),
        [
            ("development", "auto", True),
            ("production", "auto", False),
            ("production", "readable", True),
            ("development", "json", False),
        ],
    )
    def test_logs_are_readable_in_development_unless_told_otherwise(self, env, form, readable):
        assert Settings(env=env, log_format=form).has_readable_logs is readable


class TestTheResponsePolicy:
    @pytest.mark.parametrize("policy", ["off", "log", "raise", "sample(0.01)", "sample(.5)", "sample(1)"])
    def test_is_a_policy_of_the_engine(self, environment, policy):
        environment.setenv("RESPONSE_POLICY", policy)

        assert Policy.of(Settings().response_policy).is_strict == (policy == "raise")

    @pytest.mark.parametrize(
        "policy", ["", "on", "sample", "sample()", "sample(2)", "sample(1.5)", "sample(-1)", "sample(x)", "LOG"]
    )
    def test_other_values_are_rejected(self, environment, policy):
        environment.setenv("RESPONSE_POLICY", policy)

        with pytest.raises(ValidationError, match="response_policy"):
            Settings()
        with pytest.raises(ValueError, match="the response policy must be off, log, sample"):
            Policy.of(policy)


class TestOrigins:
    @pytest.mark.parametrize(
        ("env", "origins"),
        [("development", ["http://localhost:3000", "http://localhost:5173"]), ("staging", []), ("production", [])],
    )
    def test_there_are_no_origins_outside_development_by_default(self, env, origins):
        assert Settings(env=env).origins == origins

    def test_a_list_is_split_at_commas_without_trailing_slashes(self, environment):
        environment.setenv("ALLOWED_ORIGINS", "https://a.example/, https://b.example:8443 ,")

        assert Settings(env="development").origins == ["https://a.example", "https://b.example:8443"]

    @pytest.mark.parametrize(
        "value",
        [
            "*",
            "https://a.example,*",
            "https://a.example,null",
            "a.example",
            "https://*.example",
            "https://a.example/path",
            "https://u@a",
        ],
    )
    def test_an_invalid_origin_is_rejected(self, environment, value):
        environment.setenv("ALLOWED_ORIGINS", value)

        with pytest.raises(ValidationError, match="is not an origin"):
            Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "70000"),
        ("ENV", "prod"),
        ("STATEMENT_TIMEOUT", "0"),
        ("PASSWORD_THREADS", "0"),
        ("ADDRESS_LIMIT", "-1"),
    ],
)
def test_a_setting_out_of_bounds_is_rejected_with_its_name(environment, name, value):
    environment.setenv(name, value)

    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


@pytest.mark.parametrize(
    ("setting", "url", "is_common"),
    [
        ("database_url", "postgresql://accord:accord@db/accord", True),
        ("database_url", "postgresql://db/accord?user=accord&password=postgres", True),
        ("database_url", "postgresql://accord:3f9a0c5e@db/accord", False),
        ("smtp_url", "smtp://token-7f3a:token-7f3a@mail.example.com", False),  # some services use a token as both
        ("smtp_url", "smtp://accord:secret@mail.example.com", True),
    ],
)
def test_passwords_in_urls_that_everybody_knows_are_refused(setting, url, is_common):
    settings = Settings(env="production", **{setting: url})

    assert (setting.upper() in {rule.setting for rule in safety.refused(settings)}) is is_common
