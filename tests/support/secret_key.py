"""The key that encrypts secrets in the databases of tests."""

import base64
import os

from app.core.security.secrets import Secrets

SECRET_KEY = base64.b64encode(bytes(range(1, 33))).decode()
SECRETS = Secrets([SECRET_KEY])

os.environ["SECRET_KEY"] = SECRET_KEY  # of every process that a test starts
