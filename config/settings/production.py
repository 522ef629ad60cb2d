"""For real use behind HTTPS; `manage.py check --deploy` is clean with these."""

from django.core.exceptions import ImproperlyConfigured

from config.environment import env_bool, env_list, env_text
from config.settings.base import *  # noqa: F403

SECRET_KEY = env_text("HUIQI_SECRET_KEY")
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured(
        "HUIQI_SECRET_KEY (or HUIQI_SECRET_KEY_FILE) must hold at least 50 characters."
    )

HUIQI_DEMO = False
HUIQI_REQUIRE_SECOND_FACTOR = env_bool("HUIQI_REQUIRE_SECOND_FACTOR", True)
# One reverse proxy ends HTTPS in front of us (SECURE_PROXY_SSL_HEADER below relies on it too).
ALLAUTH_TRUSTED_PROXY_COUNT = int(env_text("HUIQI_PROXY_COUNT", "1"))
SECURE_SSL_REDIRECT = env_bool("HUIQI_SSL_REDIRECT", True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
CSRF_TRUSTED_ORIGINS = env_list("HUIQI_TRUSTED_ORIGINS", [])
