"""`accord`, or `python -m app`."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """The command. Ctrl-C ends it quietly also while it is still being imported, which takes most of a second.

    Nothing that is imported is garbage: looking for it would take a sixth longer, now and in every later collection. So the
    collector is off until what the command needs is there (`app.cli.loading`).
    """
    try:
        gc.disable()
        from app.cli import main as cli  # noqa: PLC0415 - as above

        cli.main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
