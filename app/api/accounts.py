"""Handlers tagged `accounts`."""

from app.call import InSession, Public
from app.schemas.models import EmailChange, EmailConfirmation, MailRequest, PasswordChange, PasswordReset
from app.schemas.operations import (
    ChangeEmail,
    ChangePassword,
    ConfirmEmail,
    ConfirmPasswordReset,
    RequestEmailVerification,
    RequestPasswordReset,
)
from app.services import accounts


@ChangePassword
async def change_password(call: InSession, body: PasswordChange) -> ChangePassword.NoContent:
    await accounts.change_password(call.resources, call.principal, body, call.client, call.origin)
    return ChangePassword.NoContent()


@ChangeEmail
async def change_email(call: InSession, body: EmailChange) -> ChangeEmail.Accepted:
    await accounts.change_email(call.resources, call.principal, body, call.client, call.origin)
    return ChangeEmail.Accepted()


@RequestPasswordReset
async def request_password_reset(call: Public, body: MailRequest) -> RequestPasswordReset.Accepted:
    await accounts.request_mail(call.resources, "reset-password", body.email, call.client, call.origin)
    return RequestPasswordReset.Accepted()


@ConfirmPasswordReset
async def confirm_password_reset(call: Public, body: PasswordReset) -> ConfirmPasswordReset.NoContent:
    await accounts.confirm_password_reset(call.resources, body, call.client, call.origin)
    return ConfirmPasswordReset.NoContent()


@RequestEmailVerification
async def request_email_verification(call: Public, body: MailRequest) -> RequestEmailVerification.Accepted:
    await accounts.request_mail(call.resources, "verify-email", body.email, call.client, call.origin)
    return RequestEmailVerification.Accepted()


@ConfirmEmail
async def confirm_email(call: Public, body: EmailConfirmation) -> ConfirmEmail.NoContent:
    await accounts.confirm_email(call.resources, body.token, call.client, call.origin)
    return ConfirmEmail.NoContent()
