"""For the test suite: quick hashing, jobs run at once, undefined template variables fail."""

import os
import tempfile
from datetime import date
from pathlib import Path

from config.environment import database, env_text
from config.settings.base import *  # noqa: F403
from config.settings.base import DATA_DIR, ROOT, STORAGES

# Snapshots and runs of tests leave the installation's own alone; a test that names a home gets that one.
if "HUIQI_DATA_DIR" not in os.environ:
    PRIVATE_ROOT = Path(tempfile.gettempdir()) / f"huiqi-tests-{os.getpid()}"
SECRET_KEY = "only-for-tests-" + "x" * 50
HUIQI_DEMO = True
HUIQI_SMS_PORT = "huiqi.messages.adapters.outbox.OutboxSms"
HUIQI_TELEPHONY_PORT = "huiqi.hotline.adapters.console.ConsoleTelephony"
REFERENCE_DATE = date(2020, 3, 1)
DATABASES = {"default": database(env_text("HUIQI_TEST_DATABASE_URL", "sqlite:///:memory:"), DATA_DIR)}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATICFILES_DIRS = [ROOT / "static" / "build"] if (ROOT / "static" / "build").exists() else []
WHITENOISE_AUTOREFRESH = True
ALLOWED_HOSTS = ["*"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
HUIQI_IDENTITY_PORT = "huiqi.enterprises.ports.DemoLicence"
