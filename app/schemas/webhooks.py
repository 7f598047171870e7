# Generated from openapi.yaml by `accord generate`. Do not edit.
"""Webhooks and callbacks that the service sends. Each is validated against the document first."""

from __future__ import annotations

from accord.runtime import Received, Webhook

from . import models, rows


class UserCreated(Webhook):
    """POST user.created: A user was created"""

    place = "#/webhooks/user.created/post"

    class Success(Received[None]):
        """The event was received."""

        key = "2XX"

    class Gone(Received[None]):
        """The receiver is gone: the webhook is deactivated."""

        key = 410

    async def send(
        self, url: str, *, body: models.UserCreatedEvent | rows.UserCreatedEventRow
    ) -> UserCreated.Success | UserCreated.Gone:
        """Validate the request and send it.

        Raises:
            PayloadError: the request does not match the document; nothing was sent.
            ReplyError: the reply does not match the document.
        """
        answer: UserCreated.Success | UserCreated.Gone = await self._send(url, {}, body)
        return answer


class UserUpdated(Webhook):
    """POST user.updated: A user was changed"""

    place = "#/webhooks/user.updated/post"

    class Success(Received[None]):
        """The event was received."""

        key = "2XX"

    class Gone(Received[None]):
        """The receiver is gone: the webhook is deactivated."""

        key = 410

    async def send(
        self, url: str, *, body: models.UserUpdatedEvent | rows.UserUpdatedEventRow
    ) -> UserUpdated.Success | UserUpdated.Gone:
        """Validate the request and send it.

        Raises:
            PayloadError: the request does not match the document; nothing was sent.
            ReplyError: the reply does not match the document.
        """
        answer: UserUpdated.Success | UserUpdated.Gone = await self._send(url, {}, body)
        return answer


class UserDeleted(Webhook):
    """POST user.deleted: A user was deleted"""

    place = "#/webhooks/user.deleted/post"

    class Success(Received[None]):
        """The event was received."""

        key = "2XX"

    class Gone(Received[None]):
        """The receiver is gone: the webhook is deactivated."""

        key = 410

    async def send(
        self, url: str, *, body: models.UserDeletedEvent | rows.UserDeletedEventRow
    ) -> UserDeleted.Success | UserDeleted.Gone:
        """Validate the request and send it.

        Raises:
            PayloadError: the request does not match the document; nothing was sent.
            ReplyError: the reply does not match the document.
        """
        answer: UserDeleted.Success | UserDeleted.Gone = await self._send(url, {}, body)
        return answer


class PostCreated(Webhook):
    """POST post.created: A post was created"""

    place = "#/webhooks/post.created/post"

    class Success(Received[None]):
        """The event was received."""

        key = "2XX"

    class Gone(Received[None]):
        """The receiver is gone: the webhook is deactivated."""

        key = 410

    async def send(
        self, url: str, *, body: models.PostCreatedEvent | rows.PostCreatedEventRow
    ) -> PostCreated.Success | PostCreated.Gone:
        """Validate the request and send it.

        Raises:
            PayloadError: the request does not match the document; nothing was sent.
            ReplyError: the reply does not match the document.
        """
        answer: PostCreated.Success | PostCreated.Gone = await self._send(url, {}, body)
        return answer


class PostUpdated(Webhook):
    """POST post.updated: A post was changed"""

    place = "#/webhooks/post.updated/post"

    class Success(Received[None]):
        """The event was received."""

        key = "2XX"

    class Gone(Received[None]):
        """The receiver is gone: the webhook is deactivated."""

        key = 410

    async def send(
        self, url: str, *, body: models.PostUpdatedEvent | rows.PostUpdatedEventRow
    ) -> PostUpdated.Success | PostUpdated.Gone:
        """Validate the request and send it.

        Raises:
            PayloadError: the request does not match the document; nothing was sent.
            ReplyError: the reply does not match the document.
        """
        answer: PostUpdated.Success | PostUpdated.Gone = await self._send(url, {}, body)
        return answer


class PostDeleted(Webhook):
    """POST post.deleted: A post was deleted"""

    place = "#/webhooks/post.deleted/post"

    class Success(Received[None]):
        """The event was received."""

        key = "2XX"

    class Gone(Received[None]):
        """The receiver is gone: the webhook is deactivated."""

        key = 410

    async def send(
        self, url: str, *, body: models.PostDeletedEvent | rows.PostDeletedEventRow
    ) -> PostDeleted.Success | PostDeleted.Gone:
        """Validate the request and send it.

        Raises:
            PayloadError: the request does not match the document; nothing was sent.
            ReplyError: the reply does not match the document.
        """
        answer: PostDeleted.Success | PostDeleted.Gone = await self._send(url, {}, body)
        return answer
