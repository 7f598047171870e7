"""`python -m app`."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line. Ctrl-C ends it quietly, even during the imports, which take most of a second.

    The garbage collector is off during the imports, where it finds nothing and takes a sixth of the time. `app.cli.command`
    turns it on again, for `serve` the server once the application is created. Rich is not imported: structlog would do so for
    tracebacks that are never printed, which takes 4 MB.
    """
    try:
        gc.disable()
        sys.modules["rich"] = None  # type: ignore[assignment] # as if it was not installed
        from app.cli.main import main as run  # noqa: PLC0415 - here, where Ctrl-C is caught

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
