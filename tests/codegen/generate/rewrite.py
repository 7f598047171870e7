"""Writes the expected files of small documents anew, and the readings of public ones; read the difference before committing."""

from __future__ import annotations

import shutil
from pathlib import Path

from accord.cli.main import main
from accord.generate.package import Settings, generated

for document in Path(__file__).parent.glob("documents/*/openapi.yaml"):
    folder = document.parent / "expected"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, text in generated(Settings(document, Path("unused"), "app.call")).items():
        (folder / f"{name}.txt").write_text(text)

for document in Path(__file__).parents[1].glob("adoption/public/*/openapi.yaml"):
    document.with_name("openapi.adopted.yaml").unlink(missing_ok=True)
    main(["adopt", str(document)])
