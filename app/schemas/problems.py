# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The documented errors as exceptions, which handlers and the functions they call raise."""

from __future__ import annotations

from accord.runtime import ApiError


class AlreadyRegistered(ApiError):
    """Another user has this e-mail address or username. Both are compared case-insensitively."""

    status = 409
    type = "/problems/already-registered"
    title = "Already registered"


class BadRequest(ApiError):
    """The body is missing, is not UTF-8, or is not a single well-formed JSON value without duplicate names."""

    status = 400
    type = "/problems/bad-request"
    title = "Bad request"


class ContentTooLarge(ApiError):
    """The body is larger than the service accepts."""

    status = 413
    type = "/problems/content-too-large"
    title = "Content too large"


class DisallowedCharacters(ApiError):
    """The password contains characters that RFC 8265 excludes from passwords because they cannot be typed or compared
    everywhere: control, invisible or unassigned characters.
    """

    status = 409
    type = "/problems/disallowed-characters"
    title = "Disallowed characters"


class DisallowedWebhookUrl(ApiError):
    """The service does not call this URL: it is not HTTPS, its host is an address that is not public, or its port is below
    1024 and not the standard one. Names are checked when they are resolved: an event is never sent to an address that
    is not public.
    """

    status = 409
    type = "/problems/disallowed-webhook-url"
    title = "Disallowed webhook URL"


class FactorExists(ApiError):
    """The user already has an authenticator app, which must be removed before adding another; or the passkey was added
    already.
    """

    status = 409
    type = "/problems/factor-exists"
    title = "Factor exists"


class Forbidden(ApiError):
    """The credentials are valid, but the user is not allowed to do this, or the API key lacks a scope."""

    status = 403
    type = "/problems/forbidden"
    title = "Forbidden"


class IdempotencyKeyInUse(ApiError):
    """The first request with this `Idempotency-Key` is still in progress. Try again in a moment."""

    status = 409
    type = "/problems/idempotency-key-in-use"
    title = "Idempotency key in use"


class IdempotencyKeyReused(ApiError):
    """This `Idempotency-Key` was already used with a different request. Use a new key for each new request."""

    status = 422
    type = "/problems/idempotency-key-reused"
    title = "Idempotency key reused"


class InactiveWebhook(ApiError):
    """The webhook is not active, so nothing is delivered to it. Activate it first."""

    status = 409
    type = "/problems/inactive-webhook"
    title = "Inactive webhook"


class InvalidCredentials(ApiError):
    """The identifier and the password, or the passkey, do not match an active user. Which of them is wrong is not
    revealed.
    """

    status = 401
    type = "/problems/invalid-credentials"
    title = "Invalid credentials"


class InvalidRefreshToken(ApiError):
    """The refresh token is unknown, expired or already used. Sign in again."""

    status = 401
    type = "/problems/invalid-refresh-token"
    title = "Invalid refresh token"


class InvalidToken(ApiError):
    """The token is unknown, expired or already used, or the password or e-mail address has changed since it was sent."""

    status = 409
    type = "/problems/invalid-token"
    title = "Invalid token"


class LastAdmin(ApiError):
    """The last active administrator cannot be demoted, deactivated or deleted."""

    status = 409
    type = "/problems/last-admin"
    title = "Last administrator"


class NotAcceptable(ApiError):
    """The operation has no response in any of the media types in `Accept`."""

    status = 406
    type = "/problems/not-acceptable"
    title = "Not acceptable"


class NotFound(ApiError):
    """There is no such resource, or you are not allowed to see it."""

    status = 404
    type = "/problems/not-found"
    title = "Not found"


class PreconditionFailed(ApiError):
    """The resource has changed since the ETag that you sent. Fetch it again, then repeat your change."""

    status = 412
    type = "/problems/precondition-failed"
    title = "Precondition failed"


class ReauthenticationRequired(ApiError):
    """The operation needs a recent proof of identity. Send one of the `accepted` proofs to `createReauthentication`, then
    repeat the request.
    """

    status = 401
    type = "/problems/reauthentication-required"
    title = "Reauthentication required"


class SecondFactorRequired(ApiError):
    """The password is correct, and the user has a second factor. Repeat the request with one of the `accepted` proofs."""

    status = 401
    type = "/problems/second-factor-required"
    title = "Second factor required"


class ServiceUnavailable(ApiError):
    """A system that the service depends on is unavailable, or the service is overloaded. Try again after `Retry-After`. If
    the database connection was lost while a change was being stored, the change may have been made: repeat the request
    with the same `Idempotency-Key` or `If-Match`, so that the change is made once.
    """

    status = 503
    type = "/problems/service-unavailable"
    title = "Service unavailable"


class SignUpClosed(ApiError):
    """Nobody can sign up here. Ask an administrator to create your account, unless the service does not allow
    administrators to do it either.
    """

    status = 403
    type = "/problems/sign-up-closed"
    title = "Sign-up closed"


class TooManyApiKeys(ApiError):
    """A user can have 50 API keys. Delete one that is no longer needed."""

    status = 409
    type = "/problems/too-many-api-keys"
    title = "Too many API keys"


class TooManyPasskeys(ApiError):
    """A user can have 20 passkeys. Remove one that is no longer needed."""

    status = 409
    type = "/problems/too-many-passkeys"
    title = "Too many passkeys"


class TooManyRequests(ApiError):
    """The limit named in `RateLimit-Policy` is exceeded. Try again after `Retry-After`."""

    status = 429
    type = "/problems/too-many-requests"
    title = "Too many requests"


class TooManyWebhooks(ApiError):
    """There are 100 webhooks, which is the maximum. Delete one first."""

    status = 409
    type = "/problems/too-many-webhooks"
    title = "Too many webhooks"


class Unauthorized(ApiError):
    """The access token or API key is missing, unknown or expired, or its user is inactive; or the operation accepts no API
    key.
    """

    status = 401
    type = "/problems/unauthorized"
    title = "Unauthorized"


class UnknownCursor(ApiError):
    """The cursor was issued for other filters, another page size or another list. Start again with the first page."""

    status = 404
    type = "/problems/unknown-cursor"
    title = "Unknown cursor"


class UnprocessableContent(ApiError):
    """The request does not match this document. `errors` lists what is wrong and where, at most 100 entries."""

    status = 422
    type = "/problems/unprocessable-content"
    title = "Unprocessable content"


class UnsupportedMediaType(ApiError):
    """The operation does not accept bodies of this media type. `Accept` lists those that it does."""

    status = 415
    type = "/problems/unsupported-media-type"
    title = "Unsupported media type"


class VerificationFailed(ApiError):
    """The password, code or passkey is not correct. Too many failures are answered as at sign-in."""

    status = 403
    type = "/problems/verification-failed"
    title = "Verification failed"


class WeakPassword(ApiError):
    """The password contains the username or the local part of the e-mail address, or can be guessed in fewer than a
    million attempts that begin with common words, names of the user and of the service, years, keyboard sequences and
    repetitions, also with digits in place of letters. Or it does not follow the password policy of the service: one
    policy requires a letter and a digit, the other at least 15 characters. `detail` says which.
    """

    status = 409
    type = "/problems/weak-password"
    title = "Weak password"
