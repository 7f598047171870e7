"""Documents of extreme size and depth: generated, imported and started."""

from __future__ import annotations

import importlib
import subprocess
import sys
import time
from typing import Any

import pytest

from accord.generate.package import write
from tests.codegen.support import huge

_MOST = 200  # MB
# The command, and then the most memory that it had.
_COMMAND = """
import sys
from accord.cli.main import main
from tests.bench.toolkit.generation import peak
code = main(sys.argv[1:])
print(peak())
sys.exit(code)
"""


def imported(made, name):
    return importlib.import_module(f"{made.output.name}.{name}")


@pytest.mark.slow
class TestAHugeDocument:
    def test_generates_and_imports(self, settings, capsys):
        made = settings(huge.text())

        started = time.perf_counter()
        command = [sys.executable, "-c", _COMMAND, "generate", made.document, "--output", made.output]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        generated = time.perf_counter()
        models = imported(made, "models")
        operations = imported(made, "operations")
        ready = time.perf_counter()

        with capsys.disabled():
            print(f"\n{huge.SCHEMAS} schemas: {generated - started:.1f} s to generate, {ready - generated:.1f} s to import")  # noqa: T201
        classes: list[Any] = [
            kind for kind in vars(models).values() if isinstance(kind, type) and kind.__module__ == models.__name__
        ]
        assert float(done.stdout.splitlines()[-1]) < _MOST
        # Of 25 schemas 3 are a union, an array and an enumeration, and one a mapping: no classes.
        assert len(classes) >= huge.SCHEMAS * 21 // 25
        assert all(hasattr(operations, f"Operation{number}") for number in range(huge.OPERATIONS))

    def test_its_classes_are_completed_when_they_are_used(self, settings):
        made = settings(huge.text(operations=10, schemas=50))
        write(made)
        models = imported(made, "models")
        classes: list[Any] = [
            kind for kind in vars(models).values() if isinstance(kind, type) and kind.__module__ == models.__name__
        ]

        assert not any(kind.__pydantic_complete__ for kind in classes)
        assert all(kind.model_rebuild() is not False for kind in classes)


class TestWhatGenerationImports:
    def test_is_neither_a_web_framework_nor_another_validator(self):
        text = "import sys, accord.cli.generate; print(*{name.partition('.')[0] for name in sys.modules})"
        done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)

        assert not {"fastapi", "jsonschema", "openapi_spec_validator", "quickjs"} & set(done.stdout.split())


@pytest.mark.slow
class TestListsInsideOfLists:
    def test_are_cut_into_aliases_before_python_cannot_read_them(self, settings):
        schemas = "".join(f"    L{n}: {{type: array, items: {{$ref: '#/components/schemas/L{n + 1}'}}}}\n" for n in range(300))
        made = settings(
            "openapi: 3.1.1\ninfo: {title: Lists, version: '1'}\npaths:\n  /l:\n    post:\n      operationId: post\n"
            "      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/L0'}}}}\n"
            "      responses: {'204': {description: Yes.}}\n"
            f"components:\n  schemas:\n{schemas}    L300: {{type: object, properties: {{x: {{type: integer}}}}}}\n"
        )
        write(made)

        assert imported(made, "operations").Post
        assert imported(made, "models").L300
