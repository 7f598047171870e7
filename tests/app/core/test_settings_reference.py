"""The reference of settings: docs/configuration.md and `.env.example`."""

from __future__ import annotations

import re

import pytest

from app.core.config import Settings, reference
from tests.support.paths import ROOT

EXAMPLE = re.compile(r"^(#?)([A-Z_]+)=(.*)$", re.MULTILINE)


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """An environment without settings."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def read(file) -> Settings:
    return Settings(_env_file=file)  # type: ignore[call-arg]  # known to pydantic-settings, not to mypy


def test_the_files_are_current():
    assert (ROOT / "docs/configuration.md").read_text() == reference.markdown(), "run `make generate`"
    assert (ROOT / ".env.example").read_text() == reference.env_example(), "run `make generate`"


def test_every_setting_has_a_meaning_and_every_time_a_unit():
    settings = [setting for _, group in reference.groups() for setting in group]

    assert sorted(setting.name.lower() for setting in settings) == sorted(Settings.model_fields)
    assert all(setting.meaning.endswith(".") for setting in settings)
    named_for_unit = re.compile(r"_(SECONDS|DAYS|KIB|TIMEOUT|INTERVAL|LIMIT)$")
    assert all(setting.unit for setting in settings if named_for_unit.search(setting.name))


def test_the_example_holds_the_defaults_and_valid_examples_of_the_others(tmp_path):
    examples = [(name, value) for mark, name, value in EXAMPLE.findall(reference.env_example()) if mark]
    (tmp_path / "env").write_text("\n".join(f"{name}={value}" for name, value in examples))

    assert read(ROOT / ".env.example") == read(None)
    given = read(tmp_path / "env")
    assert all(getattr(given, name.lower()) for name, _ in examples)
    assert {name.lower() for name, _ in examples} == {
        name for name in Settings.model_fields if getattr(read(None), name) in (None, [])
    }
