"""Every operation, fuzzed by Schemathesis as administrator, as user, with an API key and anonymously: no check is left out."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from tests.contract.contract import OPERATIONS
from tests.contract.fuzz.passes import CLOSED, EXAMPLES, FUZZED, PASSES, Outcome
from tests.support.resources import resource_data

pytestmark = pytest.mark.slow

# The least share of valid requests that must succeed (over all phases), in each pass whose principal has the right:
# without it a green run may have seen nothing but 404 and 409. Measured over several seeds, less a third.
FLOORS = {operation.id: resource_data("FLOORS").get(operation.id, 0.3) for operation in FUZZED}
# Every warning of Schemathesis counts but these: the dictionaries hold what must be refused on purpose, and who has no
# rights is refused.
HARMLESS = {"dictionary_mismatch", "missing_auth"}
# Where a made-up If-Match is answered 412, a whole phase may be: the floors say whether that was all.
CONDITIONAL = {operation.label for operation in FUZZED if 412 in operation.responses}


def has_rights(name: str, operation: str) -> bool:
    found = next(known for known in FUZZED if known.id == operation)
    can = {"admin": True, "user": not found.roles, "key": found.takes_keys, "anonymous": False}
    return (name, operation) not in CLOSED and (not found.secured or can[name])


def table(outcome: Outcome) -> str:
    lines = [f"{'operation':<46}{'cases':>6}{'valid':>7}{'floor':>7}"]
    for operation in FUZZED:
        rate = outcome.rate(operation.label)
        floor = f"{FLOORS[operation.id]:.0%}" if has_rights(outcome.name, operation.id) else "-"
        lines.append(f"{operation.label:<46}{rate.answered:>6}{rate.share:>7.0%}{floor:>7}")
    return "\n".join(lines)


@pytest.fixture(scope="module", params=PASSES)
def outcome(request: pytest.FixtureRequest, passes: dict[str, Future[Outcome]]) -> Outcome:
    return passes[request.param].result()


class TestThePass:
    def test_finds_no_failure_and_completes(self, outcome: Outcome, capsys: pytest.CaptureFixture[str]):
        with capsys.disabled():
            summary = (
                f"{outcome.cases} cases, {outcome.scenarios} scenarios in {outcome.seconds:.0f} s, {EXAMPLES} examples each"
            )
            print(f"\n\n{outcome.name}: {summary}")  # noqa: T201 - for people
            print(table(outcome))  # noqa: T201 - as above

        for report in outcome.reports:
            assert not report["failures"], outcome.output
            assert not report["errors"], outcome.output
            assert report["complete"], outcome.output
        assert set(outcome.exit_codes) == {0}, outcome.output

    def test_tests_every_operation_in_every_phase_of_its_own(self, outcome: Outcome):
        operations, phases = outcome.report["operations"], outcome.report["phases"]

        assert operations["total"] == len(OPERATIONS)
        assert operations["selected"] == operations["tested"] == len(FUZZED)
        assert {name: phases[name]["status"] for name in outcome.phases} == dict.fromkeys(outcome.phases, "success")

    def test_has_valid_requests_succeed_on_every_operation_it_may_use(self, outcome: Outcome):
        rates = {found.id: outcome.rate(found.label) for found in FUZZED if has_rights(outcome.name, found.id)}

        below = {name: f"{rate.share:.0%} < {FLOORS[name]:.0%}" for name, rate in rates.items() if rate.share < FLOORS[name]}

        assert below == {}

    def test_warns_of_nothing_that_matters(self, outcome: Outcome):
        warnings = {name: set(found) for name, found in outcome.report["warnings"].items() if name not in HARMLESS}
        warnings["validation_mismatch"] -= CONDITIONAL

        assert {name: found for name, found in warnings.items() if found} == {}

    def test_is_refused_where_it_has_no_rights_and_only_there(self, outcome: Outcome):
        refused = set(outcome.report["warnings"]["missing_auth"])

        assert refused == {found.label for found in FUZZED if not has_rights(outcome.name, found.id)}

    def test_always_could_sign_in_again(self, outcome: Outcome):
        assert not outcome.report["auth"]["reauth_broke"]
