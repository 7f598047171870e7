# Generated from openapi.yaml by `accord generate`. Do not edit.
"""A class for each operation: it decorates the handler and has the documented responses and problems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypedDict
from urllib.parse import quote

from accord.runtime import Body, Empty, Link, Operation, link_arguments

from app.call import Call, Principal, SessionPrincipal

from . import models, problems, rows


class GetHealth(Operation):
    """GET /health: Check that the process is running"""

    operation_id = "getHealth"
    NotAcceptable = problems.NotAcceptable
    UnprocessableContent = problems.UnprocessableContent

    class OK(Body[models.Health | rows.HealthRow]):
        """The process is running."""

        status = 200

    class Handler(Protocol):
        async def __call__(self, call: Call[None], /) -> GetHealth.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/health"


class GetReadiness(Operation):
    """GET /health/ready: Check that the service can handle requests"""

    operation_id = "getReadiness"
    NotAcceptable = problems.NotAcceptable
    UnprocessableContent = problems.UnprocessableContent
    ServiceUnavailable = problems.ServiceUnavailable

    class OK(Body[models.Readiness | rows.ReadinessRow]):
        """The service can handle requests."""

        status = 200

    class Handler(Protocol):
        async def __call__(self, call: Call[None], /) -> GetReadiness.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/health/ready"


class ListSessions(Operation):
    """GET /api/v1/sessions: List your sessions"""

    operation_id = "listSessions"
    Unauthorized = problems.Unauthorized
    NotAcceptable = problems.NotAcceptable
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class OK(Body[models.SessionList | rows.SessionListRow]):
        """Your active sessions."""

        status = 200

    class Handler(Protocol):
        async def __call__(self, call: Call[SessionPrincipal], /) -> ListSessions.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/sessions"


class CreateSession(Operation):
    """POST /api/v1/sessions: Sign in"""

    operation_id = "createSession"
    BadRequest = problems.BadRequest
    InvalidCredentials = problems.InvalidCredentials
    SecondFactorRequired = problems.SecondFactorRequired
    NotAcceptable = problems.NotAcceptable
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Created(Body[models.Tokens | rows.TokensRow], kw_only=True):
        """A pair of tokens. They are shown only once; the service stores their hashes."""

        status = 201
        headers = (("location", "Location"),)
        location: str

        def link_refresh(self) -> Link[CreateSessionToken.Arguments]:
            """Send the `refresh_token` of this response."""
            arguments: CreateSessionToken.Arguments = link_arguments(self, {}, {})
            return Link.of("POST", CreateSessionToken.path(), arguments)

        def link_sign_out(self) -> Link[DeleteSession.Arguments]:
            """Send the access token of this response."""
            arguments: DeleteSession.Arguments = link_arguments(
                self, {}, {"session_id": "$response.body#/session_id"}, needed=("session_id",)
            )
            return Link.of("DELETE", DeleteSession.path(session_id=arguments["session_id"]), arguments)

    class Handler(Protocol):
        async def __call__(self, call: Call[None], /, *, body: models.SessionCreate) -> CreateSession.Created: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/sessions"


class DeleteOtherSessions(Operation):
    """DELETE /api/v1/sessions: Sign out everywhere else"""

    operation_id = "deleteOtherSessions"
    Unauthorized = problems.Unauthorized
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class NoContent(Empty):
        """The other sessions have ended."""

        status = 204

    class Handler(Protocol):
        async def __call__(self, call: Call[SessionPrincipal], /) -> DeleteOtherSessions.NoContent: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/sessions"


class DeleteSession(Operation):
    """DELETE /api/v1/sessions/{session_id}: Sign out"""

    operation_id = "deleteSession"
    Unauthorized = problems.Unauthorized
    NotFound = problems.NotFound
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        session_id: int | Literal["current"]

    class NoContent(Empty):
        """The session has ended."""

        status = 204

    class Handler(Protocol):
        async def __call__(
            self, call: Call[SessionPrincipal], /, *, session_id: int | Literal["current"]
        ) -> DeleteSession.NoContent: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path(*, session_id: int | Literal["current"]) -> str:
        """The path of this operation, with its parameters percent-encoded."""
        return f"/api/v1/sessions/{quote(str(session_id), safe='')}"


class CreateSessionToken(Operation):
    """POST /api/v1/session-tokens: Stay signed in"""

    operation_id = "createSessionToken"
    BadRequest = problems.BadRequest
    InvalidRefreshToken = problems.InvalidRefreshToken
    NotAcceptable = problems.NotAcceptable
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

    class Created(Body[models.Tokens | rows.TokensRow], kw_only=True):
        """A pair of tokens. They are shown only once; the service stores their hashes."""

        status = 201
        headers = (("location", "Location"),)
        location: str

        def link_refresh(self) -> Link[CreateSessionToken.Arguments]:
            """Send the `refresh_token` of this response."""
            arguments: CreateSessionToken.Arguments = link_arguments(self, {}, {})
            return Link.of("POST", CreateSessionToken.path(), arguments)

        def link_sign_out(self) -> Link[DeleteSession.Arguments]:
            """Send the access token of this response."""
            arguments: DeleteSession.Arguments = link_arguments(
                self, {}, {"session_id": "$response.body#/session_id"}, needed=("session_id",)
            )
            return Link.of("DELETE", DeleteSession.path(session_id=arguments["session_id"]), arguments)

    class Handler(Protocol):
        async def __call__(self, call: Call[None], /, *, body: models.SessionTokenCreate) -> CreateSessionToken.Created: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/session-tokens"


class CreateReauthentication(Operation):
    """POST /api/v1/reauthentications: Confirm your identity"""

    operation_id = "createReauthentication"
    BadRequest = problems.BadRequest
    Unauthorized = problems.Unauthorized
    VerificationFailed = problems.VerificationFailed
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class NoContent(Empty):
        """The session is recent."""

        status = 204

    class Handler(Protocol):
        async def __call__(
            self, call: Call[SessionPrincipal], /, *, body: models.Reauthentication
        ) -> CreateReauthentication.NoContent: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/reauthentications"


class ListApiKeys(Operation):
    """GET /api/v1/api-keys: List your API keys"""

    operation_id = "listApiKeys"
    Unauthorized = problems.Unauthorized
    NotAcceptable = problems.NotAcceptable
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class OK(Body[models.ApiKeyList | rows.ApiKeyListRow]):
        """Your API keys."""

        status = 200

    class Handler(Protocol):
        async def __call__(self, call: Call[SessionPrincipal], /) -> ListApiKeys.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/api-keys"


class CreateApiKey(Operation):
    """POST /api/v1/api-keys: Create an API key"""

    operation_id = "createApiKey"
    BadRequest = problems.BadRequest
    Unauthorized = problems.Unauthorized
    ReauthenticationRequired = problems.ReauthenticationRequired
    NotAcceptable = problems.NotAcceptable
    TooManyApiKeys = problems.TooManyApiKeys
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Created(Body[models.CreatedApiKey | rows.CreatedApiKeyRow], kw_only=True):
        """The new key, with its secret."""

        status = 201
        headers = (("location", "Location"),)
        location: str

        def link_delete_api_key(self) -> Link[DeleteApiKey.Arguments]:
            """DELETE /api/v1/api-keys/{key_id}: Revoke an API key"""
            arguments: DeleteApiKey.Arguments = link_arguments(self, {}, {"key_id": "$response.body#/id"}, needed=("key_id",))
            return Link.of("DELETE", DeleteApiKey.path(key_id=arguments["key_id"]), arguments)

    class Handler(Protocol):
        async def __call__(self, call: Call[SessionPrincipal], /, *, body: models.ApiKeyCreate) -> CreateApiKey.Created: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/api-keys"


class DeleteApiKey(Operation):
    """DELETE /api/v1/api-keys/{key_id}: Revoke an API key"""

    operation_id = "deleteApiKey"
    Unauthorized = problems.Unauthorized
    ReauthenticationRequired = problems.ReauthenticationRequired
    NotFound = problems.NotFound
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        key_id: int

    class NoContent(Empty):
        """The key has been deleted."""

        status = 204

    class Handler(Protocol):
        async def __call__(self, call: Call[SessionPrincipal], /, *, key_id: int) -> DeleteApiKey.NoContent: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path(*, key_id: int) -> str:
        """The path of this operation, with its parameters percent-encoded."""
        return f"/api/v1/api-keys/{key_id}"


class ListUsers(Operation):
    """GET /api/v1/users: List users"""

    operation_id = "listUsers"
    Unauthorized = problems.Unauthorized
    Forbidden = problems.Forbidden
    UnknownCursor = problems.UnknownCursor
    NotAcceptable = problems.NotAcceptable
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        page: int
        page_size: int
        cursor: str
        role: Literal["user", "admin"]
        is_active: bool
        created_after: str
        created_before: str
        q: str
        sort: Literal["created_at", "-created_at", "username", "-username"]

    class OK(Body[models.UserList | rows.UserListRow]):
        """One page of users."""

        status = 200

        def link_next_page(
            self,
            *,
            role: Literal["user", "admin"] | None,
            is_active: bool | None,
            created_after: str | None,
            created_before: str | None,
            q: str | None,
            sort: Literal["created_at", "-created_at", "username", "-username"] | None,
        ) -> Link[ListUsers.Arguments]:
            """The next page, with the same filters. There is none if `next_cursor` is null."""
            arguments: ListUsers.Arguments = link_arguments(
                self,
                {
                    "$request.query.role": role,
                    "$request.query.is_active": is_active,
                    "$request.query.created_after": created_after,
                    "$request.query.created_before": created_before,
                    "$request.query.q": q,
                    "$request.query.sort": sort,
                },
                {
                    "cursor": "$response.body#/next_cursor",
                    "page_size": "$response.body#/page_size",
                    "role": "$request.query.role",
                    "is_active": "$request.query.is_active",
                    "created_after": "$request.query.created_after",
                    "created_before": "$request.query.created_before",
                    "q": "$request.query.q",
                    "sort": "$request.query.sort",
                },
                texts=(
                    "cursor",
                    "created_after",
                    "created_before",
                    "q",
                ),
            )
            return Link.of(
                "GET",
                ListUsers.path(),
                arguments,
                query=(
                    ("page_size", "page_size", "form", True),
                    ("cursor", "cursor", "form", True),
                    ("role", "role", "form", True),
                    ("is_active", "is_active", "form", True),
                    ("created_after", "created_after", "form", True),
                    ("created_before", "created_before", "form", True),
                    ("q", "q", "form", True),
                    ("sort", "sort", "form", True),
                ),
            )

    class Handler(Protocol):
        async def __call__(
            self,
            call: Call[Principal],
            /,
            *,
            page: int,
            page_size: int,
            cursor: str | None,
            role: Literal["user", "admin"] | None,
            is_active: bool | None,
            created_after: str | None,
            created_before: str | None,
            q: str | None,
            sort: Literal["created_at", "-created_at", "username", "-username"] | None,
        ) -> ListUsers.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/users"


class CreateUser(Operation):
    """POST /api/v1/users: Sign up or create a user"""

    operation_id = "createUser"
    BadRequest = problems.BadRequest
    Unauthorized = problems.Unauthorized
    SignUpClosed = problems.SignUpClosed
    NotAcceptable = problems.NotAcceptable
    AlreadyRegistered = problems.AlreadyRegistered
    WeakPassword = problems.WeakPassword
    DisallowedCharacters = problems.DisallowedCharacters
    IdempotencyKeyInUse = problems.IdempotencyKeyInUse
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    IdempotencyKeyReused = problems.IdempotencyKeyReused
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Created(Body[models.User | rows.UserRow], kw_only=True):
        """The new user."""

        status = 201
        headers = (("etag", "ETag"), ("location", "Location"))
        etag: str
        location: str

        def link_get_user(self) -> Link[GetUser.Arguments]:
            """GET /api/v1/users/{user_id}: Get a user"""
            arguments: GetUser.Arguments = link_arguments(self, {}, {"user_id": "$response.body#/id"}, needed=("user_id",))
            return Link.of("GET", GetUser.path(user_id=arguments["user_id"]), arguments)

        def link_update_user(self) -> Link[UpdateUser.Arguments]:
            """Send the `ETag` to change only the version that you have seen."""
            arguments: UpdateUser.Arguments = link_arguments(
                self,
                {},
                {"user_id": "$response.body#/id", "if_match": "$response.header.ETag"},
                needed=("user_id",),
                texts=("if_match",),
            )
            return Link.of(
                "PATCH", UpdateUser.path(user_id=arguments["user_id"]), arguments, headers=(("if_match", "If-Match"),)
            )

        def link_delete_user(self) -> Link[DeleteUser.Arguments]:
            """DELETE /api/v1/users/{user_id}: Delete a user"""
            arguments: DeleteUser.Arguments = link_arguments(self, {}, {"user_id": "$response.body#/id"}, needed=("user_id",))
            return Link.of("DELETE", DeleteUser.path(user_id=arguments["user_id"]), arguments)

        def link_export_user_data(self) -> Link[ExportUserData.Arguments]:
            """GET /api/v1/users/{user_id}/export: Export the data of a user"""
            arguments: ExportUserData.Arguments = link_arguments(
                self, {}, {"user_id": "$response.body#/id"}, needed=("user_id",)
            )
            return Link.of("GET", ExportUserData.path(user_id=arguments["user_id"]), arguments)

        def link_list_user_posts(self) -> Link[ListUserPosts.Arguments]:
            """GET /api/v1/users/{user_id}/posts: List the posts of a user"""
            arguments: ListUserPosts.Arguments = link_arguments(
                self, {}, {"user_id": "$response.body#/id"}, needed=("user_id",)
            )
            return Link.of("GET", ListUserPosts.path(user_id=arguments["user_id"]), arguments)

        def link_get_user_profile(self) -> Link[GetUserProfile.Arguments]:
            """GET /api/v1/user-profiles/{user_id}: Get a profile"""
            arguments: GetUserProfile.Arguments = link_arguments(
                self, {}, {"user_id": "$response.body#/id"}, needed=("user_id",)
            )
            return Link.of("GET", GetUserProfile.path(user_id=arguments["user_id"]), arguments)

    class Accepted(Body[models.PendingUser | rows.PendingUserRow]):
        """An e-mail to the address says what to do next."""

        status = 202

    class Handler(Protocol):
        async def __call__(
            self, call: Call[SessionPrincipal | None], /, *, idempotency_key: str | None, body: models.UserCreate
        ) -> CreateUser.Created | CreateUser.Accepted: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/users"


class GetCurrentUser(Operation):
    """GET /api/v1/users/me: Get your own account"""

    operation_id = "getCurrentUser"
    Unauthorized = problems.Unauthorized
    Forbidden = problems.Forbidden
    NotAcceptable = problems.NotAcceptable
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class OK(Body[models.User | rows.UserRow], kw_only=True):
        """Your account."""

        status = 200
        headers = (("etag", "ETag"),)
        etag: str

        def link_update_user(self) -> Link[UpdateUser.Arguments]:
            """Send the `ETag` to change only the version that you have seen."""
            arguments: UpdateUser.Arguments = link_arguments(
                self,
                {},
                {"user_id": "$response.body#/id", "if_match": "$response.header.ETag"},
                needed=("user_id",),
                texts=("if_match",),
            )
            return Link.of(
                "PATCH", UpdateUser.path(user_id=arguments["user_id"]), arguments, headers=(("if_match", "If-Match"),)
            )

        def link_list_user_posts(self) -> Link[ListUserPosts.Arguments]:
            """GET /api/v1/users/{user_id}/posts: List the posts of a user"""
            arguments: ListUserPosts.Arguments = link_arguments(
                self, {}, {"user_id": "$response.body#/id"}, needed=("user_id",)
            )
            return Link.of("GET", ListUserPosts.path(user_id=arguments["user_id"]), arguments)

    class Handler(Protocol):
        async def __call__(self, call: Call[Principal], /) -> GetCurrentUser.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/users/me"


class GetUser(Operation):
    """GET /api/v1/users/{user_id}: Get a user"""

    operation_id = "getUser"
    Unauthorized = problems.Unauthorized
    Forbidden = problems.Forbidden
    NotFound = problems.NotFound
    NotAcceptable = problems.NotAcceptable
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        user_id: int
        if_none_match: str

    class OK(Body[models.User | rows.UserRow], kw_only=True):
        """The user."""

        status = 200
        headers = (("etag", "ETag"),)
        etag: str

        def link_update_user(self, *, user_id: int) -> Link[UpdateUser.Arguments]:
            """Send the `ETag` to change only the version that you have seen."""
            arguments: UpdateUser.Arguments = link_arguments(
                self,
                {"$request.path.user_id": user_id},
                {"user_id": "$request.path.user_id", "if_match": "$response.header.ETag"},
                needed=("user_id",),
                texts=("if_match",),
            )
            return Link.of(
                "PATCH", UpdateUser.path(user_id=arguments["user_id"]), arguments, headers=(("if_match", "If-Match"),)
            )

        def link_revalidate(self, *, user_id: int) -> Link[GetUser.Arguments]:
            """Send the `ETag` to transfer the user only if it has changed."""
            arguments: GetUser.Arguments = link_arguments(
                self,
                {"$request.path.user_id": user_id},
                {"user_id": "$request.path.user_id", "if_none_match": "$response.header.ETag"},
                needed=("user_id",),
                texts=("if_none_match",),
            )
            return Link.of(
                "GET", GetUser.path(user_id=arguments["user_id"]), arguments, headers=(("if_none_match", "If-None-Match"),)
            )

        def link_list_user_posts(self, *, user_id: int) -> Link[ListUserPosts.Arguments]:
            """GET /api/v1/users/{user_id}/posts: List the posts of a user"""
            arguments: ListUserPosts.Arguments = link_arguments(
                self, {"$request.path.user_id": user_id}, {"user_id": "$request.path.user_id"}, needed=("user_id",)
            )
            return Link.of("GET", ListUserPosts.path(user_id=arguments["user_id"]), arguments)

    class Handler(Protocol):
        async def __call__(self, call: Call[Principal], /, *, user_id: int) -> GetUser.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path(*, user_id: int) -> str:
        """The path of this operation, with its parameters percent-encoded."""
        return f"/api/v1/users/{user_id}"


class DeleteUser(Operation):
    """DELETE /api/v1/users/{user_id}: Delete a user"""

    operation_id = "deleteUser"
    Unauthorized = problems.Unauthorized
    ReauthenticationRequired = problems.ReauthenticationRequired
    Forbidden = problems.Forbidden
    NotFound = problems.NotFound
    LastAdmin = problems.LastAdmin
    PreconditionFailed = problems.PreconditionFailed
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        user_id: int
        if_match: str

    class NoContent(Empty):
        """The user has been deleted."""

        status = 204

    class Handler(Protocol):
        async def __call__(
            self, call: Call[SessionPrincipal], /, *, user_id: int, if_match: str | None
        ) -> DeleteUser.NoContent: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path(*, user_id: int) -> str:
        """The path of this operation, with its parameters percent-encoded."""
        return f"/api/v1/users/{user_id}"


class UpdateUser(Operation):
    """PATCH /api/v1/users/{user_id}: Update a user"""

    operation_id = "updateUser"
    BadRequest = problems.BadRequest
    Unauthorized = problems.Unauthorized
    Forbidden = problems.Forbidden
    NotFound = problems.NotFound
    NotAcceptable = problems.NotAcceptable
    LastAdmin = problems.LastAdmin
    PreconditionFailed = problems.PreconditionFailed
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        user_id: int
        if_match: str

    class OK(Body[models.User | rows.UserRow], kw_only=True):
        """The updated user."""

        status = 200
        headers = (("etag", "ETag"),)
        etag: str

        def link_update_user(self, *, user_id: int) -> Link[UpdateUser.Arguments]:
            """Send the `ETag` to change only the version that you have seen."""
            arguments: UpdateUser.Arguments = link_arguments(
                self,
                {"$request.path.user_id": user_id},
                {"user_id": "$request.path.user_id", "if_match": "$response.header.ETag"},
                needed=("user_id",),
                texts=("if_match",),
            )
            return Link.of(
                "PATCH", UpdateUser.path(user_id=arguments["user_id"]), arguments, headers=(("if_match", "If-Match"),)
            )

    class Handler(Protocol):
        async def __call__(
            self, call: Call[Principal], /, *, user_id: int, if_match: str | None, body: models.UserUpdate
        ) -> UpdateUser.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path(*, user_id: int) -> str:
        """The path of this operation, with its parameters percent-encoded."""
        return f"/api/v1/users/{user_id}"


class DeleteUserSessions(Operation):
    """DELETE /api/v1/users/{user_id}/sessions: Sign a user out"""

    operation_id = "deleteUserSessions"
    Unauthorized = problems.Unauthorized
    Forbidden = problems.Forbidden
    NotFound = problems.NotFound
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class NoContent(Empty):
        """The sessions have ended."""

        status = 204

    class Handler(Protocol):
        async def __call__(self, call: Call[SessionPrincipal], /, *, user_id: int) -> DeleteUserSessions.NoContent: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path(*, user_id: int) -> str:
        """The path of this operation, with its parameters percent-encoded."""
        return f"/api/v1/users/{user_id}/sessions"


class ExportUserData(Operation):
    """GET /api/v1/users/{user_id}/export: Export the data of a user"""

    operation_id = "exportUserData"
    Unauthorized = problems.Unauthorized
    ReauthenticationRequired = problems.ReauthenticationRequired
    Forbidden = problems.Forbidden
    NotFound = problems.NotFound
    NotAcceptable = problems.NotAcceptable
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        user_id: int

    class OK(Body[models.UserExport | rows.UserExportRow]):
        """The data of the user."""

        status = 200

    class Handler(Protocol):
        async def __call__(self, call: Call[SessionPrincipal], /, *, user_id: int) -> ExportUserData.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path(*, user_id: int) -> str:
        """The path of this operation, with its parameters percent-encoded."""
        return f"/api/v1/users/{user_id}/export"


class SetUserRole(Operation):
    """PUT /api/v1/users/{user_id}/role: Set the role of a user"""

    operation_id = "setUserRole"
    BadRequest = problems.BadRequest
    Unauthorized = problems.Unauthorized
    ReauthenticationRequired = problems.ReauthenticationRequired
    Forbidden = problems.Forbidden
    NotFound = problems.NotFound
    NotAcceptable = problems.NotAcceptable
    LastAdmin = problems.LastAdmin
    PreconditionFailed = problems.PreconditionFailed
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class OK(Body[models.User | rows.UserRow], kw_only=True):
        """The user."""

        status = 200
        headers = (("etag", "ETag"),)
        etag: str

        def link_update_user(self) -> Link[UpdateUser.Arguments]:
            """Send the `ETag` to change only the version that you have seen."""
            arguments: UpdateUser.Arguments = link_arguments(
                self,
                {},
                {"user_id": "$response.body#/id", "if_match": "$response.header.ETag"},
                needed=("user_id",),
                texts=("if_match",),
            )
            return Link.of(
                "PATCH", UpdateUser.path(user_id=arguments["user_id"]), arguments, headers=(("if_match", "If-Match"),)
            )

    class Handler(Protocol):
        async def __call__(
            self, call: Call[SessionPrincipal], /, *, user_id: int, if_match: str | None, body: models.RoleChange
        ) -> SetUserRole.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path(*, user_id: int) -> str:
        """The path of this operation, with its parameters percent-encoded."""
        return f"/api/v1/users/{user_id}/role"


class ChangePassword(Operation):
    """PUT /api/v1/users/me/password: Change your password"""

    operation_id = "changePassword"
    BadRequest = problems.BadRequest
    Unauthorized = problems.Unauthorized
    ReauthenticationRequired = problems.ReauthenticationRequired
    VerificationFailed = problems.VerificationFailed
    WeakPassword = problems.WeakPassword
    DisallowedCharacters = problems.DisallowedCharacters
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class NoContent(Empty):
        """The password has been changed."""

        status = 204

    class Handler(Protocol):
        async def __call__(
            self, call: Call[SessionPrincipal], /, *, body: models.PasswordChange
        ) -> ChangePassword.NoContent: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/users/me/password"


class ChangeEmail(Operation):
    """PUT /api/v1/users/me/email: Change your e-mail address"""

    operation_id = "changeEmail"
    BadRequest = problems.BadRequest
    Unauthorized = problems.Unauthorized
    ReauthenticationRequired = problems.ReauthenticationRequired
    VerificationFailed = problems.VerificationFailed
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Accepted(Empty):
        """The e-mails will be sent."""

        status = 202

    class Handler(Protocol):
        async def __call__(self, call: Call[SessionPrincipal], /, *, body: models.EmailChange) -> ChangeEmail.Accepted: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/users/me/email"


class RequestPasswordReset(Operation):
    """POST /api/v1/password-resets: Ask for a new password"""

    operation_id = "requestPasswordReset"
    BadRequest = problems.BadRequest
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Accepted(Empty):
        """If a user has this address, the e-mail will be sent."""

        status = 202

    class Handler(Protocol):
        async def __call__(self, call: Call[None], /, *, body: models.MailRequest) -> RequestPasswordReset.Accepted: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/password-resets"


class ConfirmPasswordReset(Operation):
    """POST /api/v1/password-reset-confirmations: Set a new password"""

    operation_id = "confirmPasswordReset"
    BadRequest = problems.BadRequest
    InvalidToken = problems.InvalidToken
    WeakPassword = problems.WeakPassword
    DisallowedCharacters = problems.DisallowedCharacters
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class NoContent(Empty):
        """The password has been set."""

        status = 204

    class Handler(Protocol):
        async def __call__(self, call: Call[None], /, *, body: models.PasswordReset) -> ConfirmPasswordReset.NoContent: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/password-reset-confirmations"


class RequestEmailVerification(Operation):
    """POST /api/v1/email-verifications: Ask for a verification e-mail"""

    operation_id = "requestEmailVerification"
    BadRequest = problems.BadRequest
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Accepted(Empty):
        """If a user has this address, the e-mail will be sent."""

        status = 202

    class Handler(Protocol):
        async def __call__(self, call: Call[None], /, *, body: models.MailRequest) -> RequestEmailVerification.Accepted: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/email-verifications"


class ConfirmEmail(Operation):
    """POST /api/v1/email-verification-confirmations: Confirm an e-mail address"""

    operation_id = "confirmEmail"
    BadRequest = problems.BadRequest
    InvalidToken = problems.InvalidToken
    AlreadyRegistered = problems.AlreadyRegistered
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class NoContent(Empty):
        """The address is confirmed."""

        status = 204

    class Handler(Protocol):
        async def __call__(self, call: Call[None], /, *, body: models.EmailConfirmation) -> ConfirmEmail.NoContent: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/email-verification-confirmations"


class ListFactors(Operation):
    """GET /api/v1/users/me/factors: List your factors"""

    operation_id = "listFactors"
    Unauthorized = problems.Unauthorized
    NotAcceptable = problems.NotAcceptable
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class OK(Body[models.FactorList | rows.FactorListRow]):
        """Your factors."""

        status = 200

    class Handler(Protocol):
        async def __call__(self, call: Call[SessionPrincipal], /) -> ListFactors.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/users/me/factors"


class DeleteFactor(Operation):
    """DELETE /api/v1/users/me/factors/{factor_id}: Remove a factor"""

    operation_id = "deleteFactor"
    Unauthorized = problems.Unauthorized
    ReauthenticationRequired = problems.ReauthenticationRequired
    NotFound = problems.NotFound
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        factor_id: int

    class NoContent(Empty):
        """The factor has been removed."""

        status = 204

    class Handler(Protocol):
        async def __call__(self, call: Call[SessionPrincipal], /, *, factor_id: int) -> DeleteFactor.NoContent: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path(*, factor_id: int) -> str:
        """The path of this operation, with its parameters percent-encoded."""
        return f"/api/v1/users/me/factors/{factor_id}"


class UpdateFactor(Operation):
    """PATCH /api/v1/users/me/factors/{factor_id}: Rename a factor"""

    operation_id = "updateFactor"
    BadRequest = problems.BadRequest
    Unauthorized = problems.Unauthorized
    NotFound = problems.NotFound
    NotAcceptable = problems.NotAcceptable
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        factor_id: int

    class OK(Body[models.Factor | rows.FactorRow]):
        """The renamed factor."""

        status = 200

    class Handler(Protocol):
        async def __call__(
            self, call: Call[SessionPrincipal], /, *, factor_id: int, body: models.FactorUpdate
        ) -> UpdateFactor.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path(*, factor_id: int) -> str:
        """The path of this operation, with its parameters percent-encoded."""
        return f"/api/v1/users/me/factors/{factor_id}"


class CreatePasskeyChallenge(Operation):
    """POST /api/v1/passkey-challenges: Start to use a passkey"""

    operation_id = "createPasskeyChallenge"
    BadRequest = problems.BadRequest
    Unauthorized = problems.Unauthorized
    NotAcceptable = problems.NotAcceptable
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class OK(Body[models.PasskeyChallenge | rows.PasskeyChallengeRow]):
        """The challenge."""

        status = 200

    class Handler(Protocol):
        async def __call__(
            self, call: Call[SessionPrincipal | None], /, *, body: models.PasskeyChallengeCreate
        ) -> CreatePasskeyChallenge.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/passkey-challenges"


class CreatePasskey(Operation):
    """POST /api/v1/users/me/passkeys: Add a passkey"""

    operation_id = "createPasskey"
    BadRequest = problems.BadRequest
    Unauthorized = problems.Unauthorized
    ReauthenticationRequired = problems.ReauthenticationRequired
    VerificationFailed = problems.VerificationFailed
    NotAcceptable = problems.NotAcceptable
    FactorExists = problems.FactorExists
    TooManyPasskeys = problems.TooManyPasskeys
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Created(Body[models.Factor | rows.FactorRow], kw_only=True):
        """The new passkey."""

        status = 201
        headers = (("location", "Location"),)
        location: str

        def link_rename_passkey(self) -> Link[UpdateFactor.Arguments]:
            """PATCH /api/v1/users/me/factors/{factor_id}: Rename a factor"""
            arguments: UpdateFactor.Arguments = link_arguments(
                self, {}, {"factor_id": "$response.body#/id"}, needed=("factor_id",)
            )
            return Link.of("PATCH", UpdateFactor.path(factor_id=arguments["factor_id"]), arguments)

        def link_remove_passkey(self) -> Link[DeleteFactor.Arguments]:
            """DELETE /api/v1/users/me/factors/{factor_id}: Remove a factor"""
            arguments: DeleteFactor.Arguments = link_arguments(
                self, {}, {"factor_id": "$response.body#/id"}, needed=("factor_id",)
            )
            return Link.of("DELETE", DeleteFactor.path(factor_id=arguments["factor_id"]), arguments)

    class Handler(Protocol):
        async def __call__(self, call: Call[SessionPrincipal], /, *, body: models.PasskeyCreate) -> CreatePasskey.Created: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/users/me/passkeys"


class EnrolTotp(Operation):
    """POST /api/v1/users/me/totp: Add an authenticator app"""

    operation_id = "enrolTotp"
    BadRequest = problems.BadRequest
    Unauthorized = problems.Unauthorized
    ReauthenticationRequired = problems.ReauthenticationRequired
    NotAcceptable = problems.NotAcceptable
    FactorExists = problems.FactorExists
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Created(Body[models.TotpEnrolment | rows.TotpEnrolmentRow], kw_only=True):
        """The secret, which is shown only once."""

        status = 201
        headers = (("location", "Location"),)
        location: str

        def link_remove_factor(self) -> Link[DeleteFactor.Arguments]:
            """DELETE /api/v1/users/me/factors/{factor_id}: Remove a factor"""
            arguments: DeleteFactor.Arguments = link_arguments(
                self, {}, {"factor_id": "$response.body#/factor_id"}, needed=("factor_id",)
            )
            return Link.of("DELETE", DeleteFactor.path(factor_id=arguments["factor_id"]), arguments)

    class Handler(Protocol):
        async def __call__(self, call: Call[SessionPrincipal], /, *, body: models.TotpCreate) -> EnrolTotp.Created: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/users/me/totp"


class ConfirmTotp(Operation):
    """POST /api/v1/users/me/totp-confirmations: Confirm the authenticator app"""

    operation_id = "confirmTotp"
    BadRequest = problems.BadRequest
    Unauthorized = problems.Unauthorized
    ReauthenticationRequired = problems.ReauthenticationRequired
    VerificationFailed = problems.VerificationFailed
    NotFound = problems.NotFound
    NotAcceptable = problems.NotAcceptable
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class OK(Body[models.RecoveryCodes | rows.RecoveryCodesRow]):
        """The recovery codes."""

        status = 200

    class Handler(Protocol):
        async def __call__(self, call: Call[SessionPrincipal], /, *, body: models.TotpConfirmation) -> ConfirmTotp.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/users/me/totp-confirmations"


class ListUserProfiles(Operation):
    """GET /api/v1/user-profiles: List profiles"""

    operation_id = "listUserProfiles"
    UnknownCursor = problems.UnknownCursor
    NotAcceptable = problems.NotAcceptable
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        page: int
        page_size: int
        cursor: str
        if_none_match: str

    class OK(Body[models.UserProfileList | rows.UserProfileListRow], kw_only=True):
        """One page of profiles."""

        status = 200
        headers = (("etag", "ETag"),)
        etag: str

        def link_next_page(self) -> Link[ListUserProfiles.Arguments]:
            """The next page. There is none if `next_cursor` is null."""
            arguments: ListUserProfiles.Arguments = link_arguments(
                self, {}, {"cursor": "$response.body#/next_cursor", "page_size": "$response.body#/page_size"}, texts=("cursor",)
            )
            return Link.of(
                "GET",
                ListUserProfiles.path(),
                arguments,
                query=(
                    ("page_size", "page_size", "form", True),
                    ("cursor", "cursor", "form", True),
                ),
            )

    class Handler(Protocol):
        async def __call__(
            self, call: Call[None], /, *, page: int, page_size: int, cursor: str | None
        ) -> ListUserProfiles.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/user-profiles"


class GetUserProfile(Operation):
    """GET /api/v1/user-profiles/{user_id}: Get a profile"""

    operation_id = "getUserProfile"
    NotFound = problems.NotFound
    NotAcceptable = problems.NotAcceptable
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        user_id: int
        if_none_match: str

    class OK(Body[models.UserProfile | rows.UserProfileRow], kw_only=True):
        """The profile."""

        status = 200
        headers = (("etag", "ETag"),)
        etag: str

        def link_list_user_posts(self) -> Link[ListUserPosts.Arguments]:
            """GET /api/v1/users/{user_id}/posts: List the posts of a user"""
            arguments: ListUserPosts.Arguments = link_arguments(
                self, {}, {"user_id": "$response.body#/id"}, needed=("user_id",)
            )
            return Link.of("GET", ListUserPosts.path(user_id=arguments["user_id"]), arguments)

    class Handler(Protocol):
        async def __call__(self, call: Call[None], /, *, user_id: int) -> GetUserProfile.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path(*, user_id: int) -> str:
        """The path of this operation, with its parameters percent-encoded."""
        return f"/api/v1/user-profiles/{user_id}"


class ListPosts(Operation):
    """GET /api/v1/posts: List posts"""

    operation_id = "listPosts"
    UnknownCursor = problems.UnknownCursor
    NotAcceptable = problems.NotAcceptable
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        page: int
        page_size: int
        cursor: str
        if_none_match: str

    class OK(Body[models.PostList | rows.PostListRow], kw_only=True):
        """One page of posts."""

        status = 200
        headers = (("etag", "ETag"),)
        etag: str

        def link_next_page(self) -> Link[ListPosts.Arguments]:
            """The next page. There is none if `next_cursor` is null."""
            arguments: ListPosts.Arguments = link_arguments(
                self, {}, {"cursor": "$response.body#/next_cursor", "page_size": "$response.body#/page_size"}, texts=("cursor",)
            )
            return Link.of(
                "GET",
                ListPosts.path(),
                arguments,
                query=(
                    ("page_size", "page_size", "form", True),
                    ("cursor", "cursor", "form", True),
                ),
            )

    class Handler(Protocol):
        async def __call__(self, call: Call[None], /, *, page: int, page_size: int, cursor: str | None) -> ListPosts.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/posts"


class CreatePost(Operation):
    """POST /api/v1/posts: Create a post"""

    operation_id = "createPost"
    BadRequest = problems.BadRequest
    Unauthorized = problems.Unauthorized
    Forbidden = problems.Forbidden
    NotAcceptable = problems.NotAcceptable
    IdempotencyKeyInUse = problems.IdempotencyKeyInUse
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    IdempotencyKeyReused = problems.IdempotencyKeyReused
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Created(Body[models.Post | rows.PostRow], kw_only=True):
        """The new post."""

        status = 201
        headers = (("etag", "ETag"), ("location", "Location"))
        etag: str
        location: str

        def link_get_post(self) -> Link[GetPost.Arguments]:
            """GET /api/v1/posts/{post_id}: Get a post"""
            arguments: GetPost.Arguments = link_arguments(self, {}, {"post_id": "$response.body#/id"}, needed=("post_id",))
            return Link.of("GET", GetPost.path(post_id=arguments["post_id"]), arguments)

        def link_update_post(self) -> Link[UpdatePost.Arguments]:
            """Send the `ETag` to change only the version that you have seen."""
            arguments: UpdatePost.Arguments = link_arguments(
                self,
                {},
                {"post_id": "$response.body#/id", "if_match": "$response.header.ETag"},
                needed=("post_id",),
                texts=("if_match",),
            )
            return Link.of(
                "PATCH", UpdatePost.path(post_id=arguments["post_id"]), arguments, headers=(("if_match", "If-Match"),)
            )

        def link_delete_post(self) -> Link[DeletePost.Arguments]:
            """DELETE /api/v1/posts/{post_id}: Delete a post"""
            arguments: DeletePost.Arguments = link_arguments(self, {}, {"post_id": "$response.body#/id"}, needed=("post_id",))
            return Link.of("DELETE", DeletePost.path(post_id=arguments["post_id"]), arguments)

        def link_list_user_posts(self) -> Link[ListUserPosts.Arguments]:
            """GET /api/v1/users/{user_id}/posts: List the posts of a user"""
            arguments: ListUserPosts.Arguments = link_arguments(
                self, {}, {"user_id": "$response.body#/author_id"}, needed=("user_id",)
            )
            return Link.of("GET", ListUserPosts.path(user_id=arguments["user_id"]), arguments)

    class Handler(Protocol):
        async def __call__(
            self, call: Call[Principal], /, *, idempotency_key: str | None, body: models.PostCreate
        ) -> CreatePost.Created: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/posts"


class GetPost(Operation):
    """GET /api/v1/posts/{post_id}: Get a post"""

    operation_id = "getPost"
    Unauthorized = problems.Unauthorized
    Forbidden = problems.Forbidden
    NotFound = problems.NotFound
    NotAcceptable = problems.NotAcceptable
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        post_id: int
        if_none_match: str

    class OK(Body[models.Post | rows.PostRow], kw_only=True):
        """The post."""

        status = 200
        headers = (("etag", "ETag"),)
        etag: str

        def link_author(self) -> Link[GetUserProfile.Arguments]:
            """The profile of the author."""
            arguments: GetUserProfile.Arguments = link_arguments(
                self, {}, {"user_id": "$response.body#/author_id"}, needed=("user_id",)
            )
            return Link.of("GET", GetUserProfile.path(user_id=arguments["user_id"]), arguments)

        def link_update_post(self, *, post_id: int) -> Link[UpdatePost.Arguments]:
            """Send the `ETag` to change only the version that you have seen."""
            arguments: UpdatePost.Arguments = link_arguments(
                self,
                {"$request.path.post_id": post_id},
                {"post_id": "$request.path.post_id", "if_match": "$response.header.ETag"},
                needed=("post_id",),
                texts=("if_match",),
            )
            return Link.of(
                "PATCH", UpdatePost.path(post_id=arguments["post_id"]), arguments, headers=(("if_match", "If-Match"),)
            )

        def link_revalidate(self, *, post_id: int) -> Link[GetPost.Arguments]:
            """Send the `ETag` to transfer the post only if it has changed."""
            arguments: GetPost.Arguments = link_arguments(
                self,
                {"$request.path.post_id": post_id},
                {"post_id": "$request.path.post_id", "if_none_match": "$response.header.ETag"},
                needed=("post_id",),
                texts=("if_none_match",),
            )
            return Link.of(
                "GET", GetPost.path(post_id=arguments["post_id"]), arguments, headers=(("if_none_match", "If-None-Match"),)
            )

    class Handler(Protocol):
        async def __call__(self, call: Call[Principal | None], /, *, post_id: int) -> GetPost.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path(*, post_id: int) -> str:
        """The path of this operation, with its parameters percent-encoded."""
        return f"/api/v1/posts/{post_id}"


class DeletePost(Operation):
    """DELETE /api/v1/posts/{post_id}: Delete a post"""

    operation_id = "deletePost"
    Unauthorized = problems.Unauthorized
    Forbidden = problems.Forbidden
    NotFound = problems.NotFound
    PreconditionFailed = problems.PreconditionFailed
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        post_id: int
        if_match: str

    class NoContent(Empty):
        """The post has been deleted."""

        status = 204

    class Handler(Protocol):
        async def __call__(self, call: Call[Principal], /, *, post_id: int, if_match: str | None) -> DeletePost.NoContent: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path(*, post_id: int) -> str:
        """The path of this operation, with its parameters percent-encoded."""
        return f"/api/v1/posts/{post_id}"


class UpdatePost(Operation):
    """PATCH /api/v1/posts/{post_id}: Update a post"""

    operation_id = "updatePost"
    BadRequest = problems.BadRequest
    Unauthorized = problems.Unauthorized
    Forbidden = problems.Forbidden
    NotFound = problems.NotFound
    NotAcceptable = problems.NotAcceptable
    PreconditionFailed = problems.PreconditionFailed
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        post_id: int
        if_match: str

    class OK(Body[models.Post | rows.PostRow], kw_only=True):
        """The updated post."""

        status = 200
        headers = (("etag", "ETag"),)
        etag: str

        def link_update_post(self, *, post_id: int) -> Link[UpdatePost.Arguments]:
            """Send the `ETag` to change only the version that you have seen."""
            arguments: UpdatePost.Arguments = link_arguments(
                self,
                {"$request.path.post_id": post_id},
                {"post_id": "$request.path.post_id", "if_match": "$response.header.ETag"},
                needed=("post_id",),
                texts=("if_match",),
            )
            return Link.of(
                "PATCH", UpdatePost.path(post_id=arguments["post_id"]), arguments, headers=(("if_match", "If-Match"),)
            )

    class Handler(Protocol):
        async def __call__(
            self, call: Call[Principal], /, *, post_id: int, if_match: str | None, body: models.PostUpdate
        ) -> UpdatePost.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path(*, post_id: int) -> str:
        """The path of this operation, with its parameters percent-encoded."""
        return f"/api/v1/posts/{post_id}"


class ListUserPosts(Operation):
    """GET /api/v1/users/{user_id}/posts: List the posts of a user"""

    operation_id = "listUserPosts"
    Unauthorized = problems.Unauthorized
    Forbidden = problems.Forbidden
    NotFound = problems.NotFound
    UnknownCursor = problems.UnknownCursor
    NotAcceptable = problems.NotAcceptable
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        user_id: int
        page: int
        page_size: int
        cursor: str
        if_none_match: str

    class OK(Body[models.PostList | rows.PostListRow], kw_only=True):
        """One page of the user's posts."""

        status = 200
        headers = (("etag", "ETag"),)
        etag: str

        def link_next_page(self, *, user_id: int) -> Link[ListUserPosts.Arguments]:
            """The next page. There is none if `next_cursor` is null."""
            arguments: ListUserPosts.Arguments = link_arguments(
                self,
                {"$request.path.user_id": user_id},
                {
                    "user_id": "$request.path.user_id",
                    "cursor": "$response.body#/next_cursor",
                    "page_size": "$response.body#/page_size",
                },
                needed=("user_id",),
                texts=("cursor",),
            )
            return Link.of(
                "GET",
                ListUserPosts.path(user_id=arguments["user_id"]),
                arguments,
                query=(
                    ("page_size", "page_size", "form", True),
                    ("cursor", "cursor", "form", True),
                ),
            )

    class Handler(Protocol):
        async def __call__(
            self, call: Call[Principal | None], /, *, user_id: int, page: int, page_size: int, cursor: str | None
        ) -> ListUserPosts.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path(*, user_id: int) -> str:
        """The path of this operation, with its parameters percent-encoded."""
        return f"/api/v1/users/{user_id}/posts"


class ListAuditEvents(Operation):
    """GET /api/v1/audit-events: List audit events"""

    operation_id = "listAuditEvents"
    Unauthorized = problems.Unauthorized
    Forbidden = problems.Forbidden
    UnknownCursor = problems.UnknownCursor
    NotAcceptable = problems.NotAcceptable
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        page: int
        page_size: int
        cursor: str
        actor_id: int
        subject_id: int
        type: Literal[
            "session.created",
            "session.refused",
            "session.second-factor-required",
            "session.deleted",
            "session.refresh-reused",
            "sessions.ended",
            "user.sign-up-requested",
            "user.created",
            "user.updated",
            "user.deactivated",
            "user.reactivated",
            "user.deleted",
            "user.role-changed",
            "user.exported",
            "users.imported",
            "users.exported",
            "post.updated",
            "post.deleted",
            "password.changed",
            "password.reset-requested",
            "password.reset",
            "email.verification-requested",
            "email.verified",
            "email.change-requested",
            "email.changed",
            "factor.added",
            "factor.confirmed",
            "factor.updated",
            "factor.removed",
            "factor.counter-regressed",
            "recovery-code.used",
            "reauthentication.succeeded",
            "reauthentication.refused",
            "api-key.created",
            "api-key.deleted",
            "webhook.created",
            "webhook.updated",
            "webhook.deleted",
            "webhook.secret-rotated",
            "webhook.redelivered",
        ]
        created_after: str
        created_before: str

    class OK(Body[models.AuditEventList | rows.AuditEventListRow]):
        """One page of events."""

        status = 200

        def link_next_page(
            self,
            *,
            actor_id: int | None,
            subject_id: int | None,
            type: Literal[
                "session.created",
                "session.refused",
                "session.second-factor-required",
                "session.deleted",
                "session.refresh-reused",
                "sessions.ended",
                "user.sign-up-requested",
                "user.created",
                "user.updated",
                "user.deactivated",
                "user.reactivated",
                "user.deleted",
                "user.role-changed",
                "user.exported",
                "users.imported",
                "users.exported",
                "post.updated",
                "post.deleted",
                "password.changed",
                "password.reset-requested",
                "password.reset",
                "email.verification-requested",
                "email.verified",
                "email.change-requested",
                "email.changed",
                "factor.added",
                "factor.confirmed",
                "factor.updated",
                "factor.removed",
                "factor.counter-regressed",
                "recovery-code.used",
                "reauthentication.succeeded",
                "reauthentication.refused",
                "api-key.created",
                "api-key.deleted",
                "webhook.created",
                "webhook.updated",
                "webhook.deleted",
                "webhook.secret-rotated",
                "webhook.redelivered",
            ]
            | None,
            created_after: str | None,
            created_before: str | None,
        ) -> Link[ListAuditEvents.Arguments]:
            """The next page, with the same filters. There is none if `next_cursor` is null."""
            arguments: ListAuditEvents.Arguments = link_arguments(
                self,
                {
                    "$request.query.actor_id": actor_id,
                    "$request.query.subject_id": subject_id,
                    "$request.query.type": type,
                    "$request.query.created_after": created_after,
                    "$request.query.created_before": created_before,
                },
                {
                    "cursor": "$response.body#/next_cursor",
                    "page_size": "$response.body#/page_size",
                    "actor_id": "$request.query.actor_id",
                    "subject_id": "$request.query.subject_id",
                    "type": "$request.query.type",
                    "created_after": "$request.query.created_after",
                    "created_before": "$request.query.created_before",
                },
                texts=(
                    "cursor",
                    "created_after",
                    "created_before",
                ),
            )
            return Link.of(
                "GET",
                ListAuditEvents.path(),
                arguments,
                query=(
                    ("page_size", "page_size", "form", True),
                    ("cursor", "cursor", "form", True),
                    ("actor_id", "actor_id", "form", True),
                    ("subject_id", "subject_id", "form", True),
                    ("type", "type", "form", True),
                    ("created_after", "created_after", "form", True),
                    ("created_before", "created_before", "form", True),
                ),
            )

    class Handler(Protocol):
        async def __call__(
            self,
            call: Call[SessionPrincipal],
            /,
            *,
            page: int,
            page_size: int,
            cursor: str | None,
            actor_id: int | None,
            subject_id: int | None,
            type: Literal[
                "session.created",
                "session.refused",
                "session.second-factor-required",
                "session.deleted",
                "session.refresh-reused",
                "sessions.ended",
                "user.sign-up-requested",
                "user.created",
                "user.updated",
                "user.deactivated",
                "user.reactivated",
                "user.deleted",
                "user.role-changed",
                "user.exported",
                "users.imported",
                "users.exported",
                "post.updated",
                "post.deleted",
                "password.changed",
                "password.reset-requested",
                "password.reset",
                "email.verification-requested",
                "email.verified",
                "email.change-requested",
                "email.changed",
                "factor.added",
                "factor.confirmed",
                "factor.updated",
                "factor.removed",
                "factor.counter-regressed",
                "recovery-code.used",
                "reauthentication.succeeded",
                "reauthentication.refused",
                "api-key.created",
                "api-key.deleted",
                "webhook.created",
                "webhook.updated",
                "webhook.deleted",
                "webhook.secret-rotated",
                "webhook.redelivered",
            ]
            | None,
            created_after: str | None,
            created_before: str | None,
        ) -> ListAuditEvents.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/audit-events"


class ListOutboxItems(Operation):
    """GET /api/v1/outbox-items: List the outbox"""

    operation_id = "listOutboxItems"
    Unauthorized = problems.Unauthorized
    Forbidden = problems.Forbidden
    UnknownCursor = problems.UnknownCursor
    NotAcceptable = problems.NotAcceptable
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        page: int
        page_size: int
        cursor: str
        state: Literal["waiting", "delivering", "dead"]

    class OK(Body[models.OutboxItemList | rows.OutboxItemListRow]):
        """One page of items."""

        status = 200

        def link_next_page(self, *, state: Literal["waiting", "delivering", "dead"] | None) -> Link[ListOutboxItems.Arguments]:
            """The next page, with the same filter. There is none if `next_cursor` is null."""
            arguments: ListOutboxItems.Arguments = link_arguments(
                self,
                {"$request.query.state": state},
                {
                    "cursor": "$response.body#/next_cursor",
                    "page_size": "$response.body#/page_size",
                    "state": "$request.query.state",
                },
                texts=("cursor",),
            )
            return Link.of(
                "GET",
                ListOutboxItems.path(),
                arguments,
                query=(
                    ("page_size", "page_size", "form", True),
                    ("cursor", "cursor", "form", True),
                    ("state", "state", "form", True),
                ),
            )

    class Handler(Protocol):
        async def __call__(
            self,
            call: Call[SessionPrincipal],
            /,
            *,
            page: int,
            page_size: int,
            cursor: str | None,
            state: Literal["waiting", "delivering", "dead"] | None,
        ) -> ListOutboxItems.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/outbox-items"


class GetStatistics(Operation):
    """GET /api/v1/statistics: Get statistics"""

    operation_id = "getStatistics"
    Unauthorized = problems.Unauthorized
    Forbidden = problems.Forbidden
    NotAcceptable = problems.NotAcceptable
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class OK(Body[models.Statistics | rows.StatisticsRow]):
        """The statistics."""

        status = 200

    class Handler(Protocol):
        async def __call__(self, call: Call[SessionPrincipal], /, *, days: int) -> GetStatistics.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/statistics"


class ListWebhooks(Operation):
    """GET /api/v1/webhooks: List webhooks"""

    operation_id = "listWebhooks"
    Unauthorized = problems.Unauthorized
    Forbidden = problems.Forbidden
    UnknownCursor = problems.UnknownCursor
    NotAcceptable = problems.NotAcceptable
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        page: int
        page_size: int
        cursor: str

    class OK(Body[models.WebhookList | rows.WebhookListRow]):
        """One page of webhooks."""

        status = 200

        def link_next_page(self) -> Link[ListWebhooks.Arguments]:
            """The next page. There is none if `next_cursor` is null."""
            arguments: ListWebhooks.Arguments = link_arguments(
                self, {}, {"cursor": "$response.body#/next_cursor", "page_size": "$response.body#/page_size"}, texts=("cursor",)
            )
            return Link.of(
                "GET",
                ListWebhooks.path(),
                arguments,
                query=(
                    ("page_size", "page_size", "form", True),
                    ("cursor", "cursor", "form", True),
                ),
            )

    class Handler(Protocol):
        async def __call__(
            self, call: Call[SessionPrincipal], /, *, page: int, page_size: int, cursor: str | None
        ) -> ListWebhooks.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/webhooks"


class CreateWebhook(Operation):
    """POST /api/v1/webhooks: Create a webhook"""

    operation_id = "createWebhook"
    BadRequest = problems.BadRequest
    Unauthorized = problems.Unauthorized
    Forbidden = problems.Forbidden
    NotAcceptable = problems.NotAcceptable
    DisallowedWebhookUrl = problems.DisallowedWebhookUrl
    TooManyWebhooks = problems.TooManyWebhooks
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Created(Body[models.WebhookCreated | rows.WebhookCreatedRow], kw_only=True):
        """The new webhook and its secret."""

        status = 201
        headers = (("etag", "ETag"), ("location", "Location"))
        etag: str
        location: str

        def link_get_webhook(self) -> Link[GetWebhook.Arguments]:
            """GET /api/v1/webhooks/{webhook_id}: Get a webhook"""
            arguments: GetWebhook.Arguments = link_arguments(
                self, {}, {"webhook_id": "$response.body#/id"}, needed=("webhook_id",)
            )
            return Link.of("GET", GetWebhook.path(webhook_id=arguments["webhook_id"]), arguments)

        def link_update_webhook(self) -> Link[UpdateWebhook.Arguments]:
            """Send the `ETag` to change only the version that you have seen."""
            arguments: UpdateWebhook.Arguments = link_arguments(
                self,
                {},
                {"webhook_id": "$response.body#/id", "if_match": "$response.header.ETag"},
                needed=("webhook_id",),
                texts=("if_match",),
            )
            return Link.of(
                "PATCH", UpdateWebhook.path(webhook_id=arguments["webhook_id"]), arguments, headers=(("if_match", "If-Match"),)
            )

        def link_delete_webhook(self) -> Link[DeleteWebhook.Arguments]:
            """DELETE /api/v1/webhooks/{webhook_id}: Delete a webhook"""
            arguments: DeleteWebhook.Arguments = link_arguments(
                self, {}, {"webhook_id": "$response.body#/id"}, needed=("webhook_id",)
            )
            return Link.of("DELETE", DeleteWebhook.path(webhook_id=arguments["webhook_id"]), arguments)

        def link_rotate_webhook_secret(self) -> Link[RotateWebhookSecret.Arguments]:
            """POST /api/v1/webhooks/{webhook_id}/secrets: Rotate the secret of a webhook"""
            arguments: RotateWebhookSecret.Arguments = link_arguments(
                self, {}, {"webhook_id": "$response.body#/id"}, needed=("webhook_id",)
            )
            return Link.of("POST", RotateWebhookSecret.path(webhook_id=arguments["webhook_id"]), arguments)

        def link_list_webhook_deliveries(self) -> Link[ListWebhookDeliveries.Arguments]:
            """GET /api/v1/webhooks/{webhook_id}/deliveries: List the deliveries of a webhook"""
            arguments: ListWebhookDeliveries.Arguments = link_arguments(
                self, {}, {"webhook_id": "$response.body#/id"}, needed=("webhook_id",)
            )
            return Link.of("GET", ListWebhookDeliveries.path(webhook_id=arguments["webhook_id"]), arguments)

    class Handler(Protocol):
        async def __call__(self, call: Call[SessionPrincipal], /, *, body: models.WebhookCreate) -> CreateWebhook.Created: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path() -> str:
        """The path of this operation."""
        return "/api/v1/webhooks"


class GetWebhook(Operation):
    """GET /api/v1/webhooks/{webhook_id}: Get a webhook"""

    operation_id = "getWebhook"
    Unauthorized = problems.Unauthorized
    Forbidden = problems.Forbidden
    NotFound = problems.NotFound
    NotAcceptable = problems.NotAcceptable
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        webhook_id: int
        if_none_match: str

    class OK(Body[models.Webhook | rows.WebhookRow], kw_only=True):
        """The webhook."""

        status = 200
        headers = (("etag", "ETag"),)
        etag: str

        def link_update_webhook(self, *, webhook_id: int) -> Link[UpdateWebhook.Arguments]:
            """Send the `ETag` to change only the version that you have seen."""
            arguments: UpdateWebhook.Arguments = link_arguments(
                self,
                {"$request.path.webhook_id": webhook_id},
                {"webhook_id": "$request.path.webhook_id", "if_match": "$response.header.ETag"},
                needed=("webhook_id",),
                texts=("if_match",),
            )
            return Link.of(
                "PATCH", UpdateWebhook.path(webhook_id=arguments["webhook_id"]), arguments, headers=(("if_match", "If-Match"),)
            )

        def link_list_webhook_deliveries(self, *, webhook_id: int) -> Link[ListWebhookDeliveries.Arguments]:
            """GET /api/v1/webhooks/{webhook_id}/deliveries: List the deliveries of a webhook"""
            arguments: ListWebhookDeliveries.Arguments = link_arguments(
                self,
                {"$request.path.webhook_id": webhook_id},
                {"webhook_id": "$request.path.webhook_id"},
                needed=("webhook_id",),
            )
            return Link.of("GET", ListWebhookDeliveries.path(webhook_id=arguments["webhook_id"]), arguments)

        def link_revalidate(self, *, webhook_id: int) -> Link[GetWebhook.Arguments]:
            """Send the `ETag` to transfer the webhook only if it has changed."""
            arguments: GetWebhook.Arguments = link_arguments(
                self,
                {"$request.path.webhook_id": webhook_id},
                {"webhook_id": "$request.path.webhook_id", "if_none_match": "$response.header.ETag"},
                needed=("webhook_id",),
                texts=("if_none_match",),
            )
            return Link.of(
                "GET",
                GetWebhook.path(webhook_id=arguments["webhook_id"]),
                arguments,
                headers=(("if_none_match", "If-None-Match"),),
            )

    class Handler(Protocol):
        async def __call__(self, call: Call[SessionPrincipal], /, *, webhook_id: int) -> GetWebhook.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path(*, webhook_id: int) -> str:
        """The path of this operation, with its parameters percent-encoded."""
        return f"/api/v1/webhooks/{webhook_id}"


class DeleteWebhook(Operation):
    """DELETE /api/v1/webhooks/{webhook_id}: Delete a webhook"""

    operation_id = "deleteWebhook"
    Unauthorized = problems.Unauthorized
    Forbidden = problems.Forbidden
    NotFound = problems.NotFound
    PreconditionFailed = problems.PreconditionFailed
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        webhook_id: int
        if_match: str

    class NoContent(Empty):
        """The webhook has been deleted."""

        status = 204

    class Handler(Protocol):
        async def __call__(
            self, call: Call[SessionPrincipal], /, *, webhook_id: int, if_match: str | None
        ) -> DeleteWebhook.NoContent: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path(*, webhook_id: int) -> str:
        """The path of this operation, with its parameters percent-encoded."""
        return f"/api/v1/webhooks/{webhook_id}"


class UpdateWebhook(Operation):
    """PATCH /api/v1/webhooks/{webhook_id}: Update a webhook"""

    operation_id = "updateWebhook"
    BadRequest = problems.BadRequest
    Unauthorized = problems.Unauthorized
    Forbidden = problems.Forbidden
    NotFound = problems.NotFound
    NotAcceptable = problems.NotAcceptable
    DisallowedWebhookUrl = problems.DisallowedWebhookUrl
    PreconditionFailed = problems.PreconditionFailed
    ContentTooLarge = problems.ContentTooLarge
    UnsupportedMediaType = problems.UnsupportedMediaType
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        webhook_id: int
        if_match: str

    class OK(Body[models.Webhook | rows.WebhookRow], kw_only=True):
        """The updated webhook."""

        status = 200
        headers = (("etag", "ETag"),)
        etag: str

        def link_update_webhook(self, *, webhook_id: int) -> Link[UpdateWebhook.Arguments]:
            """Send the `ETag` to change only the version that you have seen."""
            arguments: UpdateWebhook.Arguments = link_arguments(
                self,
                {"$request.path.webhook_id": webhook_id},
                {"webhook_id": "$request.path.webhook_id", "if_match": "$response.header.ETag"},
                needed=("webhook_id",),
                texts=("if_match",),
            )
            return Link.of(
                "PATCH", UpdateWebhook.path(webhook_id=arguments["webhook_id"]), arguments, headers=(("if_match", "If-Match"),)
            )

    class Handler(Protocol):
        async def __call__(
            self, call: Call[SessionPrincipal], /, *, webhook_id: int, if_match: str | None, body: models.WebhookUpdate
        ) -> UpdateWebhook.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path(*, webhook_id: int) -> str:
        """The path of this operation, with its parameters percent-encoded."""
        return f"/api/v1/webhooks/{webhook_id}"


class RotateWebhookSecret(Operation):
    """POST /api/v1/webhooks/{webhook_id}/secrets: Rotate the secret of a webhook"""

    operation_id = "rotateWebhookSecret"
    Unauthorized = problems.Unauthorized
    Forbidden = problems.Forbidden
    NotFound = problems.NotFound
    NotAcceptable = problems.NotAcceptable
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        webhook_id: int

    class OK(Body[models.WebhookSecret | rows.WebhookSecretRow]):
        """The new secret."""

        status = 200

    class Handler(Protocol):
        async def __call__(self, call: Call[SessionPrincipal], /, *, webhook_id: int) -> RotateWebhookSecret.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path(*, webhook_id: int) -> str:
        """The path of this operation, with its parameters percent-encoded."""
        return f"/api/v1/webhooks/{webhook_id}/secrets"


class ListWebhookDeliveries(Operation):
    """GET /api/v1/webhooks/{webhook_id}/deliveries: List the deliveries of a webhook"""

    operation_id = "listWebhookDeliveries"
    Unauthorized = problems.Unauthorized
    Forbidden = problems.Forbidden
    NotFound = problems.NotFound
    UnknownCursor = problems.UnknownCursor
    NotAcceptable = problems.NotAcceptable
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Arguments(TypedDict, total=False):
        """The arguments of this operation that a link sets."""

        webhook_id: int
        page: int
        page_size: int
        cursor: str
        status: Literal["pending", "succeeded", "failed"]

    class OK(Body[models.WebhookDeliveryList | rows.WebhookDeliveryListRow]):
        """One page of deliveries."""

        status = 200

        def link_next_page(
            self, *, webhook_id: int, status: Literal["pending", "succeeded", "failed"] | None
        ) -> Link[ListWebhookDeliveries.Arguments]:
            """The next page, with the same filter. There is none if `next_cursor` is null."""
            arguments: ListWebhookDeliveries.Arguments = link_arguments(
                self,
                {"$request.path.webhook_id": webhook_id, "$request.query.status": status},
                {
                    "webhook_id": "$request.path.webhook_id",
                    "cursor": "$response.body#/next_cursor",
                    "page_size": "$response.body#/page_size",
                    "status": "$request.query.status",
                },
                needed=("webhook_id",),
                texts=("cursor",),
            )
            return Link.of(
                "GET",
                ListWebhookDeliveries.path(webhook_id=arguments["webhook_id"]),
                arguments,
                query=(
                    ("page_size", "page_size", "form", True),
                    ("cursor", "cursor", "form", True),
                    ("status", "status", "form", True),
                ),
            )

    class Handler(Protocol):
        async def __call__(
            self,
            call: Call[SessionPrincipal],
            /,
            *,
            webhook_id: int,
            page: int,
            page_size: int,
            cursor: str | None,
            status: Literal["pending", "succeeded", "failed"] | None,
        ) -> ListWebhookDeliveries.OK: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path(*, webhook_id: int) -> str:
        """The path of this operation, with its parameters percent-encoded."""
        return f"/api/v1/webhooks/{webhook_id}/deliveries"


class RedeliverWebhook(Operation):
    """POST /api/v1/webhook-deliveries/{delivery_id}/redeliveries: Deliver an event again"""

    operation_id = "redeliverWebhook"
    Unauthorized = problems.Unauthorized
    Forbidden = problems.Forbidden
    NotFound = problems.NotFound
    NotAcceptable = problems.NotAcceptable
    InactiveWebhook = problems.InactiveWebhook
    UnprocessableContent = problems.UnprocessableContent
    TooManyRequests = problems.TooManyRequests
    ServiceUnavailable = problems.ServiceUnavailable

    class Accepted(Body[models.WebhookDelivery | rows.WebhookDeliveryRow]):
        """The delivery is pending again."""

        status = 202

        def link_list_webhook_deliveries(self) -> Link[ListWebhookDeliveries.Arguments]:
            """GET /api/v1/webhooks/{webhook_id}/deliveries: List the deliveries of a webhook"""
            arguments: ListWebhookDeliveries.Arguments = link_arguments(
                self, {}, {"webhook_id": "$response.body#/webhook_id"}, needed=("webhook_id",)
            )
            return Link.of("GET", ListWebhookDeliveries.path(webhook_id=arguments["webhook_id"]), arguments)

    class Handler(Protocol):
        async def __call__(self, call: Call[SessionPrincipal], /, *, delivery_id: int) -> RedeliverWebhook.Accepted: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

    @staticmethod
    def path(*, delivery_id: int) -> str:
        """The path of this operation, with its parameters percent-encoded."""
        return f"/api/v1/webhook-deliveries/{delivery_id}/redeliveries"


class HealthHandlers(Protocol):
    """A module with the handlers of the tag `health`."""

    get_health: GetHealth
    get_readiness: GetReadiness


class SessionsHandlers(Protocol):
    """A module with the handlers of the tag `sessions`."""

    list_sessions: ListSessions
    create_session: CreateSession
    delete_other_sessions: DeleteOtherSessions
    delete_session: DeleteSession
    create_session_token: CreateSessionToken
    create_reauthentication: CreateReauthentication
    delete_user_sessions: DeleteUserSessions


class ApiKeysHandlers(Protocol):
    """A module with the handlers of the tag `api-keys`."""

    list_api_keys: ListApiKeys
    create_api_key: CreateApiKey
    delete_api_key: DeleteApiKey


class UsersHandlers(Protocol):
    """A module with the handlers of the tag `users`."""

    list_users: ListUsers
    create_user: CreateUser
    get_current_user: GetCurrentUser
    get_user: GetUser
    delete_user: DeleteUser
    update_user: UpdateUser
    export_user_data: ExportUserData
    set_user_role: SetUserRole


class AccountsHandlers(Protocol):
    """A module with the handlers of the tag `accounts`."""

    change_password: ChangePassword
    change_email: ChangeEmail
    request_password_reset: RequestPasswordReset
    confirm_password_reset: ConfirmPasswordReset
    request_email_verification: RequestEmailVerification
    confirm_email: ConfirmEmail


class FactorsHandlers(Protocol):
    """A module with the handlers of the tag `factors`."""

    list_factors: ListFactors
    delete_factor: DeleteFactor
    update_factor: UpdateFactor
    create_passkey_challenge: CreatePasskeyChallenge
    create_passkey: CreatePasskey
    enrol_totp: EnrolTotp
    confirm_totp: ConfirmTotp


class ProfilesHandlers(Protocol):
    """A module with the handlers of the tag `profiles`."""

    list_user_profiles: ListUserProfiles
    get_user_profile: GetUserProfile


class PostsHandlers(Protocol):
    """A module with the handlers of the tag `posts`."""

    list_posts: ListPosts
    create_post: CreatePost
    get_post: GetPost
    delete_post: DeletePost
    update_post: UpdatePost
    list_user_posts: ListUserPosts


class AuditHandlers(Protocol):
    """A module with the handlers of the tag `audit`."""

    list_audit_events: ListAuditEvents


class OutboxHandlers(Protocol):
    """A module with the handlers of the tag `outbox`."""

    list_outbox_items: ListOutboxItems


class StatisticsHandlers(Protocol):
    """A module with the handlers of the tag `statistics`."""

    get_statistics: GetStatistics


class WebhooksHandlers(Protocol):
    """A module with the handlers of the tag `webhooks`."""

    list_webhooks: ListWebhooks
    create_webhook: CreateWebhook
    get_webhook: GetWebhook
    delete_webhook: DeleteWebhook
    update_webhook: UpdateWebhook
    rotate_webhook_secret: RotateWebhookSecret
    list_webhook_deliveries: ListWebhookDeliveries
    redeliver_webhook: RedeliverWebhook


@dataclass(frozen=True, slots=True)
class Handlers:
    """A module of handlers for each tag."""

    health: HealthHandlers
    sessions: SessionsHandlers
    api_keys: ApiKeysHandlers
    users: UsersHandlers
    accounts: AccountsHandlers
    factors: FactorsHandlers
    profiles: ProfilesHandlers
    posts: PostsHandlers
    audit: AuditHandlers
    outbox: OutboxHandlers
    statistics: StatisticsHandlers
    webhooks: WebhooksHandlers
