"""The key that encrypts secrets in the databases of tests."""

import base64

from app.core.security.secrets import Secrets

SECRET_KEY = base64.b64encode(bytes(range(32))).decode()
SECRETS = Secrets([SECRET_KEY])
