"""Commands whose work is imported when they run: help and completion import nothing, a command what it uses."""

from __future__ import annotations

import functools
import gc
import importlib
from collections.abc import Callable
from typing import Any

Command = Callable[..., None]


def loaded(module: str) -> Callable[[Command], Command]:
    """The command does what the function of its name in a module does, which takes the same arguments."""

    def decorate(declared: Command) -> Command:
        @functools.wraps(declared)
        def run(**given: Any) -> None:  # noqa: ANN401 - of the command line
            imported(module, declared.__name__)(**given)

        return run

    return decorate


def configured(module: str, *, quiet: bool = False, overrides: tuple[str, ...] = ()) -> Callable[[Command], Command]:
    """As `loaded`, with the settings as the function's first argument, which are read before the module is imported.

    Arguments named in `overrides` change settings of their name instead; `quiet` as in `read_settings`.
    """

    def decorate(declared: Command) -> Command:
        @functools.wraps(declared)
        def run(**given: Any) -> None:  # noqa: ANN401 - of the command line
            from app.cli.settings import read_settings  # noqa: PLC0415 - pydantic takes 0.2 s, which --help does without

            changes = {name: given.pop(name) for name in overrides}
            settings = read_settings(quiet=quiet, **changes)
            imported(module, declared.__name__)(settings, **given)

        return run

    return decorate


def imported(module: str, name: str) -> Command:
    """A function of a module. Nothing that is imported is garbage, so from now on it is not looked at (see `app.__main__`)."""
    command: Command = getattr(importlib.import_module(module), name)
    gc.freeze()
    gc.enable()
    return command
