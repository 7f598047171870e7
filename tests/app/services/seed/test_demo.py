"""The demo data: its public password is useless outside development."""

from __future__ import annotations

import asyncio

import pytest
import yaml
from sqlalchemy import delete
from starlette.testclient import TestClient

from app.contract import DOCUMENT
from app.core.database.statements import command
from app.core.security.passwords import DEMO_PASSWORD
from app.main import create_app
from app.models import User
from app.resources import connected, make_resources
from app.services.seed import demo
from tests.support.builders import new_user

EVERYBODY = command(delete(User))


async def filled(settings):
    async with connected(make_resources(settings)) as resources:
        await resources.database.run(EVERYBODY)
        return await demo.create(resources)


@pytest.mark.parametrize(("env", "status"), [("development", 201), ("staging", 401), ("production", 401)])
def test_the_example_of_create_session_signs_in_in_development_only(settings, env, status):
    asyncio.run(filled(settings.model_copy(update={"env": "development"})))
    operation = yaml.safe_load(DOCUMENT.read_text())["paths"]["/api/v1/sessions"]["post"]
    examples = operation["requestBody"]["content"]["application/json"]["examples"]

    with TestClient(create_app(settings.model_copy(update={"env": env}))) as client:
        bodies = [example["value"] for example in examples.values() if "password" in example["value"]]
        answers = [client.post("/api/v1/sessions", json=body) for body in bodies]

    assert {answer.status_code for answer in answers} == {status}


@pytest.mark.parametrize("env", ["staging", "production"])
def test_its_password_is_rejected_at_sign_up_outside_development(settings, env):
    with TestClient(create_app(settings.model_copy(update={"env": env}))) as client:
        answer = client.post("/api/v1/users", json=new_user(password=DEMO_PASSWORD))

    assert (answer.status_code, answer.json()["code"]) == (409, "weak-password")
