"""What surveys forget, and when (personal.yaml)."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from huiqi.core.retention import Instants, keeps, years_before
from huiqi.surveys.commands.microdata import drop_microdata
from huiqi.surveys.commands.outcomes import TRY_WINDOW
from huiqi.surveys.commands.responses import delete_uploads
from huiqi.surveys.commands.results import KEPT_FOR, drop_files
from huiqi.surveys.models import CodeTry, MicrodataRun, Response, ResponseState, ResultSnapshot

# As personal.yaml says; the site's own rule. Weighted results and their tables stay.
YEARS = 3


@keeps(
    "surveys.code_tries",
    _("输错的邀请码"),
    "surveys.CodeTry.address_digest",
    due=lambda instants: CodeTry.objects.filter(at__lte=instants.wall - TRY_WINDOW),
)
def forget_code_tries(rows: list[Any]) -> None:
    """Delete what no longer counts towards the limit of wrong codes."""
    CodeTry.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _sent(instants: Instants) -> QuerySet[Response]:
    before = years_before(instants.wall, YEARS)
    return Response.objects.sent().filter(sent_at__lt=before, answers__blank=False)


@keeps(
    "surveys.responses",
    _("答卷的内容、文件和联系电话"),
    "surveys.Response.phone",
    "surveys.Response.phone_index",
    "surveys.Response.answers",
    due=_sent,
)
def forget_responses(rows: list[Any]) -> None:
    """Empty what was answered and by whom; that there was an answer stays."""
    for row in rows:
        delete_uploads(row)
    kept = Response.objects.filter(pk__in=[row.pk for row in rows])
    kept.update(phone="", phone_index="", answers="", firm_key="", token_digest="")


def _left(instants: Instants) -> QuerySet[Response]:
    return Response.objects.filter(state=ResponseState.DRAFT, expires_at__lte=instants.wall)


@keeps("surveys.drafts", _("没有提交的答卷"), due=_left)
def forget_drafts(rows: list[Any]) -> None:
    """Delete drafts nobody came back to, with their files."""
    for row in rows:
        delete_uploads(row)
    Response.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _superseded(instants: Instants) -> QuerySet[ResultSnapshot]:
    """Snapshots with a newer one for a while, and those whose answers are forgotten by now."""
    newer = ResultSnapshot.objects.ready().filter(
        wave=OuterRef("wave"), pk__gt=OuterRef("pk"), kept_from__lte=instants.wall - KEPT_FOR
    )
    is_old = Q(Exists(newer)) | Q(kept_from__lt=years_before(instants.wall, YEARS))
    return ResultSnapshot.objects.exclude(file="").filter(is_old)


@keeps("surveys.snapshots", _("结果快照的文件和引文"), "surveys.ResultSnapshot.themes", due=_superseded)
def forget_snapshots(rows: list[Any]) -> None:
    """Delete the columns of single answers; figures in briefs stay."""
    drop_files(rows)


def _expired(instants: Instants) -> QuerySet[MicrodataRun]:
    return MicrodataRun.objects.exclude(file="").filter(expires_at__lte=instants.wall)


@keeps("surveys.microdata", _("到期的微观数据文件"), due=_expired)
def forget_microdata(rows: list[Any]) -> None:
    """Delete files nobody may fetch any more."""
    drop_microdata(rows)
