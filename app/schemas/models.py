# Generated from openapi.yaml by `accord generate`. Do not edit.
"""The objects of the document as pydantic models, which handlers receive."""

from __future__ import annotations

from typing import Annotated, Literal

from accord.runtime import Instant, Model, Number
from pydantic import MISSING, ConfigDict, Field, StrictBool, StrictInt, StrictStr


class Health(Model):
    status: Literal["healthy"]


class Readiness(Model):
    status: Literal["ready"]


class PasskeyAssertionResponse(Model):
    clientDataJSON: Annotated[
        StrictStr,
        Field(
            description="What the browser states about the page and the challenge.",
            max_length=4000,
            min_length=1,
            pattern="^[A-Za-z0-9_-]+$",
        ),
    ]
    authenticatorData: Annotated[
        StrictStr,
        Field(description="What the authenticator states.", max_length=4000, min_length=1, pattern="^[A-Za-z0-9_-]+$"),
    ]
    signature: Annotated[
        StrictStr, Field(description="Of both statements.", max_length=1400, min_length=1, pattern="^[A-Za-z0-9_-]+$")
    ]
    userHandle: Annotated[
        StrictStr | None | MISSING,
        Field(
            description="The `id` of the user in the options of the registration.", max_length=100, pattern="^[A-Za-z0-9_-]*$"
        ),
    ] = MISSING


class SessionTokenCreate(Model):
    model_config = ConfigDict(extra="forbid")
    refresh_token: Annotated[StrictStr, Field(max_length=76, min_length=76, pattern="^acr_[0-9a-f]{72}$")]


class Tokens(Model):
    session_id: Annotated[
        StrictInt, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)
    ]
    access_token: Annotated[StrictStr, Field(max_length=76, min_length=76, pattern="^aca_[0-9a-f]{72}$")]
    token_type: Literal["Bearer"]
    expires_in: Annotated[StrictInt, Field(description="Seconds until the access token expires.", ge=0, le=86400)]
    refresh_token: Annotated[StrictStr, Field(max_length=76, min_length=76, pattern="^acr_[0-9a-f]{72}$")]
    refresh_expires_in: Annotated[
        StrictInt, Field(description="Seconds until the refresh token expires or the session ends.", ge=0, le=31536000)
    ]


class Session(Model):
    id: Annotated[StrictInt, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)]
    is_current: Annotated[StrictBool, Field(description="Whether this is the session of the access token.")]
    created_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    refreshed_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    expires_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]


class ApiKeyCreate(Model):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[
        StrictStr,
        Field(description="What the key is for, as its owner calls it.", max_length=100, min_length=1, pattern="^[^\\u0000]+$"),
    ]
    scopes: Annotated[
        list[Literal["users:read", "users:write", "posts:read", "posts:write"]],
        Field(description="What the key may be used for.", max_length=20, min_length=1),
    ]
    expires_in: Annotated[
        StrictInt, Field(description="Seconds until the key expires, at most a year. 90 days by default.", ge=60, le=31536000)
    ] = 7776000


class ApiKey(Model):
    id: Annotated[StrictInt, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)]
    name: Annotated[
        StrictStr,
        Field(description="What the key is for, as its owner calls it.", max_length=100, min_length=1, pattern="^[^\\u0000]+$"),
    ]
    scopes: Annotated[
        list[Literal["users:read", "users:write", "posts:read", "posts:write"]],
        Field(description="What the key may be used for.", max_length=20, min_length=1),
    ]
    created_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    expires_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    last_used_at: Annotated[
        Instant | None, Field(description="When the key was last used, exact to about a minute; null if never.")
    ]


class CreatedApiKey(Model):
    id: Annotated[StrictInt, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)]
    name: Annotated[
        StrictStr,
        Field(description="What the key is for, as its owner calls it.", max_length=100, min_length=1, pattern="^[^\\u0000]+$"),
    ]
    scopes: Annotated[
        list[Literal["users:read", "users:write", "posts:read", "posts:write"]],
        Field(description="What the key may be used for.", max_length=20, min_length=1),
    ]
    created_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    expires_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    last_used_at: Annotated[
        Instant | None, Field(description="When the key was last used, exact to about a minute; null if never.")
    ]
    secret: Annotated[
        StrictStr,
        Field(
            description="The key itself, to be sent as `X-API-Key`. Shown only here; the service stores its hash.",
            max_length=76,
            min_length=76,
            pattern="^ack_[0-9a-f]{72}$",
        ),
    ]


class UserCreate(Model):
    model_config = ConfigDict(extra="forbid")
    email: Annotated[
        StrictStr,
        Field(
            description="ASCII, with at most 64 characters before the `@` (RFC 5321) and a dotted domain. Compared case-insensitively.",
            max_length=254,
            min_length=6,
            pattern="^[A-Za-z0-9_+-]+(\\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]{2,24}$",
        ),
    ]
    username: Annotated[
        StrictStr,
        Field(
            description="Letters, digits and underscores. Compared case-insensitively.",
            max_length=50,
            min_length=3,
            pattern="^[a-zA-Z0-9_]+$",
        ),
    ]
    password: Annotated[
        StrictStr,
        Field(
            description="8 or more characters with an ASCII letter and an ASCII digit, or 15 or more of any kind; no control characters.\n\nThe policy of the service may require a letter and a digit, or 15 characters, of every password: others are a `weak-password`.\n\nEvery character counts, spaces too; the length is that of the text as it is sent. Passwords are compared by the PRECIS\nprofile OpaqueString (RFC 8265), with every space as an ASCII space, in a Unicode normalization form, so that a password is\nthe same on every device.\n",
            max_length=128,
            min_length=8,
            pattern="^([^\\u0000-\\u001f\\u007f-\\u009f]*([A-Za-z][^\\u0000-\\u001f\\u007f-\\u009f]*[0-9]|[0-9][^\\u0000-\\u001f\\u007f-\\u009f]*[A-Za-z])[^\\u0000-\\u001f\\u007f-\\u009f]*|[^\\u0000-\\u001f\\u007f-\\u009f]{15,})$",
        ),
    ]
    full_name: Annotated[
        StrictStr | None | MISSING,
        Field(description="The full name, as the user writes it.", max_length=100, pattern="^[^\\u0000]*$"),
    ] = MISSING


class PendingUser(Model):
    """A sign-up whose next step is in the e-mail."""

    email: Annotated[
        StrictStr,
        Field(
            description="ASCII, with at most 64 characters before the `@` (RFC 5321) and a dotted domain. Compared case-insensitively.",
            max_length=254,
            min_length=6,
            pattern="^[A-Za-z0-9_+-]+(\\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]{2,24}$",
        ),
    ]


class UserUpdate(Model):
    model_config = ConfigDict(extra="forbid")
    full_name: Annotated[
        StrictStr | None | MISSING,
        Field(description="The full name, as the user writes it.", max_length=100, pattern="^[^\\u0000]*$"),
    ] = MISSING
    bio: Annotated[
        StrictStr | None | MISSING, Field(description="A few words about the user.", max_length=500, pattern="^[^\\u0000]*$")
    ] = MISSING
    is_active: Annotated[
        StrictBool | MISSING, Field(description="Whether the user may sign in. Only administrators may set it.")
    ] = MISSING


class User(Model):
    id: Annotated[StrictInt, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)]
    email: Annotated[
        StrictStr,
        Field(
            description="ASCII, with at most 64 characters before the `@` (RFC 5321) and a dotted domain. Compared case-insensitively.",
            max_length=254,
            min_length=6,
            pattern="^[A-Za-z0-9_+-]+(\\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]{2,24}$",
        ),
    ]
    email_verified: Annotated[StrictBool, Field(description="Whether the user has confirmed that the address is theirs.")]
    username: Annotated[
        StrictStr,
        Field(
            description="Letters, digits and underscores. Compared case-insensitively.",
            max_length=50,
            min_length=3,
            pattern="^[a-zA-Z0-9_]+$",
        ),
    ]
    full_name: Annotated[
        StrictStr | None, Field(description="The full name, as the user writes it.", max_length=100, pattern="^[^\\u0000]*$")
    ]
    bio: Annotated[StrictStr | None, Field(description="A few words about the user.", max_length=500, pattern="^[^\\u0000]*$")]
    role: Annotated[Literal["user", "admin"], Field(description="Administrators may see and change every user.")]
    is_active: Annotated[StrictBool, Field(description="Whether the user may sign in.")]
    created_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    version: Annotated[
        StrictInt,
        Field(description="Increases with every change. The `ETag` is this number in quotes.", ge=1, le=9007199254740991),
    ]


class RoleChange(Model):
    model_config = ConfigDict(extra="forbid")
    role: Annotated[Literal["user", "admin"], Field(description="Administrators may see and change every user.")]


class PasswordChange(Model):
    model_config = ConfigDict(extra="forbid")
    current_password: Annotated[
        StrictStr,
        Field(
            description="The password. Longer here than at sign-up, because another device may send the same text in more code points.",
            max_length=512,
            min_length=1,
            pattern="^[^\\u0000]+$",
        ),
    ]
    new_password: Annotated[
        StrictStr,
        Field(
            description="8 or more characters with an ASCII letter and an ASCII digit, or 15 or more of any kind; no control characters.\n\nThe policy of the service may require a letter and a digit, or 15 characters, of every password: others are a `weak-password`.\n\nEvery character counts, spaces too; the length is that of the text as it is sent. Passwords are compared by the PRECIS\nprofile OpaqueString (RFC 8265), with every space as an ASCII space, in a Unicode normalization form, so that a password is\nthe same on every device.\n",
            max_length=128,
            min_length=8,
            pattern="^([^\\u0000-\\u001f\\u007f-\\u009f]*([A-Za-z][^\\u0000-\\u001f\\u007f-\\u009f]*[0-9]|[0-9][^\\u0000-\\u001f\\u007f-\\u009f]*[A-Za-z])[^\\u0000-\\u001f\\u007f-\\u009f]*|[^\\u0000-\\u001f\\u007f-\\u009f]{15,})$",
        ),
    ]


class EmailChange(Model):
    model_config = ConfigDict(extra="forbid")
    email: Annotated[
        StrictStr,
        Field(
            description="ASCII, with at most 64 characters before the `@` (RFC 5321) and a dotted domain. Compared case-insensitively.",
            max_length=254,
            min_length=6,
            pattern="^[A-Za-z0-9_+-]+(\\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]{2,24}$",
        ),
    ]
    password: Annotated[
        StrictStr,
        Field(
            description="The password. Longer here than at sign-up, because another device may send the same text in more code points.",
            max_length=512,
            min_length=1,
            pattern="^[^\\u0000]+$",
        ),
    ]


class MailRequest(Model):
    model_config = ConfigDict(extra="forbid")
    email: Annotated[
        StrictStr,
        Field(
            description="ASCII, with at most 64 characters before the `@` (RFC 5321) and a dotted domain. Compared case-insensitively.",
            max_length=254,
            min_length=6,
            pattern="^[A-Za-z0-9_+-]+(\\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]{2,24}$",
        ),
    ]


class PasswordReset(Model):
    model_config = ConfigDict(extra="forbid")
    token: Annotated[
        StrictStr,
        Field(
            description="The token of the e-mail, which can be used once.",
            max_length=76,
            min_length=76,
            pattern="^acp_[0-9a-f]{72}$",
        ),
    ]
    password: Annotated[
        StrictStr,
        Field(
            description="8 or more characters with an ASCII letter and an ASCII digit, or 15 or more of any kind; no control characters.\n\nThe policy of the service may require a letter and a digit, or 15 characters, of every password: others are a `weak-password`.\n\nEvery character counts, spaces too; the length is that of the text as it is sent. Passwords are compared by the PRECIS\nprofile OpaqueString (RFC 8265), with every space as an ASCII space, in a Unicode normalization form, so that a password is\nthe same on every device.\n",
            max_length=128,
            min_length=8,
            pattern="^([^\\u0000-\\u001f\\u007f-\\u009f]*([A-Za-z][^\\u0000-\\u001f\\u007f-\\u009f]*[0-9]|[0-9][^\\u0000-\\u001f\\u007f-\\u009f]*[A-Za-z])[^\\u0000-\\u001f\\u007f-\\u009f]*|[^\\u0000-\\u001f\\u007f-\\u009f]{15,})$",
        ),
    ]


class EmailConfirmation(Model):
    model_config = ConfigDict(extra="forbid")
    token: Annotated[
        StrictStr,
        Field(
            description="The token of the e-mail, which can be used once.",
            max_length=76,
            min_length=76,
            pattern="^ace_[0-9a-f]{72}$",
        ),
    ]


class Factor(Model):
    id: Annotated[StrictInt, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)]
    type: Annotated[Literal["totp", "passkey"], Field(description="An authenticator app (`totp`) or a passkey.")]
    name: Annotated[
        StrictStr,
        Field(description="What the user calls it.", max_length=100, min_length=1, pattern="^[^\\u0000-\\u001f\\u007f]+$"),
    ]
    created_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    last_used_at: Annotated[Instant | None, Field(description="When it was last used, in UTC; null if never.")]


class FactorUpdate(Model):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[
        StrictStr,
        Field(description="What the user calls it.", max_length=100, min_length=1, pattern="^[^\\u0000-\\u001f\\u007f]+$"),
    ]


class PasskeyChallengeCreate(Model):
    model_config = ConfigDict(extra="forbid")
    purpose: Annotated[
        Literal["registration", "authentication"],
        Field(description="What it is for. `authentication` is signing in, and `createReauthentication`."),
    ]


class PasskeyRelyingParty(Model):
    id: Annotated[
        StrictStr,
        Field(
            description="The domain that passkeys are bound to. It comes from the settings of the service.",
            max_length=253,
            min_length=1,
            pattern="^[!-~]+$",
        ),
    ]
    name: Annotated[StrictStr, Field(max_length=100, min_length=1, pattern="^[^\\u0000]+$")]


class PasskeyUser(Model):
    id: Annotated[
        StrictStr,
        Field(description="Bytes, in base64url without padding.", max_length=1400, min_length=1, pattern="^[A-Za-z0-9_-]+$"),
    ]
    name: Annotated[StrictStr, Field(max_length=100, min_length=1, pattern="^[^\\u0000]+$")]
    displayName: Annotated[StrictStr, Field(max_length=100, min_length=1, pattern="^[^\\u0000]+$")]


class PasskeyParameters(Model):
    type: Literal["public-key"]
    alg: Annotated[StrictInt, Field(description="A COSE algorithm.", ge=-65535, le=-1)]


class PasskeyDescriptor(Model):
    type: Literal["public-key"]
    id: Annotated[
        StrictStr,
        Field(description="Bytes, in base64url without padding.", max_length=1400, min_length=1, pattern="^[A-Za-z0-9_-]+$"),
    ]
    transports: Annotated[list[StrictStr], Field(max_length=10)]


class PasskeySelection(Model):
    residentKey: Literal["required"]
    requireResidentKey: Literal[True]
    userVerification: Literal["required"]


class PasskeyAttestationResponse(Model):
    clientDataJSON: Annotated[
        StrictStr,
        Field(
            description="What the browser states about the page and the challenge.",
            max_length=4000,
            min_length=1,
            pattern="^[A-Za-z0-9_-]+$",
        ),
    ]
    attestationObject: Annotated[
        StrictStr,
        Field(description="The credential and its public key.", max_length=20000, min_length=1, pattern="^[A-Za-z0-9_-]+$"),
    ]
    transports: Annotated[list[StrictStr] | MISSING, Field(max_length=10)] = MISSING


class TotpCreate(Model):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[
        StrictStr | MISSING,
        Field(description="What the user calls it.", max_length=100, min_length=1, pattern="^[^\\u0000-\\u001f\\u007f]+$"),
    ] = MISSING


class TotpEnrolment(Model):
    factor_id: Annotated[
        StrictInt, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)
    ]
    secret: Annotated[
        StrictStr,
        Field(description="The secret in base32, for typing.", max_length=32, min_length=32, pattern="^[A-Z2-7]{32}$"),
    ]
    uri: Annotated[
        StrictStr,
        Field(
            description="The secret for authenticator apps, as a QR code shows it (`otpauth://totp/...`).",
            max_length=1000,
            pattern="^otpauth://totp/[!-~]+$",
        ),
    ]


class TotpConfirmation(Model):
    model_config = ConfigDict(extra="forbid")
    code: Annotated[
        StrictStr,
        Field(
            description="The current code of the authenticator app (RFC 6238).",
            max_length=6,
            min_length=6,
            pattern="^[0-9]{6}$",
        ),
    ]


class RecoveryCodes(Model):
    recovery_codes: Annotated[
        list[StrictStr],
        Field(
            description="Shown only once. Each can be used once in place of a code of the authenticator app.",
            max_length=10,
            min_length=10,
        ),
    ]


class UserProfile(Model):
    id: Annotated[StrictInt, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)]
    username: Annotated[
        StrictStr,
        Field(
            description="Letters, digits and underscores. Compared case-insensitively.",
            max_length=50,
            min_length=3,
            pattern="^[a-zA-Z0-9_]+$",
        ),
    ]
    full_name: Annotated[
        StrictStr | None, Field(description="The full name, as the user writes it.", max_length=100, pattern="^[^\\u0000]*$")
    ]
    bio: Annotated[StrictStr | None, Field(description="A few words about the user.", max_length=500, pattern="^[^\\u0000]*$")]
    created_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    version: Annotated[
        StrictInt,
        Field(description="Increases with every change. The `ETag` is this number in quotes.", ge=1, le=9007199254740991),
    ]


class PostCreate(Model):
    model_config = ConfigDict(extra="forbid")
    title: Annotated[
        StrictStr,
        Field(description="The title of the post, as plain text.", max_length=200, min_length=1, pattern="^[^\\u0000]+$"),
    ]
    content: Annotated[
        StrictStr, Field(description="The text of the post, as plain text.", max_length=20000, pattern="^[^\\u0000]*$")
    ]
    is_published: Annotated[StrictBool, Field(description="`false` keeps it as a draft.")] = True


class PostUpdate(Model):
    model_config = ConfigDict(extra="forbid")
    title: Annotated[
        StrictStr | MISSING,
        Field(description="The title of the post, as plain text.", max_length=200, min_length=1, pattern="^[^\\u0000]+$"),
    ] = MISSING
    content: Annotated[
        StrictStr | MISSING,
        Field(description="The text of the post, as plain text.", max_length=20000, pattern="^[^\\u0000]*$"),
    ] = MISSING
    is_published: Annotated[StrictBool | MISSING, Field(description="`false` makes it a draft.")] = MISSING


class Post(Model):
    id: Annotated[StrictInt, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)]
    author_id: Annotated[
        StrictInt, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)
    ]
    title: Annotated[
        StrictStr,
        Field(description="The title of the post, as plain text.", max_length=200, min_length=1, pattern="^[^\\u0000]+$"),
    ]
    content: Annotated[
        StrictStr, Field(description="The text of the post, as plain text.", max_length=20000, pattern="^[^\\u0000]*$")
    ]
    is_published: Annotated[
        StrictBool, Field(description="`false` for a draft, which only its author and administrators can see.")
    ]
    created_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    version: Annotated[
        StrictInt,
        Field(description="Increases with every change. The `ETag` is this number in quotes.", ge=1, le=9007199254740991),
    ]


class WebhookCreate(Model):
    model_config = ConfigDict(extra="forbid")
    url: Annotated[
        StrictStr,
        Field(
            description="Where events are sent. HTTPS, with a public host and the standard port or one from 1024 on (409 `disallowed-webhook-url`\notherwise). An IPv4 address is written as four decimal numbers. International names are written in Punycode.\n",
            max_length=2000,
            min_length=10,
            pattern="^https?://([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?){0,10}|\\[[0-9A-Fa-f:]{2,39}\\])(:[1-9][0-9]{0,4})?(/[A-Za-z0-9._~!$&()*+,;=:@/-]*)?(\\?[A-Za-z0-9._~!$&()*+,;=:@/?-]*)?$",
        ),
    ]
    events: Annotated[
        list[Literal["user.created", "user.updated", "user.deleted", "post.created", "post.updated", "post.deleted"]],
        Field(description="The events that are sent.", max_length=6, min_length=1),
    ]
    description: Annotated[
        StrictStr | None | MISSING, Field(description="What the webhook is for.", max_length=200, pattern="^[^\\u0000]*$")
    ] = MISSING
    is_active: Annotated[StrictBool, Field(description="Whether events are sent.")] = True


class WebhookUpdate(Model):
    model_config = ConfigDict(extra="forbid")
    url: Annotated[
        StrictStr | MISSING,
        Field(
            description="Where events are sent. HTTPS, with a public host and the standard port or one from 1024 on (409 `disallowed-webhook-url`\notherwise). An IPv4 address is written as four decimal numbers. International names are written in Punycode.\n",
            max_length=2000,
            min_length=10,
            pattern="^https?://([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?){0,10}|\\[[0-9A-Fa-f:]{2,39}\\])(:[1-9][0-9]{0,4})?(/[A-Za-z0-9._~!$&()*+,;=:@/-]*)?(\\?[A-Za-z0-9._~!$&()*+,;=:@/?-]*)?$",
        ),
    ] = MISSING
    events: Annotated[
        list[Literal["user.created", "user.updated", "user.deleted", "post.created", "post.updated", "post.deleted"]] | MISSING,
        Field(description="The events that are sent.", max_length=6, min_length=1),
    ] = MISSING
    description: Annotated[
        StrictStr | None | MISSING, Field(description="What the webhook is for.", max_length=200, pattern="^[^\\u0000]*$")
    ] = MISSING
    is_active: Annotated[
        StrictBool | MISSING,
        Field(
            description="`false` sends nothing: pending deliveries wait, and events that happen meanwhile are not sent later."
        ),
    ] = MISSING


class Webhook(Model):
    id: Annotated[StrictInt, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)]
    url: Annotated[
        StrictStr,
        Field(
            description="Where events are sent. HTTPS, with a public host and the standard port or one from 1024 on (409 `disallowed-webhook-url`\notherwise). An IPv4 address is written as four decimal numbers. International names are written in Punycode.\n",
            max_length=2000,
            min_length=10,
            pattern="^https?://([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?){0,10}|\\[[0-9A-Fa-f:]{2,39}\\])(:[1-9][0-9]{0,4})?(/[A-Za-z0-9._~!$&()*+,;=:@/-]*)?(\\?[A-Za-z0-9._~!$&()*+,;=:@/?-]*)?$",
        ),
    ]
    description: Annotated[
        StrictStr | None, Field(description="What the webhook is for.", max_length=200, pattern="^[^\\u0000]*$")
    ]
    events: Annotated[
        list[Literal["user.created", "user.updated", "user.deleted", "post.created", "post.updated", "post.deleted"]],
        Field(description="The events that are sent.", max_length=6, min_length=1),
    ]
    is_active: Annotated[StrictBool, Field(description="Whether events are sent.")]
    disabled_reason: Annotated[
        Literal["gone", "failing"] | None,
        Field(
            description="Why the service deactivated the webhook: `gone`, its response was 410; `failing`, all attempts failed for five days. Null\notherwise.\n"
        ),
    ]
    created_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    version: Annotated[
        StrictInt,
        Field(description="Increases with every change. The `ETag` is this number in quotes.", ge=1, le=9007199254740991),
    ]


class WebhookCreated(Model):
    id: Annotated[StrictInt, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)]
    url: Annotated[
        StrictStr,
        Field(
            description="Where events are sent. HTTPS, with a public host and the standard port or one from 1024 on (409 `disallowed-webhook-url`\notherwise). An IPv4 address is written as four decimal numbers. International names are written in Punycode.\n",
            max_length=2000,
            min_length=10,
            pattern="^https?://([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?){0,10}|\\[[0-9A-Fa-f:]{2,39}\\])(:[1-9][0-9]{0,4})?(/[A-Za-z0-9._~!$&()*+,;=:@/-]*)?(\\?[A-Za-z0-9._~!$&()*+,;=:@/?-]*)?$",
        ),
    ]
    description: Annotated[
        StrictStr | None, Field(description="What the webhook is for.", max_length=200, pattern="^[^\\u0000]*$")
    ]
    events: Annotated[
        list[Literal["user.created", "user.updated", "user.deleted", "post.created", "post.updated", "post.deleted"]],
        Field(description="The events that are sent.", max_length=6, min_length=1),
    ]
    is_active: Annotated[StrictBool, Field(description="Whether events are sent.")]
    disabled_reason: Annotated[
        Literal["gone", "failing"] | None,
        Field(
            description="Why the service deactivated the webhook: `gone`, its response was 410; `failing`, all attempts failed for five days. Null\notherwise.\n"
        ),
    ]
    created_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    version: Annotated[
        StrictInt,
        Field(description="Increases with every change. The `ETag` is this number in quotes.", ge=1, le=9007199254740991),
    ]
    secret: Annotated[
        StrictStr,
        Field(
            description="The secret that requests are signed with. Shown only once.",
            max_length=50,
            min_length=50,
            pattern="^whsec_[A-Za-z0-9+/]{43}=$",
        ),
    ]


class WebhookSecret(Model):
    secret: Annotated[
        StrictStr,
        Field(
            description="The secret that requests are signed with. Shown only once.",
            max_length=50,
            min_length=50,
            pattern="^whsec_[A-Za-z0-9+/]{43}=$",
        ),
    ]
    previous_expires_at: Annotated[
        Instant, Field(description="Until then, requests are signed with the previous secret as well.")
    ]


class WebhookDelivery(Model):
    """An event on its way to a webhook."""

    id: Annotated[StrictInt, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)]
    webhook_id: Annotated[
        StrictInt, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)
    ]
    message_id: Annotated[
        StrictStr,
        Field(
            description="Identifies the event. The header `webhook-id` of each attempt.",
            max_length=36,
            min_length=36,
            pattern="^msg_[0-9a-f]{32}$",
        ),
    ]
    event: Annotated[
        Literal["user.created", "user.updated", "user.deleted", "post.created", "post.updated", "post.deleted"],
        Field(description="Something that happened."),
    ]
    status: Annotated[
        Literal["pending", "succeeded", "failed"],
        Field(
            description="`pending`: an attempt is due or will be. `succeeded`: the response was 2xx. `failed`: no more attempts are made, unless you ask\nfor a redelivery.\n"
        ),
    ]
    attempts: Annotated[StrictInt, Field(description="Attempts so far. A redelivery starts again.", ge=0, le=10)]
    response_status: Annotated[
        StrictInt | None, Field(description="The status of the last response; null if there was none.", ge=100, le=999)
    ]
    error: Annotated[
        StrictStr | None, Field(description="Why the last attempt failed, for people; null if it did not.", max_length=200)
    ]
    created_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    attempted_at: Annotated[Instant | None, Field(description="A date-time (RFC 3339) in UTC, or null.")]
    next_attempt_at: Annotated[Instant | None, Field(description="A date-time (RFC 3339) in UTC, or null.")]


class UserCreatedEvent(Model):
    type: Literal["user.created"]
    timestamp: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    data: User


class UserUpdatedEvent(Model):
    type: Literal["user.updated"]
    timestamp: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    data: User


class Deleted(Model):
    """What was deleted."""

    id: Annotated[StrictInt, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)]


class PostCreatedEvent(Model):
    type: Literal["post.created"]
    timestamp: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    data: Post


class PostUpdatedEvent(Model):
    type: Literal["post.updated"]
    timestamp: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    data: Post


class PostDeletedEvent(Model):
    type: Literal["post.deleted"]
    timestamp: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    data: Annotated[Deleted, Field(description="What was deleted.")]


class AuditDetails(Model):
    """What else is known, depending on the type of event. Never personal data."""

    fields: Annotated[
        list[StrictStr] | MISSING,
        Field(description="The names of the fields that were changed, or exported by an operator.", max_length=20),
    ] = MISSING
    role: Annotated[Literal["user", "admin"] | MISSING, Field(description="Administrators may see and change every user.")] = (
        MISSING
    )
    method: Annotated[
        Literal["password", "totp", "recovery-code", "passkey"] | MISSING,
        Field(description="How the user proved who they are; with a password and a code, the code."),
    ] = MISSING
    count: Annotated[StrictInt | MISSING, Field(description="How many were ended or imported.", ge=0, le=9007199254740991)] = (
        MISSING
    )
    session_id: Annotated[
        StrictInt | MISSING, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)
    ] = MISSING
    post_id: Annotated[
        StrictInt | MISSING, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)
    ] = MISSING
    factor_id: Annotated[
        StrictInt | MISSING, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)
    ] = MISSING
    api_key_id: Annotated[
        StrictInt | MISSING, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)
    ] = MISSING
    webhook_id: Annotated[
        StrictInt | MISSING, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)
    ] = MISSING


class AuditEvent(Model):
    id: Annotated[StrictInt, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)]
    type: Annotated[
        Literal[
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
        ],
        Field(
            description="What happened. `session` events are signing in, being refused, signing out, and the use of a refresh token that was already\nused. `session.second-factor-required` means that the password was correct and the code was missing. `sessions.ended` means\nthat several sessions of the subject were ended at once. `users.imported` and `users.exported` are commands of an operator.\n`factor.counter-regressed` means that a passkey was refused because it may have been copied.\n"
        ),
    ]
    actor_id: Annotated[
        StrictInt | None,
        Field(
            description="The user who acted. Null if nobody was signed in, or for a command of an operator.",
            ge=1,
            le=9007199254740991,
        ),
    ]
    subject_id: Annotated[
        StrictInt | None,
        Field(
            description="The user whom the event is about. Null if there is none, such as when signing in with an unknown identifier.",
            ge=1,
            le=9007199254740991,
        ),
    ]
    details: Annotated[
        AuditDetails, Field(description="What else is known, depending on the type of event. Never personal data.")
    ]
    address: Annotated[
        StrictStr | None,
        Field(
            description="The address of the client. Null if unknown, and after the user was deleted.",
            max_length=64,
            pattern="^[^\\u0000-\\u001f\\u007f-\\u009f]*$",
        ),
    ]
    user_agent: Annotated[
        StrictStr | None,
        Field(
            description="The beginning of the `User-Agent` header, with unprintable characters escaped. Null if there was none, and after the user\nwas deleted.\n",
            max_length=256,
            pattern="^[^\\u0000-\\u001f\\u007f-\\u009f]*$",
        ),
    ]
    request_id: Annotated[
        StrictStr | None,
        Field(
            description="The `X-Request-ID` of the request. Null for a command of an operator.",
            max_length=36,
            pattern="^[0-9a-f-]{36}$",
        ),
    ]
    created_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    sequence: Annotated[
        StrictInt | None,
        Field(
            description="The position in the hash chain. Null for about a second, until the event is sealed.",
            ge=1,
            le=9007199254740991,
        ),
    ]
    hash: Annotated[
        StrictStr | None,
        Field(
            description="The SHA-256 hash of this event and the hash before it. Whoever keeps `sequence` and `hash` of an event elsewhere can prove\nlater that nothing up to it was changed.\n",
            max_length=64,
            min_length=64,
            pattern="^[0-9a-f]{64}$",
        ),
    ]


class OutboxItem(Model):
    """Something to deliver. Its content is not shown, because e-mails can hold personal data."""

    id: Annotated[StrictInt, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)]
    topic: Annotated[
        StrictStr,
        Field(
            description="The kind of item; of an e-mail, `mail.` and what it is about.",
            max_length=50,
            min_length=1,
            pattern="^[a-z0-9._-]+$",
        ),
    ]
    recipient: Annotated[
        StrictStr | None,
        Field(
            description="The address of an e-mail. Null if the item is not an e-mail.",
            max_length=254,
            pattern="^[^\\u0000-\\u001f\\u007f-\\u009f]*$",
        ),
    ]
    state: Annotated[
        Literal["waiting", "delivering", "dead"],
        Field(
            description="`waiting`: an attempt is due or will be. `delivering`: a worker has claimed the item; if that worker ends, another one may claim\nit at `next_attempt_at`. `dead`: no more attempts are made, unless an operator retries it.\n"
        ),
    ]
    attempts: Annotated[
        StrictInt,
        Field(
            description="Failed attempts that count towards the limit. An attempt does not count if the mail server cannot be reached, and a retry by an operator starts again.",
            ge=0,
            le=2147483647,
        ),
    ]
    error: Annotated[
        StrictStr | None,
        Field(
            description="Why the last attempt failed, for people; counted or not. Null if none has failed.",
            max_length=500,
            pattern="^[^\\u0000-\\u001f\\u007f-\\u009f]*$",
        ),
    ]
    created_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    next_attempt_at: Annotated[
        Instant | None,
        Field(
            description="When the next attempt is due; of an item that is being delivered, when another worker may claim it. Null if `dead`."
        ),
    ]


class DayStatistics(Model):
    """What happened on one day."""

    date: Annotated[
        StrictStr,
        Field(
            description="The day, in UTC.",
            max_length=10,
            pattern="^(19[7-9][0-9]|2[0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        ),
    ]
    sign_ups: Annotated[
        StrictInt, Field(description="The users created on that day, excluding those deleted since.", ge=0, le=9007199254740991)
    ]
    sign_ins: Annotated[
        StrictInt,
        Field(
            description="The sessions created on that day, also those that have ended, as far back as audit events are kept.",
            ge=0,
            le=9007199254740991,
        ),
    ]
    posts: Annotated[
        StrictInt,
        Field(
            description="The posts created on that day, including drafts and excluding those deleted since.",
            ge=0,
            le=9007199254740991,
        ),
    ]


class RequestStatistics(Model):
    """The requests to one operation that were answered with one status. Durations are estimated from a histogram, within
    its buckets by linear interpolation; durations above 10 seconds are reported as 10 seconds.
    """

    operation_id: Annotated[
        StrictStr,
        Field(description="The `operationId` in this document.", max_length=100, min_length=1, pattern="^[A-Za-z0-9._-]+$"),
    ]
    status: Annotated[
        StrictInt, Field(description="The status of the response; 499 if the client left before it.", ge=100, le=599)
    ]
    count: Annotated[StrictInt, Field(description="The number of requests.", ge=1, le=9007199254740991)]
    p50_ms: Annotated[Number, Field(description="The median duration, in milliseconds.", ge=0, le=10000)]
    p95_ms: Annotated[
        Number, Field(description="The duration that 95 % of the requests did not exceed, in milliseconds.", ge=0, le=10000)
    ]


class StoredSession(Model):
    """A session with all that is known of it. `authenticated_at` is the last proof of identity after the sign-in, if there
    was one. `ends_at` is when the session ends however often it is refreshed.
    """

    id: Annotated[StrictInt, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)]
    is_current: Annotated[StrictBool, Field(description="Whether this is the session of the access token.")]
    created_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    authenticated_at: Annotated[Instant | None, Field(description="A date-time (RFC 3339) in UTC, or null.")]
    refreshed_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    expires_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    ends_at: Annotated[Instant | None, Field(description="A date-time (RFC 3339) in UTC, or null.")]


class StoredFactor(Model):
    """An authenticator app without its secret, or a passkey. It counts once it is confirmed."""

    id: Annotated[StrictInt, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)]
    type: Annotated[Literal["totp", "passkey"], Field(description="An authenticator app (`totp`) or a passkey.")]
    name: Annotated[
        StrictStr,
        Field(description="What the user calls it.", max_length=100, min_length=1, pattern="^[^\\u0000-\\u001f\\u007f]+$"),
    ]
    created_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    confirmed_at: Annotated[Instant | None, Field(description="A date-time (RFC 3339) in UTC, or null.")]
    last_used_at: Annotated[Instant | None, Field(description="When it was last used, in UTC; null if never.")]
    credential_id: Annotated[
        StrictStr | None,
        Field(
            description="Identifies a passkey. Null for an authenticator app.",
            max_length=1400,
            min_length=1,
            pattern="^[A-Za-z0-9_-]+$",
        ),
    ]
    public_key: Annotated[
        StrictStr | None,
        Field(
            description="The public key of a passkey, as COSE in base64url. Null for an authenticator app.",
            max_length=20000,
            min_length=1,
            pattern="^[A-Za-z0-9_-]+$",
        ),
    ]
    transports: Annotated[
        list[StrictStr],
        Field(description="How a browser can reach the authenticator of a passkey. Empty if unknown.", max_length=10),
    ]


class MailToken(Model):
    purpose: Annotated[Literal["reset-password", "verify-email"], Field(description="What the token is for.")]
    email: Annotated[
        StrictStr,
        Field(
            description="ASCII, with at most 64 characters before the `@` (RFC 5321) and a dotted domain. Compared case-insensitively.",
            max_length=254,
            min_length=6,
            pattern="^[A-Za-z0-9_+-]+(\\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]{2,24}$",
        ),
    ]
    expires_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]


class QueuedMail(Model):
    """An e-mail that was not delivered. With `failed_at`, it will not be tried again unless an operator wants it."""

    kind: Annotated[
        Literal["welcome", "verify-email", "reset-password", "notice"], Field(description="What the e-mail is about.")
    ]
    to: Annotated[
        StrictStr,
        Field(
            description="ASCII, with at most 64 characters before the `@` (RFC 5321) and a dotted domain. Compared case-insensitively.",
            max_length=254,
            min_length=6,
            pattern="^[A-Za-z0-9_+-]+(\\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]{2,24}$",
        ),
    ]
    notice: Annotated[
        StrictStr | None,
        Field(
            description="What has changed in the account, in one sentence. Null if the e-mail is not a `notice`.",
            max_length=500,
        ),
    ]
    created_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    failed_at: Annotated[Instant | None, Field(description="A date-time (RFC 3339) in UTC, or null.")]


class StoredDelivery(Model):
    """What a webhook is told about the user."""

    id: Annotated[StrictInt, Field(description="Unique and never reused. Exact in JavaScript.", ge=1, le=9007199254740991)]
    event: Annotated[
        Literal["user.created", "user.updated", "user.deleted", "post.created", "post.updated", "post.deleted"],
        Field(description="Something that happened."),
    ]
    status: Annotated[
        Literal["pending", "succeeded", "failed"],
        Field(
            description="`pending`: an attempt is due or will be. `succeeded`: the response was 2xx. `failed`: no more attempts are made, unless you ask\nfor a redelivery.\n"
        ),
    ]
    created_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    attempted_at: Annotated[Instant | None, Field(description="A date-time (RFC 3339) in UTC, or null.")]
    body: Annotated[StrictStr, Field(description="The body of the request, as JSON.", max_length=262144)]


class AuditEventList(Model):
    audit_events: Annotated[list[AuditEvent], Field(max_length=100)]
    total: Annotated[
        StrictInt,
        Field(
            description="The exact number of items on all pages. With a cursor, as counted for its first page.",
            ge=0,
            le=9007199254740991,
        ),
    ]
    page: Annotated[StrictInt, Field(description="The number of a page, starting at 1.", ge=1, le=9007199254740991)]
    page_size: Annotated[StrictInt, Field(description="The maximum number of items on a page.", ge=1, le=100)]
    next_cursor: Annotated[
        StrictStr | None,
        Field(
            description="The `cursor` of the next page; null on the last page.",
            max_length=106,
            min_length=38,
            pattern="^[A-Za-z0-9_-]{38,106}$",
        ),
    ]


class OutboxItemList(Model):
    outbox_items: Annotated[list[OutboxItem], Field(max_length=100)]
    total: Annotated[
        StrictInt,
        Field(
            description="The exact number of items on all pages. With a cursor, as counted for its first page.",
            ge=0,
            le=9007199254740991,
        ),
    ]
    page: Annotated[StrictInt, Field(description="The number of a page, starting at 1.", ge=1, le=9007199254740991)]
    page_size: Annotated[StrictInt, Field(description="The maximum number of items on a page.", ge=1, le=100)]
    next_cursor: Annotated[
        StrictStr | None,
        Field(
            description="The `cursor` of the next page; null on the last page.",
            max_length=106,
            min_length=38,
            pattern="^[A-Za-z0-9_-]{38,106}$",
        ),
    ]


class SessionList(Model):
    sessions: Annotated[list[Session], Field(max_length=100)]


class FactorList(Model):
    factors: Annotated[list[Factor], Field(max_length=21)]
    recovery_codes_left: Annotated[
        StrictInt, Field(description="The number of recovery codes that have not been used.", ge=0, le=10)
    ]


class ApiKeyList(Model):
    keys: Annotated[list[ApiKey], Field(max_length=50)]


class UserList(Model):
    users: Annotated[list[User], Field(max_length=100)]
    total: Annotated[
        StrictInt,
        Field(
            description="The exact number of items on all pages. With a cursor, as counted for its first page.",
            ge=0,
            le=9007199254740991,
        ),
    ]
    page: Annotated[StrictInt, Field(description="The number of a page, starting at 1.", ge=1, le=9007199254740991)]
    page_size: Annotated[StrictInt, Field(description="The maximum number of items on a page.", ge=1, le=100)]
    next_cursor: Annotated[
        StrictStr | None,
        Field(
            description="The `cursor` of the next page; null on the last page.",
            max_length=106,
            min_length=38,
            pattern="^[A-Za-z0-9_-]{38,106}$",
        ),
    ]


class UserProfileList(Model):
    profiles: Annotated[list[UserProfile], Field(max_length=100)]
    total: Annotated[
        StrictInt,
        Field(
            description="The exact number of items on all pages. With a cursor, as counted for its first page.",
            ge=0,
            le=9007199254740991,
        ),
    ]
    page: Annotated[StrictInt, Field(description="The number of a page, starting at 1.", ge=1, le=9007199254740991)]
    page_size: Annotated[StrictInt, Field(description="The maximum number of items on a page.", ge=1, le=100)]
    next_cursor: Annotated[
        StrictStr | None,
        Field(
            description="The `cursor` of the next page; null on the last page.",
            max_length=106,
            min_length=38,
            pattern="^[A-Za-z0-9_-]{38,106}$",
        ),
    ]


class PostList(Model):
    posts: Annotated[list[Post], Field(max_length=100)]
    total: Annotated[
        StrictInt,
        Field(
            description="The exact number of items on all pages. With a cursor, as counted for its first page.",
            ge=0,
            le=9007199254740991,
        ),
    ]
    page: Annotated[StrictInt, Field(description="The number of a page, starting at 1.", ge=1, le=9007199254740991)]
    page_size: Annotated[StrictInt, Field(description="The maximum number of items on a page.", ge=1, le=100)]
    next_cursor: Annotated[
        StrictStr | None,
        Field(
            description="The `cursor` of the next page; null on the last page.",
            max_length=106,
            min_length=38,
            pattern="^[A-Za-z0-9_-]{38,106}$",
        ),
    ]


class WebhookList(Model):
    webhooks: Annotated[list[Webhook], Field(max_length=100)]
    total: Annotated[
        StrictInt,
        Field(
            description="The exact number of items on all pages. With a cursor, as counted for its first page.",
            ge=0,
            le=9007199254740991,
        ),
    ]
    page: Annotated[StrictInt, Field(description="The number of a page, starting at 1.", ge=1, le=9007199254740991)]
    page_size: Annotated[StrictInt, Field(description="The maximum number of items on a page.", ge=1, le=100)]
    next_cursor: Annotated[
        StrictStr | None,
        Field(
            description="The `cursor` of the next page; null on the last page.",
            max_length=106,
            min_length=38,
            pattern="^[A-Za-z0-9_-]{38,106}$",
        ),
    ]


class WebhookDeliveryList(Model):
    deliveries: Annotated[list[WebhookDelivery], Field(max_length=100)]
    total: Annotated[
        StrictInt,
        Field(
            description="The exact number of items on all pages. With a cursor, as counted for its first page.",
            ge=0,
            le=9007199254740991,
        ),
    ]
    page: Annotated[StrictInt, Field(description="The number of a page, starting at 1.", ge=1, le=9007199254740991)]
    page_size: Annotated[StrictInt, Field(description="The maximum number of items on a page.", ge=1, le=100)]
    next_cursor: Annotated[
        StrictStr | None,
        Field(
            description="The `cursor` of the next page; null on the last page.",
            max_length=106,
            min_length=38,
            pattern="^[A-Za-z0-9_-]{38,106}$",
        ),
    ]


class PasskeyAssertion(Model):
    """What `toJSON()` of the result of `navigator.credentials.get()` returns. Members that browsers add are accepted and
    ignored.
    """

    id: Annotated[
        StrictStr,
        Field(description="Bytes, in base64url without padding.", max_length=1400, min_length=1, pattern="^[A-Za-z0-9_-]+$"),
    ]
    rawId: Annotated[
        StrictStr,
        Field(description="Bytes, in base64url without padding.", max_length=1400, min_length=1, pattern="^[A-Za-z0-9_-]+$"),
    ]
    type: Literal["public-key"]
    response: PasskeyAssertionResponse


class PasskeyOptions(Model):
    """What `PublicKeyCredential.parseCreationOptionsFromJSON()` takes for `registration` (then `rp`, `user`,
    `pubKeyCredParams`, `excludeCredentials`, `authenticatorSelection` and `attestation` are there), and
    `PublicKeyCredential.parseRequestOptionsFromJSON()` for `authentication` (then `rpId` and `userVerification`).
    """

    challenge: Annotated[
        StrictStr,
        Field(description="Bytes, in base64url without padding.", max_length=1400, min_length=1, pattern="^[A-Za-z0-9_-]+$"),
    ]
    timeout: Annotated[StrictInt, Field(description="Milliseconds for which the challenge is valid.", ge=1, le=600000)]
    rpId: Annotated[
        StrictStr | MISSING,
        Field(
            description="The domain that passkeys are bound to. It comes from the settings of the service.",
            max_length=253,
            min_length=1,
            pattern="^[!-~]+$",
        ),
    ] = MISSING
    userVerification: Literal["required"] | MISSING = MISSING
    rp: PasskeyRelyingParty | MISSING = MISSING
    user: PasskeyUser | MISSING = MISSING
    pubKeyCredParams: Annotated[
        list[PasskeyParameters] | MISSING,
        Field(description="The accepted algorithms, the preferred one first.", max_length=10, min_length=1),
    ] = MISSING
    excludeCredentials: Annotated[
        list[PasskeyDescriptor] | MISSING, Field(description="The passkeys that the user has already.", max_length=20)
    ] = MISSING
    authenticatorSelection: PasskeySelection | MISSING = MISSING
    attestation: Literal["none"] | MISSING = MISSING


class PasskeyRegistration(Model):
    """What `toJSON()` of the result of `navigator.credentials.create()` returns. Members that browsers add are accepted
    and ignored.
    """

    id: Annotated[
        StrictStr,
        Field(description="Bytes, in base64url without padding.", max_length=1400, min_length=1, pattern="^[A-Za-z0-9_-]+$"),
    ]
    rawId: Annotated[
        StrictStr,
        Field(description="Bytes, in base64url without padding.", max_length=1400, min_length=1, pattern="^[A-Za-z0-9_-]+$"),
    ]
    type: Literal["public-key"]
    response: PasskeyAttestationResponse


class UserDeletedEvent(Model):
    type: Literal["user.deleted"]
    timestamp: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    data: Annotated[Deleted, Field(description="What was deleted.")]


class Statistics(Model):
    days: Annotated[
        list[DayStatistics],
        Field(description="The last days in UTC, oldest first. The last one is today.", max_length=31, min_length=1),
    ]
    requests: Annotated[
        list[RequestStatistics],
        Field(
            description="The requests to each operation, by the status of the response, sorted by both. Counts cover all processes of the instance\nthat answers. At most the 1000 most frequent combinations. Empty unless the service counts requests (`METRICS_BIND`).\n",
            max_length=1000,
        ),
    ]
    requests_since: Annotated[
        Instant | None, Field(description="When the instance began to count requests. Null if it does not count them.")
    ]


class UserExport(Model):
    """What is stored about a user. Left out are passwords, tokens, keys and secrets, and their hashes; counters that
    prevent replays; hashes of network addresses; and whatever would reveal if somebody else has an address: unfinished
    changes of the e-mail address, and sign-ups that were not confirmed.
    """

    exported_at: Annotated[
        Instant, Field(description="A date-time (RFC 3339) from 1970 to 2999, with up to microseconds. Responses are in UTC.")
    ]
    user: User
    credentials_changed_at: Annotated[
        Instant | None, Field(description="When the password or the e-mail address last changed, in UTC; null if never.")
    ]
    sessions: Annotated[list[StoredSession], Field(description="The newest first, without their tokens.", max_length=1000)]
    factors: Annotated[
        list[StoredFactor],
        Field(
            description="The authenticator app, also one that is not confirmed yet, and passkeys, the oldest first. Without the secret of the app.\n",
            max_length=100,
        ),
    ]
    recovery_codes_left: Annotated[
        StrictInt, Field(description="The number of recovery codes that have not been used.", ge=0, le=10)
    ]
    api_keys: Annotated[list[ApiKey], Field(description="The newest first, without their secrets.", max_length=1000)]
    mail_tokens: Annotated[
        list[MailToken],
        Field(
            description="The tokens in e-mails that have not been used, for resetting the password and confirming the address. Those for a change of\nthe address are left out: there is one only if nobody else has the new address.\n",
            max_length=1000,
        ),
    ]
    queued_mails: Annotated[
        list[QueuedMail],
        Field(
            description="E-mails to the user that were not delivered yet, or could not be, oldest first. Those about a change of the address are left\nout.\n",
            max_length=1000,
        ),
    ]
    known_addresses: Annotated[
        StrictInt,
        Field(
            description="The number of network addresses that the user has signed in from. They are stored as hashes, from which the addresses\ncannot be computed.\n",
            ge=0,
            le=1000,
        ),
    ]
    posts: Annotated[
        list[Post], Field(description="All of the user's posts, drafts too, oldest first.", max_length=9007199254740991)
    ]
    webhook_deliveries: Annotated[
        list[StoredDelivery],
        Field(
            description="What was sent about the user to webhooks, or will be, oldest first. Without the addresses of the receivers.",
            max_length=9007199254740991,
        ),
    ]
    audit_events: Annotated[
        list[AuditEvent],
        Field(
            description="What the user did and what happened to the account, oldest first. The address and user agent of other people are null.\n",
            max_length=9007199254740991,
        ),
    ]


class PasskeyProof(Model):
    """An answered challenge for `authentication`."""

    model_config = ConfigDict(extra="forbid")
    challenge_id: Annotated[
        StrictStr,
        Field(description="Identifies a challenge. Opaque.", max_length=500, min_length=100, pattern="^[A-Za-z0-9_-]+={0,2}$"),
    ]
    credential: Annotated[
        PasskeyAssertion,
        Field(
            description="What `toJSON()` of the result of `navigator.credentials.get()` returns. Members that browsers add are accepted and ignored."
        ),
    ]


class Reauthentication(Model):
    """One proof of identity."""

    model_config = ConfigDict(extra="forbid")
    password: Annotated[
        StrictStr | MISSING,
        Field(
            description="The password. Longer here than at sign-up, because another device may send the same text in more code points.",
            max_length=512,
            min_length=1,
            pattern="^[^\\u0000]+$",
        ),
    ] = MISSING
    totp_code: Annotated[
        StrictStr | MISSING,
        Field(
            description="The current code of the authenticator app (RFC 6238).",
            max_length=6,
            min_length=6,
            pattern="^[0-9]{6}$",
        ),
    ] = MISSING
    recovery_code: Annotated[
        StrictStr | MISSING,
        Field(
            description="One of the recovery codes, each of which can be used once.",
            max_length=29,
            min_length=29,
            pattern="^[a-z2-7]{4}(-[a-z2-7]{4}){5}$",
        ),
    ] = MISSING
    passkey: Annotated[PasskeyProof | MISSING, Field(description="An answered challenge for `authentication`.")] = MISSING


class PasskeyChallenge(Model):
    challenge_id: Annotated[
        StrictStr,
        Field(description="Identifies a challenge. Opaque.", max_length=500, min_length=100, pattern="^[A-Za-z0-9_-]+={0,2}$"),
    ]
    options: Annotated[
        PasskeyOptions,
        Field(
            description="What `PublicKeyCredential.parseCreationOptionsFromJSON()` takes for `registration` (then `rp`, `user`, `pubKeyCredParams`,\n`excludeCredentials`, `authenticatorSelection` and `attestation` are there), and\n`PublicKeyCredential.parseRequestOptionsFromJSON()` for `authentication` (then `rpId` and `userVerification`).\n"
        ),
    ]


class PasskeyCreate(Model):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[
        StrictStr | MISSING,
        Field(description="What the user calls it.", max_length=100, min_length=1, pattern="^[^\\u0000-\\u001f\\u007f]+$"),
    ] = MISSING
    challenge_id: Annotated[
        StrictStr,
        Field(description="Identifies a challenge. Opaque.", max_length=500, min_length=100, pattern="^[A-Za-z0-9_-]+={0,2}$"),
    ]
    credential: Annotated[
        PasskeyRegistration,
        Field(
            description="What `toJSON()` of the result of `navigator.credentials.create()` returns. Members that browsers add are accepted and ignored."
        ),
    ]


class SessionCreate(Model):
    """Either an identifier with the password and perhaps a code, or a passkey alone."""

    model_config = ConfigDict(extra="forbid")
    identifier: Annotated[
        StrictStr | MISSING,
        Field(description="The e-mail address or the username.", max_length=254, min_length=3, pattern="^[^\\u0000]+$"),
    ] = MISSING
    password: Annotated[
        StrictStr | MISSING,
        Field(
            description="The password. Longer here than at sign-up, because another device may send the same text in more code points.",
            max_length=512,
            min_length=1,
            pattern="^[^\\u0000]+$",
        ),
    ] = MISSING
    totp_code: Annotated[
        StrictStr | MISSING,
        Field(
            description="The current code of the authenticator app (RFC 6238).",
            max_length=6,
            min_length=6,
            pattern="^[0-9]{6}$",
        ),
    ] = MISSING
    recovery_code: Annotated[
        StrictStr | MISSING,
        Field(
            description="One of the recovery codes, each of which can be used once.",
            max_length=29,
            min_length=29,
            pattern="^[a-z2-7]{4}(-[a-z2-7]{4}){5}$",
        ),
    ] = MISSING
    passkey: Annotated[PasskeyProof | MISSING, Field(description="An answered challenge for `authentication`.")] = MISSING
