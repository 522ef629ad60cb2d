"""Plain functions that make devices, submissions and posts for tests."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from huiqi.accounts.commands.tokens import Grant, draw_token, grant_token
from huiqi.accounts.models import ApiScope, User
from huiqi.accounts.roles import Role
from huiqi.accounts.tests.make import make_user
from huiqi.fieldwork.commands.collectors import grant_collector
from huiqi.fieldwork.models import Collector, Delivery
from huiqi.questionnaires.models import QuestionnaireVersion
from huiqi.surveys.models import Survey
from huiqi.surveys.tests.make import at, make_survey


def make_collector(survey: Survey | None = None, name: str = "平板1号") -> tuple[Collector, str]:
    """A device of a survey, and the secret of its address."""
    survey = survey or make_survey()
    return grant_collector(survey, name, actor=survey.made_by, at=at())


def make_token(user: User, *scopes: ApiScope) -> str:
    """An access token of a person's program."""
    when = timezone.now()
    grant = Grant("采集", scopes or (ApiScope.SURVEYS_COLLECT,), timedelta(days=1))
    admin = make_user(role=Role.SECURITY_ADMIN)
    return draw_token(grant_token(user, grant, actor=admin, at=when), actor=user, at=when)


def current(survey: Survey) -> QuestionnaireVersion:
    """The version published last."""
    return survey.questionnaire.versions.filter(published_at__isnull=False).order_by("-number")[0]


def xml_of(survey: Survey, **more: Any) -> str:
    """A submission of the two-page questionnaire of huiqi.surveys.tests.make that is in order.

    `staff`, `code`, `status`, `why` are answers; `instance`, `version`, `inner` and `meta` change the rest.
    """
    version = more.get("version", current(survey).version)
    answers = {"code": "", "staff": "12", "status": "open", "why": "", **more}
    inner = more.get(
        "inner",
        f"<firm><uscc>{answers['code']}</uscc><staff>{answers['staff']}</staff></firm>"
        f"<state><status>{answers['status']}</status><why>{answers['why']}</why></state>",
    )
    instance = more.get("instance", f"uuid:{uuid4()}")
    meta = f"<meta><instanceID>{instance}</instanceID>{more.get('meta', '')}</meta>"
    form_id = more.get("form_id", survey.questionnaire.form_id)
    return f'<data id="{form_id}" version="{version}">{inner}{meta}</data>'


def send(secret: str, xml: str | bytes, files: dict[str, bytes] | None = None, **headers: Any) -> Any:
    """Post a submission to the address of a device."""
    return post(reverse("fieldwork:key_submission", args=[secret]), xml, files, **headers)


def post(url: str, xml: str | bytes, files: dict[str, bytes] | None = None, **headers: Any) -> Any:
    """Post a submission to an address."""
    raw = xml.encode() if isinstance(xml, str) else xml
    data: dict[str, Any] = {"xml_submission_file": SimpleUploadedFile("submission.xml", raw, "text/xml")}
    for name, content in (files or {}).items():
        data[name] = SimpleUploadedFile(name, content)
    client = Client(enforce_csrf_checks=True, raise_request_exception=True)
    return client.post(url, data, headers={"X-OpenRosa-Version": "1.0", **headers})


def a_delivery() -> dict[str, Any]:
    """The address of a submission of the province's survey that waits for a decision."""
    collector, secret = make_collector()
    send(secret, xml_of(collector.survey, staff="-3"))
    return {"public_id": collector.survey.public_id, "delivery_id": Delivery.objects.get().public_id}
