"""The modules of a generated package, each by its template."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from accord.generate.emit.models import TEMPLATES, alias_type, model_source
from accord.generate.emit.source import declaration, docstring, literal, mapping, sequence
from accord.generate.ir.annotations import annotation, row_name
from accord.generate.ir.nodes import Package


def modules(package: Package, call: str, principals: Mapping[str, str]) -> dict[str, str]:
    """The source of each module by its file name, not formatted; `call` is the module of `Call` and of the principals."""
    environment = _environment()
    environment.filters["principal"] = partial(_principal, principals)
    names = ["__init__.py", "models.py", "rows.py", "problems.py", "operations.py", *["webhooks.py"] * bool(package.webhooks)]
    context = {"package": package, "models": model_source(package), "call": call, "principals": principals}
    return {name: environment.get_template(f"{name}.jinja").render(context) for name in names}


def _principal(principals: Mapping[str, str], schemes: tuple[str | None, ...]) -> str:
    """The type argument of `Call`: the principal of the only scheme, if it has a type of its own."""
    types = {principals.get(scheme, "Principal") for scheme in schemes if scheme is not None}
    found = ["Principal" if len(types) > 1 else next(iter(types))] if types else []
    return " | ".join([*found, *(["None"] if None in schemes else [])])


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        # The output is Python, not HTML: texts of the document pass through `literal` or `docstring`.
        autoescape=False,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {one.__name__: one for one in (docstring, literal, declaration, sequence, mapping, alias_type)}
    environment.filters["row_annotation"] = partial(annotation, class_name=row_name)
    return environment
