"""For one's own machine: embedded database, demo date, no HTTPS."""

import secrets
from datetime import date

from config.environment import env_bool, env_date, env_text
from config.settings.base import *  # noqa: F403
from config.settings.base import DATA_DIR


def _local_secret() -> str:
    """A secret of this installation alone, made at the first start and kept beside the database."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(50), encoding="utf-8")
        path.chmod(0o600)
    return path.read_text(encoding="utf-8")


SECRET_KEY = env_text("HUIQI_SECRET_KEY") or _local_secret()
DEBUG = env_bool("HUIQI_DEBUG", False)
HUIQI_DEMO = True
HUIQI_SMS_PORT = env_text("HUIQI_SMS_PORT", "huiqi.messages.adapters.outbox.OutboxSms")
HUIQI_TELEPHONY_PORT = env_text("HUIQI_TELEPHONY_PORT", "huiqi.hotline.adapters.console.ConsoleTelephony")
HUIQI_REQUIRE_SECOND_FACTOR = env_bool("HUIQI_REQUIRE_SECOND_FACTOR", False)
# Browsers allow passkeys on http://localhost alone, the library would refuse it.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
# The demo shows the policies of early 2020; HUIQI_DEMO_DATE=false judges on today's date instead.
if env_bool("HUIQI_DEMO_DATE", True):
    REFERENCE_DATE = env_date("HUIQI_REFERENCE_DATE") or date(2020, 3, 1)
HUIQI_IDENTITY_PORT = "huiqi.enterprises.ports.DemoLicence"
