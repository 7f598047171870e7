"""The pages beside the API, by the settings."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from app.core.config import Settings
from app.main import create_app
from tests.conftest import settings_of


@pytest.fixture
def development(sqlite_template, tmp_path) -> Settings:
    return settings_of(sqlite_template, tmp_path)


def served(settings: Settings, **changes: object) -> TestClient:
    return TestClient(create_app(settings.model_copy(update=changes)))


def test_in_development_the_landing_page_shows_the_recent_requests(development):
    client = served(development)
    client.get("/health")

    assert 'id="recent"' in client.get("/").text
    assert [each["operation"] for each in client.get("/requests.json").json()] == ["getHealth"]


def test_elsewhere_requests_are_not_kept(development):
    client = served(development, env="staging")

    assert 'id="recent"' not in client.get("/").text
    assert client.get("/requests.json").status_code == 404


def test_the_landing_page_leads_to_health_and_changelog_and_signs_in(development):
    page = served(development).get("/").text

    for text in ('href="health"', 'href="health/ready"', 'href="changelog"', 'data-path="api/v1/sessions"'):
        assert text in page


def test_without_docs_only_the_document_and_what_all_pages_share_are_served(development):
    client = served(development, docs=False)

    paths = ("/", "/docs", "/coverage", "/problems/not-found", "/requests.json", "/openapi.yaml", "/assets/theme.css")
    assert [client.get(path).status_code for path in paths] == [404] * 5 + [200] * 2
