"""How a command is declared: its options and help here, without its implementation, so that `--help` is fast."""

from __future__ import annotations

import functools
import gc
import importlib
from collections.abc import Callable
from typing import Annotated, Any

import typer

Command = Callable[..., None]
AsJSON = Annotated[bool, typer.Option("--json", help="Print one line of JSON.")]


def group(text: str) -> typer.Typer:
    """Commands with a common first word."""
    return typer.Typer(help=text, no_args_is_help=True, rich_markup_mode=None)


def implemented_in(
    module: str, *, settings: bool = True, quiet: bool = False, overrides: tuple[str, ...] = (), collects: bool = True
) -> Callable[[Command], Command]:
    """Run the function of the same name in a module of `app.cli`, which is imported then.

    With `settings` the function's first argument is the settings, which are read before the module is imported. Options named
    in `overrides` replace the settings of the same name. `quiet` is that of `read_settings`. Without `collects`, the garbage
    collector stays off: the command turns it on.
    """

    def decorate(declared: Command) -> Command:
        @functools.wraps(declared)
        def run(**options: Any) -> None:  # noqa: ANN401 - any option of the command line
            arguments: list[Any] = []
            if settings:
                from app.cli.settings import read_settings  # noqa: PLC0415 - pydantic takes 0.2 s to import; --help needs none

                arguments.append(read_settings(quiet=quiet, **{name: options.pop(name) for name in overrides}))
            command: Command = getattr(importlib.import_module(f"app.cli.{module}"), declared.__name__)
            if collects:
                gc.freeze()  # imported modules are never garbage: collections need not look at them (see `app.__main__`)
                gc.enable()
            command(*arguments, **options)

        return run

    return decorate
