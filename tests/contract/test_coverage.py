"""Every response that the document declares was seen, in a directed test or in one of the passes of the fuzz."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from tests.contract.contract import PROMISES
from tests.contract.directed.recipes import recipes
from tests.contract.fuzz.passes import FUZZED, Outcome

pytestmark = pytest.mark.slow

# What the fuzzed operations document.
DOCUMENTED = {promise for promise in PROMISES if promise[0] in {found.id for found in FUZZED}}
# Operations without any input: Schemathesis does not send names that are not documented.
WITHOUT_INPUT = {found.id for found in FUZZED if not found.parameters and not found.bodies}
# Operations that need no credentials and look at those that are sent: Schemathesis sends them no wrong ones.
OPTIONAL = {found.id for found in FUZZED if found.reads_token and not found.secured}
# What no request of the fuzz brings about: it sends no Accept and no large bodies, and its server has no limits or outages.
BEYOND_THE_FUZZ = {406, 413, 429, 503}
# Each case has its own Idempotency-Key; repeated keys are tested in directed/ and tests/app/api (test_idempotency.py).
DIRECTED = {
    (found.id, response.status)
    for found in FUZZED
    for response in found.responses.values()
    if response.codes == ["idempotency-key-in-use"]
}


def test_every_documented_answer_is_seen(passes: dict[str, Future[Outcome]]):
    by_the_fuzz = set().union(*(outcome.result().observed for outcome in passes.values()))

    unseen = DOCUMENTED - by_the_fuzz - set(recipes())

    assert sorted(unseen) == []


def test_the_fuzz_itself_sees_every_status_that_its_requests_can_bring_about(passes: dict[str, Future[Outcome]]):
    observed = set().union(*(outcome.result().observed for outcome in passes.values()))
    by_the_fuzz = {(operation, status) for operation, status, _ in observed}

    promised = {(operation, status) for operation, status, _ in DOCUMENTED if status not in BEYOND_THE_FUZZ}
    promised -= DIRECTED
    promised -= {(name, 422) for name in WITHOUT_INPUT} | {(name, 401) for name in OPTIONAL}

    assert sorted(promised - by_the_fuzz) == []


def test_the_fuzz_sees_nothing_that_is_not_documented(passes: dict[str, Future[Outcome]]):
    by_the_fuzz = set().union(*(outcome.result().observed for outcome in passes.values()))

    assert sorted(by_the_fuzz - set(PROMISES)) == []
