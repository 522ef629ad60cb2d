"""Tiny readers of the environment that fail loudly, so that a typo never becomes a silent default."""

import os
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def env_text(name: str, default: str = "") -> str:
    """The variable's text; `NAME_FILE` names a file to read it from (for secrets)."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def env_bool(name: str, default: bool) -> bool:
    """True for 1/true/yes/on, False for 0/false/no/off, else an error."""
    text = env_text(name).lower()
    if not text:
        return default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {text!r}")


def env_list(name: str, default: list[str]) -> list[str]:
    """Comma-separated values."""
    text = env_text(name)
    return [part.strip() for part in text.split(",") if part.strip()] if text else default


def env_date(name: str) -> date | None:
    """An ISO date, or None when the variable is not set."""
    text = env_text(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be an ISO date such as 2020-03-01, not {text!r}") from error


def database(url: str, data_dir: Path) -> dict[str, object]:
    """Django's database settings for `sqlite:///path` (or nothing) and `postgres://user:pass@host:port/name`."""
    if not url or url.startswith("sqlite:"):
        path = url.removeprefix("sqlite:///") or str(data_dir / "huiqi.sqlite3")
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": path,
            "OPTIONS": {
                # Writers queue up at BEGIN instead of failing half-way through a transaction.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("HUIQI_DATABASE_URL must start with sqlite:/// or postgres://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
