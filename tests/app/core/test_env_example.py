"""`.env.example` lists every setting once, with its actual default."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from app.core.config import Settings
from tests.support.paths import ROOT

EXAMPLE = ROOT / ".env.example"

# A setting without a default is commented out, with an example as its value.
LINE = re.compile(r"^(#?)([A-Za-z0-9_]+)=(.*)$", re.MULTILINE)


def lines():
    """Each setting in the file: whether it is commented out, its name and value."""
    return [(bool(mark), name, value) for mark, name, value in LINE.findall(EXAMPLE.read_text())]


def read(file: Path | None) -> Settings:
    return Settings(_env_file=file)  # type: ignore[call-arg]  # known to pydantic-settings, not to mypy


def test_it_lists_every_setting_exactly_once():
    assert Counter(name for _, name, _ in lines()) == Counter(name.upper() for name in Settings.model_fields)


def test_its_values_are_the_defaults_and_settings_without_default_are_commented_out(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)

    copied, defaults = read(EXAMPLE), read(None)

    assert copied == defaults
    commented = {name.lower() for mark, name, _ in lines() if mark}
    assert commented == {name for name in Settings.model_fields if getattr(defaults, name) in (None, [])}


def test_commented_out_examples_are_valid(tmp_path, monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    (tmp_path / "env").write_text("\n".join(f"{name}={value}" for mark, name, value in lines() if mark))

    settings = read(tmp_path / "env")

    assert all(getattr(settings, name.lower()) for mark, name, _ in lines() if mark)
