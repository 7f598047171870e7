"""Cost of code generation, phase by phase: `python -m tests.bench.toolkit.generation [DOCUMENT]`.

Without DOCUMENT, a synthetic one is used: 300 operations and 1,400 schemas of five to ten properties.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.codegen.support import huge


def peak() -> float:
    """The most memory that this process has had, in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1000


def main() -> None:
    """Generate, and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if sys.argv[1:]:
            document = Path(sys.argv[1])
        else:
            document = folder / "openapi.yaml"
            document.write_text(huge.text(300, 1400, huge.USUAL), encoding="utf-8")
        _measured(document, folder / "made")


def _measured(document: Path, output: Path) -> None:
    last = (time.process_time(), time.perf_counter())

    def report(phase: str) -> None:
        nonlocal last
        now = (time.process_time(), time.perf_counter())
        cpu, wall = (new - old for new, old in zip(now, last, strict=True))
        sys.stdout.write(f"{phase:<10} cpu {cpu:6.2f} s, wall {wall:6.2f} s, peak {peak():5.0f} MB\n")
        last = now

    from accord.cli import generate as command  # noqa: F401, PLC0415 - as above
    from accord.document.deep_stack import on_deep_stack  # noqa: PLC0415 - importing is measured
    from accord.generate import adoption as adopt  # noqa: PLC0415 - as above
    from accord.generate import package as generate  # noqa: PLC0415 - as above
    from accord.generate import sources  # noqa: PLC0415 - as above

    report("import")
    read = generate.load(document)
    report("load")
    faults = on_deep_stack(lambda: adopt.check_document(read))
    report(f"check ({len(faults)})")
    files = on_deep_stack(lambda: sources.sources(read, "accord.runtime"))
    report("sources")
    generate._formatted(files, generate.Settings(document, output, "accord.runtime"))  # noqa: SLF001 - one phase of it
    report("format")


if __name__ == "__main__":
    main()
