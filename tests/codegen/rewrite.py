"""Writes the expected files of all small documents anew; read the difference before committing it."""

from __future__ import annotations

import shutil
from pathlib import Path

from codegen.generate import Settings, generated

for document in Path(__file__).parent.glob("documents/*/openapi.yaml"):
    folder = document.parent / "expected"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, text in generated(Settings(document, Path("unused"), "app.core.call")).items():
        (folder / f"{name}.txt").write_text(text)
