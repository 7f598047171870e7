"""Mails as they are received, over SMTP and as files."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest

from app.core.config import Settings
from app.core.errors import MailUnavailable, Undeliverable
from app.core.mail import FolderTransport, Mail, create_transport
from app.core.mail.message import build_message, parse_sender
from app.core.mail.smtp import SMTPTransport
from app.core.urls.smtp import SMTPURL
from tests.support.paths import ROOT
from tests.support.servers.service import free_port
from tests.support.servers.smtp import MailServer

pytestmark = pytest.mark.anyio

CERTIFICATE = ROOT / "tests/support/servers/certificate.pem"
SENDER = parse_sender("Accord <accord@example.com>")


def mail(**changes: object) -> Mail:
    values = {
        "to": "grace@example.org",
        "subject": "Grüße",
        "text": "Hello Grâce,\n\n日本語.\n",
        "html": "<p>Hello Grâce, 日本語.</p>\n",
        "message_id": "<1@example.com>",
        "date": datetime(2026, 2, 6, 10, 30, tzinfo=UTC),
    }
    return Mail(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def server():
    with MailServer() as server:
        yield server


@pytest.fixture
async def way_out(server):
    found = SMTPTransport(server.url, SENDER)
    yield found
    await found.close()


@pytest.fixture(scope="module")
def certificate():
    """A self-signed certificate for 127.0.0.1 with its key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


class TestMessage:
    async def test_it_has_the_headers_that_suppress_automatic_replies(self, server, way_out):
        await way_out.send(mail())

        [received] = server.mails
        headers = {name: str(value) for name, value in received.message.items()}
        content_type = headers.pop("Content-Type")
        assert content_type.startswith("multipart/alternative")
        assert headers == {
            "From": "Accord <accord@example.com>",
            "To": "grace@example.org",
            "Subject": "Grüße",
            "Message-ID": "<1@example.com>",
            "Date": "Fri, 06 Feb 2026 10:30:00 +0000",
            "Auto-Submitted": "auto-generated",
            "MIME-Version": "1.0",
        }
        assert (received.sender, received.recipients) == ("accord@example.com", ["grace@example.org"])

    async def test_text_and_html_arrive_in_every_script_over_seven_bits(self, server, way_out):
        await way_out.send(mail())

        [received] = server.mails
        assert received.data.isascii()
        assert received.part("plain").replace("\r\n", "\n") == "Hello Grâce,\n\n日本語.\n"
        assert "日本語" in received.part("html")

    @pytest.mark.parametrize("field", ["to", "subject", "message_id"])
    @pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r"])
    def test_a_line_break_cannot_inject_a_header(self, field, line_break):
        value = getattr(mail(), field)

        with pytest.raises(Undeliverable):
            build_message(mail(**{field: f"{value}{line_break}Bcc: eve@example.org"}), SENDER)

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "grace",
            "@example.org",
            "grace@example.org, eve@example.org",
            "grace@example.org eve@example.org",
            "Grace <grace@example.org>",
            "friends: grace@example.org, eve@example.org;",
            "grace@example.org\x00",
        ],
    )
    async def test_anything_but_one_address_is_rejected(self, server, way_out, address):
        with pytest.raises(Undeliverable):
            await way_out.send(mail(to=address))

        assert server.mails == []

    @pytest.mark.parametrize("text", ["", "accord", "a@b.example, c@d.example", "a@b.example\r\nBcc: eve@example.org", "<>"])
    def test_a_sender_is_one_address(self, text):
        with pytest.raises(ValueError, match="must be one address"):
            parse_sender(text)


class TestServer:
    async def test_many_mails_at_once_need_few_connections(self, server, way_out):
        for _ in range(5):
            await asyncio.gather(*(way_out.send(mail(message_id=f"<{number}@example.com>")) for number in range(4)))

        assert len(server.mails) == 20
        assert server.connections == 4

    async def test_a_connection_that_was_closed_meanwhile_is_replaced(self, server, way_out):
        await way_out.send(mail())
        server.stop()
        server.start()

        await way_out.send(mail())

        assert len(server.mails) == 2

    @pytest.mark.parametrize("reply", ["550 5.1.1 no such person", "553 not like this"])
    async def test_a_permanently_rejected_recipient_is_undeliverable(self, server, way_out, reply):
        server.refuse("grace@example.org", reply)

        with pytest.raises(Undeliverable, match=reply):
            await way_out.send(mail())

    async def test_permanently_rejected_content_is_undeliverable(self, server, way_out):
        server.on_data = "554 spam"

        with pytest.raises(Undeliverable, match="554 spam"):
            await way_out.send(mail())

    async def test_a_temporarily_rejected_recipient_can_be_retried(self, server, way_out):
        server.refuse("grace@example.org", "450 greylisted")

        with pytest.raises(Exception, match="greylisted") as failure:
            await way_out.send(mail())
        await way_out.send(mail())

        assert not isinstance(failure.value, Undeliverable | MailUnavailable)
        assert len(server.mails) == 1

    async def test_a_missing_server_is_unreachable(self):
        with pytest.raises(MailUnavailable):
            await SMTPTransport(f"smtp://127.0.0.1:{free_port()}", SENDER).send(mail())

    @pytest.mark.parametrize("reply", ["451 not now", "550 not from you"])
    async def test_a_rejected_sender_makes_the_server_unavailable(self, server, way_out, reply):
        server.on_sender = reply

        with pytest.raises(MailUnavailable, match=reply):
            await way_out.send(mail())

    async def test_a_server_that_disconnects_is_unreachable(self, server, way_out):
        server.refuse("grace@example.org", "421 shutting down")

        with pytest.raises(MailUnavailable, match="421"):
            await way_out.send(mail())

    async def test_a_cancelled_mail_is_not_sent_partially(self, server, way_out):
        server.slow = 60
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(way_out.send(mail()), 0.2)
        server.slow = 0

        await way_out.send(mail())

        assert len(server.mails) == 1
        assert server.connections == 2


class TestSecurity:
    @pytest.mark.parametrize("kind", ["tls", "starttls"])
    async def test_a_trusted_server_gets_mails_over_tls(self, certificate, kind, monkeypatch):
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        with MailServer(**{kind: certificate}) as server:
            scheme = {"tls": "smtps", "starttls": "smtp+starttls"}[kind]
            way_out = SMTPTransport(f"{scheme}://127.0.0.1:{server.port}", SENDER)

            await way_out.send(mail())

            await way_out.close()
            assert len(server.mails) == 1

    @pytest.mark.parametrize("kind", ["tls", "starttls"])
    async def test_a_server_with_an_invalid_certificate_receives_nothing(self, certificate, kind):
        with MailServer(**{kind: certificate}) as server:
            scheme = {"tls": "smtps", "starttls": "smtp+starttls"}[kind]
            with pytest.raises(MailUnavailable, match="certificate"):
                await SMTPTransport(f"{scheme}://127.0.0.1:{server.port}", SENDER).send(mail())

            assert server.mails == []

    async def test_nothing_is_sent_if_the_server_does_not_offer_starttls(self, server):
        with pytest.raises(MailUnavailable, match="STARTTLS"):
            await SMTPTransport(f"smtp+starttls://127.0.0.1:{server.port}", SENDER).send(mail())

        assert server.mails == []

    async def test_user_and_password_are_percent_encoded(self, certificate, monkeypatch):
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        with MailServer(starttls=certificate, account=("accord@example.com", "p@ss:word/1")) as server:
            address = f"127.0.0.1:{server.port}"
            right = SMTPTransport(f"smtp+starttls://accord%40example.com:p%40ss%3Aword%2F1@{address}", SENDER)
            wrong = SMTPTransport(f"smtp+starttls://accord%40example.com:secret@{address}", SENDER)

            await right.send(mail())
            with pytest.raises(MailUnavailable, match="535") as failure:
                await wrong.send(mail())

            await right.close()
            assert len(server.mails) == 1
            assert "secret" not in str(failure.value)


class TestAccount:
    def test_each_scheme_has_its_port_and_its_kind_of_tls(self):
        found = [SMTPURL.of(f"{scheme}://mail.example.com")[1:3] for scheme in ("smtp", "smtps", "smtp+starttls")]

        assert found == [(25, "no"), (465, "always"), (587, "starttls")]

    @pytest.mark.parametrize(
        "url",
        [
            "mail.example.com",
            "http://h",
            "smtp://",
            "smtp://h:x",
            "smtp://h:99999",
            "smtp://h/p",
            "smtp://h?a=b",
            "smtp://secret@h",
        ],
    )
    def test_an_invalid_url_is_rejected_without_repeating_it(self, url):
        with pytest.raises(ValueError, match="must be smtp://") as failure:
            SMTPURL.of(url)

        assert "secret" not in str(failure.value)


class TestFolder:
    async def test_a_mail_is_a_file_and_the_same_mail_replaces_it(self, tmp_path):
        folder = FolderTransport(tmp_path / "mail", SENDER)

        await folder.send(mail())
        await folder.send(mail())

        [file] = (tmp_path / "mail").iterdir()
        message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(file.read_bytes())
        assert file.name == "1@example.com.eml"
        assert message["To"] == "grace@example.org"

    async def test_a_message_id_cannot_leave_the_folder(self, tmp_path):
        await FolderTransport(tmp_path / "mail", SENDER).send(mail(message_id="<../../x@example.com>"))

        assert [file.name for file in (tmp_path / "mail").iterdir()] == ["_.._x@example.com.eml"]

    def test_probing_creates_a_private_empty_folder(self, tmp_path):
        FolderTransport(tmp_path / "data" / "mail", SENDER).probe()

        assert [(tmp_path / path).stat().st_mode & 0o777 for path in ("data", "data/mail")] == [0o700, 0o700]
        assert list((tmp_path / "data" / "mail").iterdir()) == []

    async def test_an_unwritable_folder_is_unavailable_and_leaves_nothing(self, tmp_path):
        (tmp_path / "mail").write_text("no folder")

        with pytest.raises(MailUnavailable, match="cannot write"):
            await FolderTransport(tmp_path / "mail", SENDER).send(mail())


class TestOutlet:
    @pytest.fixture(autouse=True)
    def no_env_file(self, monkeypatch, tmp_path):
        monkeypatch.chdir(tmp_path)

    def test_without_settings_there_is_a_transport_only_in_development(self):
        assert create_transport(Settings(env="production")) is None
        assert isinstance(create_transport(Settings(env="development")), FolderTransport)

    def test_a_server_is_preferred_to_a_folder(self, tmp_path):
        settings = Settings(smtp_url="smtp://127.0.0.1", mail_folder=tmp_path)

        assert isinstance(create_transport(settings), SMTPTransport)
        assert isinstance(create_transport(settings.model_copy(update={"smtp_url": None})), FolderTransport)
