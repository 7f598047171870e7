"""The whole life of an account, from sign-up to erasure, through a generated client."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

import pytest
from anyio.from_thread import start_blocking_portal

from tests.clients.visitor import Visitor
from tests.support.authenticator import Authenticator
from tests.support.builders import PASSWORD
from tests.support.servers.mail_folder import link
from tests.support.servers.receiver import Received, Receiver
from tests.support.servers.service import Server

pytestmark = pytest.mark.slow


@pytest.fixture
def server(sqlite_template, tmp_path):
    """A service that sends mails into a folder and webhooks to loopback."""
    sqlite_template.copy(tmp_path)
    with Server(
        tmp_path / "accord.db",
        MAIL_FOLDER=str(tmp_path / "mail"),
        PUBLIC_URL="http://localhost:8000",
        WEBHOOK_ALLOW_PRIVATE="true",
    ) as server:
        yield server


@dataclass
class Consumer:
    """The consumer's own server, which takes webhooks."""

    url: str
    received: Callable[[int], list[Received]]  # the first so many requests, once they are there


@pytest.fixture
def consumer():
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(Receiver()) as receiver:
        yield Consumer(receiver.url, partial(portal.call, receiver.wait_for))


@pytest.fixture
def enter(package, server):
    """Makes a visitor: a new one, one with an access token, or one with an API key."""
    clients = []

    def enter(token="", prefix="Bearer", header="Authorization"):
        made = (
            package.AuthenticatedClient(server.url, token=token, prefix=prefix, auth_header_name=header)
            if token
            else package.Client(server.url)
        )
        clients.append(made.__enter__())
        return Visitor(made)

    yield enter
    for client in clients:
        client.__exit__(None, None, None)


def test_from_sign_up_to_erasure(consumer, enter, tmp_path):
    visitor = enter()
    models = visitor.models
    passkey = Authenticator(origin="http://localhost:8000")

    # An administrator subscribes a webhook to what happens to users and posts.
    admin = enter(visitor.sign_in("admin").access_token)
    subscription = models.WebhookCreate(
        url=consumer.url, events=[models.WebhookEvent.POST_CREATED, models.WebhookEvent.USER_DELETED]
    )
    webhook = admin.call("webhooks", "create_webhook", body=subscription).parsed

    # Grace signs up, and follows the link in the mail.
    grace = visitor.sign_up(username="grace", email="grace@example.com").parsed
    assert grace.email_verified is False
    token = link(tmp_path / "mail", "Welcome to Accord").partition("#token=")[2]
    confirmed = visitor.call("accounts", "confirm_email", body=models.EmailConfirmation(token=token))
    assert confirmed.status_code == HTTPStatus.NO_CONTENT

    # She signs in with her password, and adds a passkey.
    member = enter(visitor.sign_in("grace").access_token)
    assert member.call("users", "get_current_user").parsed.email_verified is True
    purpose = models.PasskeyChallengeCreatePurpose
    challenge = member.call(
        "factors", "create_passkey_challenge", body=models.PasskeyChallengeCreate(purpose=purpose.REGISTRATION)
    ).parsed
    registration = passkey.create(challenge.options.to_dict())
    body = models.PasskeyCreate.from_dict({"challenge_id": challenge.challenge_id, "credential": registration, "name": "Key"})
    assert member.call("factors", "create_passkey", body=body).status_code == HTTPStatus.CREATED

    # From now on the passkey is enough.
    challenge = visitor.call(
        "factors", "create_passkey_challenge", body=models.PasskeyChallengeCreate(purpose=purpose.AUTHENTICATION)
    ).parsed
    proof = {"challenge_id": challenge.challenge_id, "credential": passkey.get(challenge.options.to_dict())}
    session = visitor.call("sessions", "create_session", body=models.SessionCreate.from_dict({"passkey": proof})).parsed
    member = enter(session.access_token)

    # A program of hers writes a post with an API key, and may do nothing else.
    wanted = models.ApiKeyCreate(name="Importer", scopes=[models.Scope.POSTS_WRITE])
    key = member.call("api_keys", "create_api_key", body=wanted).parsed
    program = enter(key.secret, "", "X-API-Key")
    written = models.PostCreate(title="On compilers", content="Tested.", is_published=True)
    post = program.call("posts", "create_post", body=written).parsed
    assert post.author_id == grace.id
    assert program.call("users", "get_current_user").status_code == HTTPStatus.FORBIDDEN

    # The webhook arrives, and its signature is that of the secret.
    [delivered] = consumer.received(1)
    assert signature(webhook.secret, delivered) in delivered.headers["webhook-signature"].split()
    event = models.PostCreatedEvent.from_dict(json.loads(delivered.body))
    assert (event.type_, event.data.id, event.data.title) == ("post.created", post.id, "On compilers")

    # She takes everything that is held about her, and leaves.
    export = member.call("users", "export_user_data", user_id=grace.id).parsed
    assert export.user.email == "grace@example.com"
    assert [found.title for found in export.posts] == ["On compilers"]
    erased = member.call("users", "delete_user", user_id=grace.id)
    assert erased.status_code == HTTPStatus.NO_CONTENT

    # Nothing of hers is left: not her sessions, key, profile or posts, and her password is that of nobody.
    assert member.call("users", "get_current_user").status_code == HTTPStatus.UNAUTHORIZED
    assert program.call("posts", "create_post", body=written).status_code == HTTPStatus.UNAUTHORIZED
    assert visitor.call("profiles", "get_user_profile", user_id=grace.id).status_code == HTTPStatus.NOT_FOUND
    assert visitor.call("posts", "get_post", post_id=post.id).status_code == HTTPStatus.NOT_FOUND
    body = models.SessionCreate(identifier="grace", password=PASSWORD)
    assert visitor.call("sessions", "create_session", body=body).status_code == HTTPStatus.UNAUTHORIZED
    assert json.loads(consumer.received(2)[1].body)["type"] == "user.deleted"


def signature(secret, delivered):
    """The signature of a delivery as Standard Webhooks defines it, by the consumer's own code."""
    signed = f"{delivered.headers['webhook-id']}.{delivered.headers['webhook-timestamp']}.".encode() + delivered.body
    digest = hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"
