# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The errors that the document allows; raised by handlers and by the rules they call."""

from __future__ import annotations

from accord.runtime import ApiError


class AlreadyRegistered(ApiError):
    """Another user has the e-mail address or the username, compared without regard to case."""

    status = 409
    type = "/problems/already-registered"
    title = "Already registered"


class BadRequest(ApiError):
    """The body is missing, is not UTF-8, or is not one well-formed JSON value without repeated members."""

    status = 400
    type = "/problems/bad-request"
    title = "Bad request"


class ContentTooLarge(ApiError):
    """The body is larger than the service reads."""

    status = 413
    type = "/problems/content-too-large"
    title = "Content too large"


class DisallowedCharacters(ApiError):
    """The password contains characters that RFC 8265 excludes from passwords, since they cannot be typed or compared
    everywhere: control, invisible or unassigned ones.
    """

    status = 409
    type = "/problems/disallowed-characters"
    title = "Disallowed characters"


class Forbidden(ApiError):
    """The token is good, but its user may not do this."""

    status = 403
    type = "/problems/forbidden"
    title = "Forbidden"


class IdempotencyKeyInUse(ApiError):
    """The request that was first sent with this `Idempotency-Key` has not ended. Repeat yours in a moment."""

    status = 409
    type = "/problems/idempotency-key-in-use"
    title = "Idempotency key in use"


class IdempotencyKeyReused(ApiError):
    """This `Idempotency-Key` was sent before, with another request. Make a new key for each new request."""

    status = 422
    type = "/problems/idempotency-key-reused"
    title = "Idempotency key reused"


class InvalidCredentials(ApiError):
    """The identifier and the password do not match an active user; which of them is wrong is not told."""

    status = 401
    type = "/problems/invalid-credentials"
    title = "Invalid credentials"


class InvalidRefreshToken(ApiError):
    """The refresh token is unknown, expired or used. Sign in again."""

    status = 401
    type = "/problems/invalid-refresh-token"
    title = "Invalid refresh token"


class LastAdmin(ApiError):
    """Without this user nobody could administer the service."""

    status = 409
    type = "/problems/last-admin"
    title = "Last administrator"


class NotAcceptable(ApiError):
    """None of the media types in `Accept` can be answered."""

    status = 406
    type = "/problems/not-acceptable"
    title = "Not acceptable"


class NotFound(ApiError):
    """There is no such resource, or it is not shown to you."""

    status = 404
    type = "/problems/not-found"
    title = "Not found"


class PreconditionFailed(ApiError):
    """The resource has changed since the ETag that you sent. Read it again, then repeat your change."""

    status = 412
    type = "/problems/precondition-failed"
    title = "Precondition failed"


class ServiceUnavailable(ApiError):
    """Something that the service needs is out, or it is overloaded. Try again after `Retry-After`. If the database was
    lost while a change was being stored, it may have been made: repeat with the same `Idempotency-Key` or `If-Match` to
    do it once.
    """

    status = 503
    type = "/problems/service-unavailable"
    title = "Service unavailable"


class TooManyRequests(ApiError):
    """The limit in `RateLimit-Policy` is used up. Try again after `Retry-After`."""

    status = 429
    type = "/problems/too-many-requests"
    title = "Too many requests"


class Unauthorized(ApiError):
    """The access token is missing, unknown or expired."""

    status = 401
    type = "/problems/unauthorized"
    title = "Unauthorized"


class UnknownCursor(ApiError):
    """The cursor was issued for other filters, another page size or another page. Begin with the first page."""

    status = 404
    type = "/problems/unknown-cursor"
    title = "Unknown cursor"


class UnprocessableContent(ApiError):
    """The request does not satisfy the document. `errors` lists the faults with their places, at most 100."""

    status = 422
    type = "/problems/unprocessable-content"
    title = "Unprocessable content"


class UnsupportedMediaType(ApiError):
    """The body's media type is none of those in `Accept`."""

    status = 415
    type = "/problems/unsupported-media-type"
    title = "Unsupported media type"


class WeakPassword(ApiError):
    """The password contains the username or the local part of the e-mail address, or it takes fewer than a million guesses
    if common words, names of the user and of the service, years, keys in a row and repetitions are tried first, also
    with digits in place of letters.
    """

    status = 409
    type = "/problems/weak-password"
    title = "Weak password"
