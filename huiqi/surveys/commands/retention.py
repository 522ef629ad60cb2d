"""What surveys forget, and when (personal.yaml)."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from huiqi.core.retention import Instants, keeps, years_before
from huiqi.surveys.models import Response, ResponseState

# As personal.yaml says; the site's own rule. Weighted results and their tables stay.
YEARS = 3


def _sent(instants: Instants) -> QuerySet[Response]:
    before = years_before(instants.wall, YEARS)
    return Response.objects.sent().filter(sent_at__lt=before, answers__blank=False)


@keeps(
    "surveys.responses",
    _("答卷的内容和联系电话"),
    "surveys.Response.phone",
    "surveys.Response.phone_index",
    "surveys.Response.answers",
    due=_sent,
)
def forget_responses(rows: list[Any]) -> None:
    """Empty what was answered and by whom; that there was an answer stays."""
    kept = Response.objects.filter(pk__in=[row.pk for row in rows])
    kept.update(phone="", phone_index="", answers="", firm_key="", token_digest="")


def _left(instants: Instants) -> QuerySet[Response]:
    return Response.objects.filter(state=ResponseState.DRAFT, expires_at__lte=instants.wall)


@keeps("surveys.drafts", _("没有提交的答卷"), due=_left)
def forget_drafts(rows: list[Any]) -> None:
    """Delete drafts nobody came back to."""
    Response.objects.filter(pk__in=[row.pk for row in rows]).delete()
