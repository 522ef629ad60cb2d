"""Settings shared by every environment. Values that differ by installation come from the environment
(see docs/operations.md); development.py, production.py and test.py change only what they must."""

from pathlib import Path

from csp.constants import NONE, SELF

from config.environment import database, env_bool, env_date, env_list, env_text
from huiqi.core.logs import logging_settings

ROOT = Path(__file__).resolve().parents[2]
DATA_DIR = Path(env_text("HUIQI_DATA_DIR", str(ROOT / "var")))

# --- the product's own settings -------------------------------------------------------------------
HUIQI_RELEASE = "0.1.0"
HUIQI_PROVINCE = env_text("HUIQI_PROVINCE", "430000")
HUIQI_HOTLINE = env_text("HUIQI_HOTLINE", "96871")
RULEBOOK_DIR = Path(env_text("HUIQI_RULEBOOK_DIR", str(ROOT / "rulebook")))
# Policies and deadlines are judged on this date; None means today. The demo uses 2020-03-01.
REFERENCE_DATE = env_date("HUIQI_REFERENCE_DATE")
# Keys for encrypted fields: "id:base64,id:base64", the first one encrypts. Empty: derived from SECRET_KEY.
HUIQI_KEYS = env_text("HUIQI_KEYS")
PRIVATE_ROOT = DATA_DIR / "private"
# Outside the database on purpose: better still on another disk, or append-only (chattr +a).
HUIQI_AUDIT_ANCHOR = Path(env_text("HUIQI_AUDIT_ANCHOR", str(DATA_DIR / "audit-anchor.log")))
# When offices work, for the clocks of cases; offices differ, so that it is a setting and no constant.
HUIQI_OFFICE_HOURS = env_text("HUIQI_OFFICE_HOURS", "09:00-12:00 13:30-17:30")
# The three rates of requests (response, solved, satisfied) are an office's choice: no rule here asks for
# them, and where they are off, no page, file or ranking has them.
HUIQI_THREE_RATES = env_bool("HUIQI_THREE_RATES", True)
# Dotted path of a huiqi.messages.ports.ChatPort for the daily digest of staff; "" = by text message.
HUIQI_CHAT_PORT = env_text("HUIQI_CHAT_PORT", "")
# Dotted path of a huiqi.messages.ports.SmsPort; without a vendor's adapter no text message leaves.
HUIQI_SMS_PORT = env_text("HUIQI_SMS_PORT", "huiqi.messages.adapters.off.OffSms")
# "1": events may be pushed to addresses of private networks too (a government network without the internet).
HUIQI_WEBHOOKS_TO_PRIVATE = env_text("HUIQI_WEBHOOKS_TO_PRIVATE", "") == "1"
# Dotted path of a huiqi.hotline.ports.TelephonyPort; without one agents type the caller's number.
HUIQI_TELEPHONY_PORT = env_text("HUIQI_TELEPHONY_PORT", "huiqi.hotline.adapters.off.OffTelephony")
# Missing reports of key materials are chased from this hour on, and an hour later with the superiors.
HUIQI_REPORT_CHASE_HOUR = int(env_text("HUIQI_REPORT_CHASE_HOUR", "10"))
# More firms than this and the roster says that an officer has too many; our own figure, no rule sets one.
HUIQI_FIRMS_PER_OFFICER = int(env_text("HUIQI_FIRMS_PER_OFFICER", "5"))
# Surveys: how many forms all offices together ask of a firm in a calendar month; a setting of the product.
HUIQI_FORMS_A_MONTH = int(env_text("HUIQI_FORMS_A_MONTH", "2"))
# clamd on this machine (/run/clamav/clamd.ctl or 127.0.0.1:3310). Then unscanned uploads are not handed out.
HUIQI_CLAMD = env_text("HUIQI_CLAMD")
# By what identity of the state people of firms may prove themselves (enterprises/ports.py); empty: none.
HUIQI_IDENTITY_PORT = env_text("HUIQI_IDENTITY_PORT")
# Calls of the API with one access token in a minute; our own figure, ten a second.
HUIQI_API_CALLS_PER_MINUTE = int(env_text("HUIQI_API_CALLS_PER_MINUTE", "600"))
# OFL fonts for PDF output, installed with the assets (package.json).
PDF_FONT_DIR = ROOT / "node_modules" / "@expo-google-fonts" / "noto-serif-sc"

# --- Django ---------------------------------------------------------------------------------------
SECRET_KEY = env_text("HUIQI_SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = env_list("HUIQI_ALLOWED_HOSTS", ["127.0.0.1", "localhost"])
INSTALLED_APPS = [
    "config.apps.SiteConfig",
    "huiqi.runs",
    "huiqi.grants",
    "huiqi.arrears",
    "huiqi.hotline",
    "huiqi.cases",
    "huiqi.policies",
    "huiqi.fieldwork",
    "huiqi.surveys",
    "huiqi.reach",
    "huiqi.whatif",
    "huiqi.questionnaires",
    "huiqi.stationing",
    "huiqi.knowledge",
    "huiqi.lists",
    "huiqi.enterprises",
    "huiqi.files",
    "huiqi.messages",
    "huiqi.webhooks",
    "huiqi.accounts",
    "huiqi.reference",
    "huiqi.core",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "ninja",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "huiqi.core.middleware.RequestContextMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Django pads compressed answers at random and masks the CSRF token: lengths tell nothing (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "huiqi.core.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "huiqi.accounts.middleware.SignedInMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "huiqi.core.middleware.RefusalMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "huiqi.core.context_processors.site",
            ],
        },
    }
]
FORM_RENDERER = "huiqi.core.form_drawing.PlainRenderer"
DATABASES = {"default": database(env_text("HUIQI_DATABASE_URL"), DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# --- sign-in (huiqi/accounts; the flow and the second factor are django-allauth's) -------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["huiqi.accounts.backends.NameOrPhoneBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    # GB/T 22239-2019 8.1.4.1 asks for passwords of some complexity; ten characters is our floor.
    {"NAME": "huiqi.accounts.passwords.LongEnoughValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "huiqi.accounts.passwords.CharacterClassesValidator"},
    {"NAME": "huiqi.accounts.passwords.NotUsedBeforeValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "core:desk"
LOGOUT_REDIRECT_URL = "core:home"
# Staff without a second factor are led to set one up before any other page (GB/T 22239-2019 8.1.4.1 d).
HUIQI_REQUIRE_SECOND_FACTOR = False
# Staff change their password this often; 0 = never.
HUIQI_PASSWORD_DAYS = 90
# Reverse proxies in front: the visitor's address is that many places from the end of X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = 0
ACCOUNT_ADAPTER = "huiqi.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
# Limits are ours (huiqi/accounts/commands/tries.py): kept in the database, so that all workers share them.
ACCOUNT_RATE_LIMITS = False
MFA_ADAPTER = "huiqi.accounts.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "惠企"
# Phones' clocks differ: the code before and the one after are taken too.
MFA_TOTP_TOLERANCE = 1
# The seam for a unified identity (OIDC): install allauth.socialaccount with its openid_connect provider,
# name it here and let huiqi/edges map its subject to a User; no code of ours asks how a person signed in.

# --- language and time ----------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# --- files ----------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "static" / "collected"
STATICFILES_DIRS = [ROOT / "static" / "build"]
STORAGES = {
    "default": {"BACKEND": "huiqi.core.storage.PrivateStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_PERMISSIONS = 0o600

# --- security -------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Idle end after 30 minutes (GB/T 22239-2019 8.1.4.1 c).
SESSION_COOKIE_AGE = 1800
SESSION_SAVE_EVERY_REQUEST = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "huiqi.core.views.csrf_failure"

LOGGING = logging_settings()
LOGGING_CONFIG = "huiqi.core.logs.configure"
