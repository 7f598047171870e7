"""S25-S33: mails, and what their tokens do."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.security.client import code, fresh_address
from tests.support.builders import PASSWORD
from tests.support.databases import stored

pytestmark = pytest.mark.slow

NEW_PASSWORD, OTHER_PASSWORD = "otter-kayak-47-lantern", "heron-canoe-58-candle"
RESET = "Reset your password"


def ask(service, email, number=1, **options: Any):
    """Ask for a reset, and read the token in so many such mails."""
    response = service.post("/password-resets", {"email": email}, **options)
    assert (response.status_code, response.content) == (202, b"")
    return service.mailed_token(email, number, RESET)


def reset(service, token, password=NEW_PASSWORD):
    """Use a token."""
    return service.post("/password-reset-confirmations", {"token": token, "password": password})


def test_s25_a_reset_answers_a_known_and_an_unknown_address_alike_and_sends_later(service, user):
    """A request for a reset is 202 for any address, and its only effect is one queued item."""
    answers = [service.post("/password-resets", {"email": email}) for email in (user.email, service.new()["email"])]

    assert {(answer.status_code, answer.content) for answer in answers} == {(202, b"")}
    assert len({tuple(answer.headers.keys()) for answer in answers}) == 1
    service.mails_to(user.email, subject=RESET)
    service.settle()
    assert not [mail for mail in service.mails.mails if "nobody" in str(mail.recipients)]


def test_s26_a_reset_token_is_valid_once_and_voids_the_others(service, user):
    """A token is used once; the first that is used voids the others, and so does a new password or a new address."""
    first, second = ask(service, user.email), ask(service, user.email, 2)

    assert [reset(service, first).status_code, reset(service, second).status_code] == [204, 409]
    assert code(reset(service, first, OTHER_PASSWORD)) == (409, "invalid-token")

    new = service.new()
    assert service.post("/users", new).status_code == 201
    service.post("/email-verifications", {"email": new["email"]})
    confirmed = [
        service.post("/email-verification-confirmations", {"token": service.mailed_token(new["email"], 1, subject)}).status_code
        for subject in ("Confirm", "Welcome")
    ]
    assert confirmed == [204, 409]

    for change in ("password", "email"):
        user = service.sign_up()
        token = ask(service, user.email)
        if change == "password":
            body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
            assert service.put("/users/me/password", body, headers=user.headers).status_code == 204
        else:
            new = service.new()["email"]
            service.put("/users/me/email", {"email": new, "password": PASSWORD}, headers=user.headers)
            confirmed = service.post("/email-verification-confirmations", {"token": service.mailed_token(new)})
            assert confirmed.status_code == 204
        assert code(reset(service, token, OTHER_PASSWORD)) == (409, "invalid-token")


def test_s27_a_reset_token_expires_has_one_purpose_and_is_stored_as_a_hash(service, user):
    """A token lives as long as configured, resets the password of its user and nothing else, and is hashed at rest."""
    token = ask(service, user.email)
    content = stored(service.database_url)
    assert token.encode() not in content
    assert token[4:68].encode() not in content
    assert service.post("/email-verification-confirmations", {"token": f"ace_{token[4:]}"}).status_code == 409
    assert not service.is_signed_in(token)

    service.age("mail_tokens", "expires_at", "user_id", user.id, seconds=3600)

    assert code(reset(service, token)) == (409, "invalid-token")


def test_s28_links_in_mails_do_not_come_from_the_request(service, user):
    """A Host, X-Forwarded-Host or Forwarded of an attacker does not change the link in the mail (CVE-2025-64101)."""
    evil = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example;proto=http", "X-Forwarded-Proto": "ftp"}
    ask(service, user.email, headers=evil)
    refused = service.post("/password-resets", {"email": user.email}, headers={"Host": "evil.example"})

    [mail] = service.mails_to(user.email, subject=RESET)
    assert refused.status_code == 400
    assert b"evil" not in mail.data
    for kind in ("plain", "html"):
        assert re.search(r"http://127\.0\.0\.1:8000/reset-password#token=acp_", mail.part(kind))


def test_s29_no_address_and_no_name_adds_a_recipient_or_a_header(service):
    """CR, LF, a comma, NUL and display names in an address are refused; in a name they arrive inert."""
    email = service.new()["email"]
    tricks = [f"{email}\r\nBcc: eve@example.com", f"{email},eve@example.com", f"{email}\0", f"Eve <{email}>", f"{email} "]
    for trick in [*tricks, f'"{email}"@example.com', f"{email}%0aBcc:eve@example.com", "@example.com", f"<{email}>"]:
        assert service.post("/password-resets", {"email": trick}).status_code == 422, trick
        assert service.post("/users", service.new(email=trick)).status_code == 422, trick

    name = "Grace\r\nBcc: eve@example.com\r\n\r\nPay here"
    assert service.post("/users", service.new(email=email, full_name=name)).status_code == 201

    [mail] = service.mails_to(email)
    assert mail.recipients == [email]
    assert set(mail.message.keys()) & {"Bcc", "Cc"} == set()
    assert mail.message.get_all("To") == [email]
    assert not [mail for mail in service.mails.mails if "eve@example.com" in mail.recipients]


def test_s30_templates_and_markup_in_a_name_arrive_inert(service):
    """Template syntax and HTML in a name are text in the mail."""
    new = service.new(full_name="{{7*7}}<img src=x>{% raw %}${7*7}&amp;")
    assert service.post("/users", new).status_code == 201

    [mail] = service.mails_to(new["email"])

    assert "{{7*7}}<img src=x>{% raw %}${7*7}&amp;" in mail.part("plain")
    assert "{{7*7}}&lt;img src=x&gt;{% raw %}${7*7}&amp;amp;" in mail.part("html")


def test_s31_one_mailbox_gets_few_mails_and_one_address_asks_for_few(service, user):
    """Mails to one mailbox are limited, whoever asks; and so are the requests for mails of one address."""
    address = fresh_address()

    service.exhaust("MAIL_LIMIT", lambda: service.post("/password-resets", {"email": user.email}))
    service.exhaust(
        "MAIL_REQUEST_LIMIT", lambda: service.post("/password-resets", {"email": service.new()["email"]}, address=address)
    )

    service.settle()
    assert len(service.mails_to(user.email)) <= service.most("MAIL_LIMIT")


def test_s32_a_new_address_needs_the_password_and_counts_once_it_is_confirmed(service, user):
    """A change of the address needs the password, tells the old address, and takes effect with the confirmation."""
    new = service.new()["email"]
    path = "/users/me/email"
    assert service.put(path, {"email": new}, headers=user.headers).status_code == 422
    wrong = service.put(path, {"email": new, "password": NEW_PASSWORD}, headers=user.headers)
    assert code(wrong) == (403, "verification-failed")
    assert service.put(path, {"email": new, "password": PASSWORD}, headers=user.headers).status_code == 202
    token = service.mailed_token(new)

    assert service.get("/users/me", headers=user.headers).json()["email"] == user.email
    assert service.try_to_sign_in(new).status_code == 401
    assert service.post("/email-verification-confirmations", {"token": token}).status_code == 204

    assert service.try_to_sign_in(new).status_code == 201
    assert service.try_to_sign_in(user.email).status_code == 401
    assert any(new in mail.part("plain") for mail in service.mails_to(user.email, 2))


def test_s33_a_reset_does_not_bypass_the_second_factor(service, user):
    """After a reset the second factor is still required (ASVS 6.4.3)."""
    app = service.add_factor(user)
    assert reset(service, ask(service, user.email)).status_code == 204

    without = service.try_to_sign_in(user.username, NEW_PASSWORD)

    assert code(without) == (401, "second-factor-required")
    assert service.try_to_sign_in(user.username, NEW_PASSWORD, totp_code=app.now()).status_code == 201
