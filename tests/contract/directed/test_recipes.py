"""Every answer that the document promises, brought about on purpose: the fuzz cannot exhaust limits or damage a database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.contract import answers
from tests.contract.conftest import sign_in
from tests.contract.contract import BY_ID, OPERATIONS, PROMISES
from tests.contract.damage import damaged, locked
from tests.contract.directed.recipes import recipes
from tests.contract.people import PASSWORD, PEOPLE, furnish
from tests.contract.wire import Answer, Request
from tests.contract.world import World, post, stale
from tests.support.databases import Connection, Template
from tests.support.resources import resource_data
from tests.support.servers.service import Server

pytestmark = pytest.mark.slow

RECIPES = recipes()


def check(operation: str, answer: Answer) -> None:
    """Nothing is wrong with the answer."""
    assert list(answers.faults(answer.status, answer.headers, answer.body)) == []
    assert list(answers.broken_promises(BY_ID[operation], answer.status, answer.headers, answer.body)) == []


@pytest.fixture(scope="module")
def world(template: Template, furnished: str, port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folders = [tmp_path_factory.mktemp(name) for name in ("out", "spent")]
    out, spent = (furnish(template, folder) for folder in folders)
    servers = (
        Server(folders[0] / "accord.db", DATABASE_URL=out),
        Server(folders[1] / "accord.db", DATABASE_URL=spent, ADDRESS_LIMIT="1"),
    )
    strict, invite = (
        Server(folders[0] / f"{policy}.db", DATABASE_URL=furnished, SIGN_UP=policy, WORKER="false")
        for policy in ("strict", "invite")
    )
    with servers[0] as without, servers[1] as limited, strict, invite:
        tokens, tokens_out = ({name: sign_in(where, name) for name in PEOPLE} for where in (port, without.port))
        Request("GET", "/nowhere").send(limited.port)  # which is all that the address may send
        with damaged(out), Connection(furnished) as database:
            tokens["stale"] = stale(database, port)
            yield World(port, limited.port, without.port, strict.port, invite.port, tokens, tokens_out, database)


@pytest.fixture(scope="module")
def limited(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    """A server where an ordinary user has used up the account's limit, and the user's token."""
    folder = tmp_path_factory.mktemp("account")
    url = furnish(template, folder)
    with Server(folder / "accord.db", DATABASE_URL=url, ACCOUNT_LIMIT="2", ADDRESS_LIMIT="1000") as server:
        token = sign_in(server.port, "user")
        me = Request.of(BY_ID["getCurrentUser"], token)
        assert [me.send(server.port).status for _ in range(3)] == [200, 200, 429]
        yield server.port, token


class TestEveryPromise:
    @pytest.mark.parametrize(("operation", "status", "code"), PROMISES, ids=lambda part: str(part) or "ok")
    def test_is_kept_when_it_is_called_for(self, operation: str, status: int, code: str, world: World):
        recipe = RECIPES.get((operation, status, code), lambda _: pytest.fail("has no recipe: see below"))

        answer = recipe(world)

        assert (answer.status, answer.code) == (status, code), answer.body
        check(operation, answer)

    def test_has_a_recipe(self):
        unsaid = sorted(set(PROMISES) - set(RECIPES))

        assert not unsaid, "\n".join(
            f"write RECIPES[{promise!r}] into tests/resources/{BY_ID[promise[0]].tag}.py: how the answer is brought about"
            for promise in unsaid
        )


LIMITED = [operation for operation in OPERATIONS if 429 in operation.responses]


class TestTheLimitOfAnAddress:
    @pytest.mark.parametrize("operation", LIMITED, ids=lambda operation: operation.id)
    def test_is_told_with_the_time_to_wait_before_anything_else_is_looked_at(self, operation, world: World):
        nonsense = Request.of(operation).asking("unknown=1").having("Authorization", "nonsense").having("Accept", "text/html")

        answer = nonsense.send(world.spent)

        assert answer.status == 429
        assert answer.headers["ratelimit-policy"] == '"address";q=1;w=60'
        assert answer.headers["ratelimit"] == f'"address";r=0;t={answer.headers["retry-after"]}'
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        check(operation.id, answer)

    def test_does_not_hold_for_operations_that_do_not_document_it(self, world: World):
        answers = [Request.of(operation).send(world.spent) for operation in OPERATIONS if operation not in LIMITED]

        assert [answer.status for answer in answers] == [200, 200]
        assert all("ratelimit" not in answer.headers for answer in answers)

    def test_holds_for_paths_that_are_not_there(self, world: World):
        answer = Request("GET", "/nowhere").send(world.spent)

        assert (answer.status, answer.code) == (429, "too-many-requests")


class TestTheLimitOfAnAccount:
    @pytest.mark.parametrize(
        "operation", [known for known in OPERATIONS if known.reads_token], ids=lambda operation: operation.id
    )
    def test_is_told_once_it_is_known_who_asks_and_before_their_role(self, operation, limited: tuple[int, str]):
        port, token = limited

        answer = Request.of(operation, token).asking("unknown=1").send(port)

        assert answer.status == 429
        assert answer.headers["ratelimit-policy"] == '"account";q=2;w=60'
        assert answer.headers["ratelimit"].startswith('"account";r=0;t=')
        check(operation.id, answer)

    def test_is_nobody_elses(self, limited: tuple[int, str]):
        port, _ = limited

        other = Request.of(BY_ID["getCurrentUser"], sign_in(port, "other")).send(port)

        assert other.status == 200
        assert other.headers["ratelimit"].startswith('"account";r=1;t=')

    @pytest.mark.parametrize("operation", LIMITED, ids=lambda operation: operation.id)
    def test_leaves_every_answer_with_the_state_of_a_limit(self, operation, limited: tuple[int, str]):
        port, _ = limited

        answer = Request.of(operation).send(port)

        assert {"ratelimit", "ratelimit-policy"} <= answer.headers.keys()
        check(operation.id, answer)


class TestWithoutADatabase:
    def test_the_process_is_alive_and_not_ready(self, world: World):
        alive, ready = (Request("GET", path).send(world.out) for path in ("/health", "/health/ready"))

        assert (alive.status, ready.status) == (200, 503)

    def test_requests_are_still_judged_first(self, world: World):
        answer = post(world.out, "/api/v1/users", {})

        assert answer.status == 422

    def test_it_serves_again_when_the_database_is_back(self, furnished: str, port: int, admin_token: str):
        users = Request.of(BY_ID["listUsers"], admin_token)

        with damaged(furnished):
            during = users.send(port)
        deadline = time.monotonic() + 10
        while (after := users.send(port)).status != 200 and time.monotonic() < deadline:
            time.sleep(0.05)

        assert (during.status, after.status) == (503, 200)


class TestWhileAnotherProcessWrites:
    WRITES = tuple(known.id for known in OPERATIONS if known.method != "GET" and known.id not in resource_data("READS"))

    def test_writes_are_refused_in_the_end_and_reads_go_on(self, template: Template, tmp_path: Path):
        url = furnish(template, tmp_path)
        with Server(tmp_path / "accord.db", DATABASE_URL=url) as server:
            token = sign_in(server.port, "admin")
            requests = {name: Request.on_rows(BY_ID[name], token, user_id="5") for name in self.WRITES}

            with locked(url), ThreadPoolExecutor(len(requests)) as pool:
                writes = pool.map(lambda request: request.send(server.port), requests.values())
                read = Request.of(BY_ID["getUser"], token, user_id="5").send(server.port)
                refused = dict(zip(requests, writes, strict=True))

        assert read.status == 200
        assert {name: answer.status for name, answer in refused.items()} == dict.fromkeys(self.WRITES, 503)
        for name, answer in refused.items():
            check(name, answer)


class TestTooManyPasswordsAtOnce:
    def test_are_refused_with_the_time_to_wait(self, template: Template, tmp_path: Path):
        url = furnish(template, tmp_path)
        slow: dict[str, Any] = {
            "PASSWORD_THREADS": "1",
            "PASSWORD_QUEUE": "1",
            "PASSWORD_MEMORY_KIB": "131072",
            "PASSWORD_PASSES": "4",
        }
        sign_in_as_nobody = {"identifier": "nobody", "password": PASSWORD}

        with Server(tmp_path / "accord.db", DATABASE_URL=url, **slow) as server, ThreadPoolExecutor(8) as pool:
            many = list(pool.map(lambda _: post(server.port, "/api/v1/sessions", sign_in_as_nobody), range(8)))

        refused = [answer for answer in many if answer.status == 503]
        assert {answer.status for answer in many} == {401, 503}
        assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
        check("createSession", refused[0])
