"""What the page of a survey shows of its fieldwork."""

from typing import Any

from django.http import HttpRequest

from huiqi.surveys.models import Survey


def survey_panel(request: HttpRequest, survey: Survey) -> dict[str, Any]:
    """Devices in use and what waits for a decision."""
    return {
        "survey": survey,
        "devices": survey.collectors.filter(revoked_at=None).count(),
        "held": survey.deliveries.filter(state="held").count(),
    }
