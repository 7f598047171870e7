"""The three passes of the fuzz, run once a session, two at a time: generating cases keeps a processor busy."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.contract.passes import PASSES, Outcome, run


@pytest.fixture(scope="session")
def passes(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Outcome]]]:
    """The outcome of each pass, when it is there."""
    with ThreadPoolExecutor(2) as pool:
        yield {name: pool.submit(run, name, template, tmp_path_factory.mktemp(name)) for name in PASSES}
