"""What is forgotten of a case three years after its end (personal.yaml): who asked and what was written.

Number, item, topic, unit, region, dates, ending, word and rating stay, so that every figure stays too.
"""

from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from huiqi.cases.models import Approval, CallBack, Case, CaseSheet, Event, Order, PackLine, PassCheck
from huiqi.core.retention import Instants, keeps, years_before
from huiqi.enterprises.search_text import words_text
from huiqi.files.commands import delete_attachment
from huiqi.files.queries import attachments_of

# As personal.yaml says; the site's own rule, no law gives a number.
YEARS = 3
TITLE = "（已过保存期限）"
_FIELDS = (
    "cases.Case.requester_name",
    "cases.Case.requester_phone",
    "cases.Case.phone_index",
    "cases.Case.title",
    "cases.Case.text",
    "cases.Case.private_answers",
    "cases.Case.answer",
    "cases.Case.rating_text",
    "cases.Event.text",
    "cases.Order.instruction",
    "cases.Order.answer",
    "cases.Order.return_text",
    "cases.Approval.reason",
    "cases.Approval.decision",
    "cases.CallBack.note",
    "cases.PassCheck.number",
    "cases.PassCheck.note",
    "cases.CaseSheet.content",
    "cases.CaseSheet.answers",
)


def ended_before(at: datetime) -> datetime:
    """Cases that ended before this instant are past their retention at `at`."""
    return years_before(at, YEARS)


def _cases(instants: Instants) -> QuerySet[Case]:
    return Case.objects.filter(ended_at__lt=ended_before(instants.at), text__blank=False)


@keeps("cases.ended", _("办结诉求的诉求人信息和内容"), *_FIELDS, due=_cases)
def forget_cases(rows: list[Any]) -> None:
    """Empty what names people in these cases and what was said in them; delete the files put to them."""
    cases = [row.pk for row in rows]
    for row in rows:
        for attachment in attachments_of(row):
            delete_attachment(attachment, actor=None)
    Event.objects.filter(case__in=cases).update(text="")
    Order.objects.filter(case__in=cases).update(instruction="", answer="", return_text="")
    Approval.objects.filter(case__in=cases).update(reason="", decision="")
    CallBack.objects.filter(case__in=cases).update(note="")
    CaseSheet.objects.filter(case__in=cases).update(content="", answers="")
    PassCheck.objects.filter(case__in=cases).update(number="", note="")
    for row in rows:
        row.search_text = words_text(TITLE, row.firm_name)
    Case.objects.bulk_update(rows, ["search_text"])
    Case.objects.filter(pk__in=cases).update(
        requester=None,
        requester_name="",
        requester_phone="",
        phone_index="",
        code_digest="",
        title=TITLE,
        text="",
        private_answers="",
        answer="",
        rating_text="",
        version=F("version") + 1,
    )


def _pack_lines(instants: Instants) -> QuerySet[PackLine]:
    before = ended_before(instants.at)
    # A row that became no case goes by the day it came in.
    over = Q(case__ended_at__lt=before) | Q(case=None, recorded_at__lt=before)
    return PackLine.objects.filter(over).filter(Q(ours__blank=False) | Q(theirs__blank=False))


@keeps(
    "cases.pack_lines",
    _("离线登记与系统的对照"),
    "cases.PackLine.ours",
    "cases.PackLine.theirs",
    due=_pack_lines,
)
def forget_pack_lines(rows: list[Any]) -> None:
    """Empty what was compared when rows of an offline pack were merged."""
    PackLine.objects.filter(pk__in=[row.pk for row in rows]).update(ours="", theirs="")
