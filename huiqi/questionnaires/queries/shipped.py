"""The questionnaires that come with the site."""

from pathlib import Path

from django.conf import settings


def shipped() -> list[Path]:
    """Their readable sources, by name."""
    return sorted((Path(settings.RULEBOOK_DIR) / "questionnaires").glob("*.yaml"))
