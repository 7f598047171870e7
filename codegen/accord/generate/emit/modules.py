"""The modules of a generated package, each by its template."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from accord.generate.emit.models import alias_type, field_default, field_type, model_type, ordered
from accord.generate.emit.source import declaration, docstring, literal, mapping, sequence
from accord.generate.ir.annotations import annotation, row_name
from accord.generate.ir.nodes import Package


def modules(package: Package, call: str) -> dict[str, str]:
    """The source of each module by its file name, not formatted; `call` is the module of `Call` and `Principal`."""
    environment = _environment()
    names = ["__init__.py", "models.py", "rows.py", "problems.py", "operations.py", *["webhooks.py"] * bool(package.webhooks)]
    return {name: environment.get_template(f"{name}.jinja").render(package=package, call=call) for name in names}


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        # The output is Python, not HTML: texts of the document pass through `literal` or `docstring`.
        autoescape=False,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    filters = (docstring, literal, declaration, sequence, mapping, alias_type, field_default, field_type, model_type, ordered)
    environment.filters |= {one.__name__: one for one in filters}
    environment.filters["row_annotation"] = partial(annotation, class_name=row_name)
    return environment
