"""docs/tutorial.md is followed on a copy of the project, and the field and the operation that it adds are tested there."""

from __future__ import annotations

import pytest

from tests.extending.project import Project
from tests.extending.test_extending import CHECKS
from tests.support.pages import Reader, use_environment
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

BEHAVIOUR = '''"""What the guides add, through HTTP."""

from tests.support.builders import signed_in, stored_user


def test_a_summary_is_stored_and_bounded(client):
    stored_user(client, username="grace")
    grace = signed_in(client, "grace")
    post = {"title": "On compilers", "content": "Long.", "summary": "s" * 280}

    created = client.post("/api/v1/posts", json=post, headers=grace)
    without = client.post("/api/v1/posts", json={"title": "None", "content": "Short."}, headers=grace)
    too_long = client.post("/api/v1/posts", json={**post, "summary": "s" * 281}, headers=grace)
    cleared = client.patch(created.headers["Location"], json={"summary": None}, headers=grace)

    assert created.json()["summary"] == "s" * 280
    assert cleared.json() == {**created.json(), "summary": None, "version": 2}
    assert without.json()["summary"] is None
    assert [(error["pointer"], error["code"]) for error in too_long.json()["errors"]] == [("/summary", "maxLength")]


def test_posts_are_counted(client):
    user = stored_user(client, username="grace")
    grace = signed_in(client, "grace")
    for title in ("one", "two"):
        client.post("/api/v1/posts", json={"title": title, "content": ""}, headers=grace)

    found = client.get(f"/api/v1/users/{user['id']}/statistics", headers=grace)

    assert found.json() == {"id": user["id"], "posts": 2}
'''


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("guides"))
    use_environment(project.folder)
    with Reader(project.folder) as reader:
        reader.follow(ROOT / "docs" / "tutorial.md")
    return project


@pytest.mark.parametrize("check", CHECKS)
def test_the_copy_passes_the(project: Project, check: str):
    code, output = project.run(*CHECKS[check])

    assert code == 0, output


def test_the_copy_does_what_the_guides_promise(project: Project):
    """The tests above, those of tables, access and cost, and every documented response of the operation, in one process."""
    added = "tests/app/api/test_guides.py"
    (project.folder / added).write_text(BEHAVIOUR)
    tests = (added, "tests/app/models/test_drift.py", "tests/security/matrix", "tests/app/services/test_costs.py")
    recipes = "tests/contract/directed/test_recipes.py"
    code, output = project.run(
        "-m", "pytest", *tests, recipes, "-k", "not postgresql and (not test_recipes or getUserStatistics)"
    )

    assert code == 0, output
