"""Templates of answers: which a person may use, which change, and what becomes of one for a case."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, units_with
from huiqi.cases.models import Case
from huiqi.cases.placeholders import WORDING, filled, has_place
from huiqi.core.dates import format_date_zh
from huiqi.core.errors import Refused
from huiqi.core.messages import Message, gettext_noop
from huiqi.knowledge.models import AnswerTemplate, Wording

_MASKED = "诉求人"


def templates_seen(user: User, today: date) -> QuerySet[AnswerTemplate]:
    """Templates of the person's units and those for all, in use."""
    rows = AnswerTemplate.objects.current().filter(Q(unit__in=own_units(user, today)) | Q(unit=None))
    return rows.select_related("unit", "wording", "made_by").order_by("unit__name", "item", "title", "pk")


def own_units(user: User, today: date) -> list[int]:
    """Keys of the units whose templates the person keeps: those for which it answers or reviews."""
    answers = units_with(user, Power.HANDLE_CASES, today)
    return sorted({*answers, *units_with(user, Power.REVIEW_ANSWERS, today)})


def units_to_write_for(user: User, today: date) -> list[Unit]:
    """The same as rows."""
    return list(Unit.objects.filter(pk__in=own_units(user, today)).order_by("name", "pk"))


def may_write_for_all(user: User, today: date) -> bool:
    """Whether the person writes templates for every unit: who edits the service items."""
    return may(user, Power.EDIT_ITEMS, today)


def may_change(template: AnswerTemplate, user: User, today: date) -> bool:
    """Whether the template is the person's to change."""
    if template.unit_id is None:
        return may_write_for_all(user, today)
    return template.unit_id in own_units(user, today)


def editions_of(template: AnswerTemplate) -> QuerySet[AnswerTemplate]:
    """All editions of a template, the newest first."""
    rows = AnswerTemplate.objects.filter(series=template.series).select_related("made_by", "wording")
    return rows.order_by("-number")


def templates_for(case: Case, unit: Unit) -> list[AnswerTemplate]:
    """What a unit may use for its answer to the case: its own before those for all, the item's first."""
    rows = AnswerTemplate.objects.current().filter(Q(unit=unit) | Q(unit=None), item__in=["", case.item])
    return sorted(rows, key=lambda row: (row.unit_id is None, row.item == "", row.title, row.pk))


def wording_in_force(template: AnswerTemplate, today: date) -> Wording | None:
    """The approved edition of the template's wording valid that day; None also when it has none."""
    if template.wording is None:
        return None
    return Wording.objects.valid_on(today).filter(series=template.wording.series).order_by("pk").first()


def text_for(template: AnswerTemplate, case: Case, today: date) -> str:
    """The template filled in for a case, for a person to go over; nothing is sent by it.

    Refused (`cases.wording_ended`) when it rests on a wording that nobody may say any more.
    """
    text, wording = template.text, wording_in_force(template, today)
    if template.wording is not None and wording is None:
        said = gettext_noop("模板引用的口径“%(question)s”已到期或停用，不能套用。请另选模板，或先续期口径。")
        raise Refused("cases.wording_ended", Message(said, {"question": template.wording.question}))
    if wording is not None and not has_place(text, WORDING):
        text = f"{text}\n{{{WORDING}}}"
    masks = case.edition.definition.masks_requester
    values = {
        "编号": case.number,
        "标题": case.title,
        "诉求人": _MASKED if masks or not case.firm_name else case.firm_name,
        "登记日期": _day(case.opened_at),
        "受理日期": _day(case.accepted_at) if case.accepted_at else "",
        "今天": format_date_zh(today),
        WORDING: f"{wording.answer}（依据：{wording.source}）" if wording else "",
    }
    return filled(text, values)


def _day(at: datetime) -> str:
    return format_date_zh(timezone.localdate(at))


def wordings_to_link(today: date) -> Iterable[tuple[str, str]]:
    """Approved wording that a template may rest on: public id and question."""
    rows = Wording.objects.valid_on(today).order_by("question", "pk")
    return rows.values_list("public_id", "question")
