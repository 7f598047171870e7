"""Documents with features that ours does not use: generated, typed, served as mocks and fuzzed, nothing excluded."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine import specs

pytestmark = pytest.mark.slow

DOCUMENTS = sorted((Path(__file__).parent / "own").glob("*.yaml"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_goes_from_generation_to_the_fuzz_without_a_failure(document):
    operations, _, lines, cases, failures = specs.examined(document)

    assert failures == ""
    assert (operations > 0, lines > 50, cases > 100) == (True, True, True)
