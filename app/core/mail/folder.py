"""Mail transport that writes `.eml` files into a folder."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from contextlib import suppress
from email.headerregistry import Address
from pathlib import Path

from app.core.errors import MailUnavailable
from app.core.files import make_private_file, make_private_folder
from app.core.mail.message import Mail, build_message


class FolderTransport:
    """A `MailTransport`. Each mail is a file named by its Message-ID, so a mail that is sent twice replaces its own file."""

    def __init__(self, path: Path, sender: Address) -> None:
        self.path, self._sender = path, sender

    def probe(self) -> None:
        """Check that the folder is writable. Raises `OSError`."""
        make_private_folder(self.path)
        tempfile.TemporaryFile(dir=self.path).close()

    async def send(self, mail: Mail) -> None:
        """Write the file atomically."""
        message = build_message(mail, self._sender)
        name = re.sub(r"[^A-Za-z0-9@._+-]", "_", mail.message_id.strip("<>")).lstrip(".")
        try:
            await asyncio.to_thread(self._write, name, message.as_bytes())
        except OSError as error:
            raise MailUnavailable(f"cannot write to the folder {self.path}: {error.strerror}") from error

    def _write(self, name: str, data: bytes) -> None:
        make_private_folder(self.path)
        unfinished = self.path / f".{name}.{os.getpid()}"
        unfinished.unlink(missing_ok=True)
        try:
            make_private_file(unfinished)
            with unfinished.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self.path / f"{name}.eml")
        finally:
            with suppress(OSError):
                unfinished.unlink()

    async def close(self) -> None:
        """Nothing to close."""
