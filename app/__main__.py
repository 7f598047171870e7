"""`accord`, or `python -m app`."""

from __future__ import annotations

import sys


def main() -> None:
    """The command. Ctrl-C ends it quietly also while it is still being imported, which takes most of a second."""
    try:
        from app import cli  # noqa: PLC0415 - as above

        cli.main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
