"""What a service writes into its MAIL_FOLDER."""

from __future__ import annotations

import email
import email.policy
import re
import time
from pathlib import Path


def link(folder: Path, subject: str) -> str:
    """The link in the mail with a subject, once it is delivered."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        mails = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in folder.glob("*.eml")]
        for mail in mails:
            if mail["Subject"] == subject:
                [text] = [part.get_content() for part in mail.walk() if part.get_content_type() == "text/plain"]
                return str(re.findall(r"http://\S+#token=\w+", text)[0])
        time.sleep(0.05)
    raise AssertionError(f"no mail {subject!r}")
