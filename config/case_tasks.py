"""What of the cases waits for a person on the desk 办理台; each list behind it shows the same count."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.cases.models import Case, CaseQuerySet, Supervision
from huiqi.cases.queries import desk, red_list
from huiqi.cases.queries.consultations import letters_due, turns_of
from huiqi.cases.queries.people import approvals_to_decide
from huiqi.cases.queries.queue import tab_rows
from huiqi.cases.queries.rows import firsts_of
from huiqi.cases.queries.veil import veil_of
from huiqi.core import clock
from huiqi.core.slots import Task

MOST_LETTERS = 3
# What a line says of its first case, and what the veil asks of it.
_FIRST = ("title", "due_at", "is_paused", "edition", "desk", "prefecture", "park")


@dataclass(frozen=True)
class Line:
    """A line for a list, if it is not empty. `veiled`: the reader may have to read its titles veiled, which
    lists of the desk itself never are."""

    label: str
    url: str
    rows: CaseQuerySet
    veiled: bool = False


def case_tasks(request: HttpRequest) -> Iterator[Task]:
    """For handlers, the desk, reviewers, callers and supervisors."""
    user: User = request.user  # type: ignore[assignment]
    today, at = clock.today(), clock.now()
    yield from _told(_lines(user, today, at), user, at)
    if may(user, Power.HANDLE_CASES, today):
        yield from _letters_to_answer(user, today)
    if may(user, Power.DISPATCH_CASES, today):
        yield from _proposed_knots(user, today)
    if may(user, Power.REVIEW_ANSWERS, today):
        yield from _approvals(user, today)
    if may(user, Power.SUPERVISE_CASES, today):
        yield from _drafts(user, today)
    yield from _letters(user, today)


def _lines(user: User, today: date, at: datetime) -> Iterator[Line]:
    queue, page = reverse("cases:queue"), reverse("cases:desk")
    if may(user, Power.HANDLE_CASES, today):
        yield from _handling(user, today, at)
    if may(user, Power.DISPATCH_CASES, today):
        yield Line(_("待受理的诉求"), f"{page}#accept", desk.to_accept(user, today))
        yield Line(_("待派单的诉求"), f"{page}#dispatch", desk.to_dispatch(user, today))
        yield Line(
            _("补正已过期限的诉求"), f"{page}#resting", desk.resting(user, today).filter(due_at__lt=at)
        )
    if may(user, Power.REVIEW_ANSWERS, today):
        yield Line(_("待审核的答复"), f"{queue}?tab=all&state=answered", desk.to_review(user, today))
    if may(user, Power.CALL_BACK, today) and may(user, Power.VIEW_CASES, today):
        yield Line(_("待回访的诉求"), f"{queue}?tab=all&state=calling_back", desk.to_call_back(user, today))
    if may(user, Power.SUPERVISE_CASES, today):
        late = red_list.supervised_cases(user, today).open().filter(due_at__lt=at, is_paused=False)
        yield Line(_("逾期的诉求"), f"{reverse('cases:red_list')}#late", late)


def _handling(user: User, today: date, at: datetime) -> Iterator[Line]:
    queue, mine = reverse("cases:queue"), tab_rows("mine", user, today, at)
    end = timezone.localtime(at).replace(hour=23, minute=59, second=59)
    soon = mine.open().filter(due_at__lte=end, is_paused=False)
    yield Line(_("等我办的诉求"), f"{queue}?tab=mine", mine, veiled=True)
    yield Line(_("今天到期或已逾期的诉求"), f"{queue}?tab=mine", soon, veiled=True)
    for tab, label in (
        ("unsigned", _("本单位待签收的派单")),
        ("unclaimed", _("本单位待认领的诉求")),
        ("back", _("退回和重办的诉求")),
    ):
        yield Line(label, f"{queue}?tab={tab}", tab_rows(tab, user, today, at), veiled=True)


def _told(lines: Iterable[Line], user: User, at: datetime) -> Iterator[Task]:
    """How many lie in each list, the case that ends first, and when; two queries, a third for the veil."""
    asked = list(lines)
    found = firsts_of([desk.first_due(line.rows) for line in asked], 1)
    filled = [(line, keys[0], count) for line, (keys, count) in zip(asked, found, strict=True) if count]
    firsts = Case.objects.only(*_FIRST).in_bulk([key for _line, key, _count in filled])
    veiled = {key: firsts[key] for line, key, _count in filled if line.veiled}
    titles = veil_of(user, timezone.localdate(at)).titles(veiled.values()) if veiled else {}
    for line, key, count in filled:
        first = firsts[key]
        due = first.due_at if not first.is_paused else None
        day = timezone.localdate(due) if due else None
        title = titles.get(key, first.title) if line.veiled else first.title
        yield Task(line.label, line.url, count, day, _("最急的一件：%s") % title, bool(due and due < at))


def _letters_to_answer(user: User, today: date) -> Iterator[Task]:
    letters = Supervision.objects.filter(state=Supervision.State.ISSUED, unit=user.unit).select_related(
        "case"
    )
    found = list(letters.order_by("answer_by", "pk")[:MOST_LETTERS])
    titles = veil_of(user, today).titles(letter.case for letter in found) if found else {}
    for letter in found:
        page = reverse("cases:case", args=[letter.case.public_id])
        title = titles.get(letter.case_id, letter.case.title)
        is_late = letter.answer_by < today
        yield Task(_("督办待回复"), page, due=letter.answer_by, note=title, is_late=is_late)


def _proposed_knots(user: User, today: date) -> Iterator[Task]:
    proposed = [knot for knot in desk.knots_of(user, today) if knot.state == "proposed"]
    if proposed:
        page = f"{reverse('cases:desk')}#knots"
        yield Task(_("待确认的堵点"), page, len(proposed), note=proposed[0].title)


def _approvals(user: User, today: date) -> Iterator[Task]:
    asked = approvals_to_decide(user, today)
    count = asked.order_by().count()
    if count:
        first = asked.select_related("case").order_by("asked_at", "pk")[0]
        url = reverse("cases:case", args=[first.case.public_id])
        yield Task(_("待审批的申请"), url, count, note=first.case.title)


def _drafts(user: User, today: date) -> Iterator[Task]:
    drafts = [row for row in red_list.letters(user, today) if row.state == Supervision.State.DRAFTED]
    if drafts:
        page = f"{reverse('cases:red_list')}#drafts"
        yield Task(_("待签发的督办单"), page, len(drafts), note=drafts[0].case.title)


def _letters(user: User, today: date) -> Iterator[Task]:
    """Letters of consultation: to review or countersign, and those without an answer after their day."""
    signs = turns_of(user, today)
    count = signs.count()
    if count:
        yield Task(
            _("商请函待审核会签"), reverse("cases:consultations"), count, note=signs[0].consultation.subject
        )
    silent = letters_due(user, today)
    if silent:
        url, first = f"{reverse('cases:consultations')}?state=late", silent[0]
        yield Task(_("商请函到期未复"), url, len(silent), first.reply_by, first.to_name)
