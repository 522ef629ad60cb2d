"""What of the cases waits for a person on the desk 办理台; each list behind it shows the same count."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import F, Q
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
from huiqi.cases.queries.veil import Veil, veil_of
from huiqi.cases.workflow import State
from huiqi.core import clock
from huiqi.core.slots import Task


def case_tasks(request: HttpRequest) -> Iterator[Task]:
    """For handlers, the desk, reviewers, callers and supervisors."""
    user: User = request.user  # type: ignore[assignment]
    today, at = clock.today(), clock.now()
    if may(user, Power.HANDLE_CASES, today):
        yield from _handling(user, at)
    if may(user, Power.DISPATCH_CASES, today):
        yield from _dispatching(user, at)
    if may(user, Power.REVIEW_ANSWERS, today):
        yield from _reviewing(user, at)
    if may(user, Power.CALL_BACK, today) and may(user, Power.VIEW_CASES, today):
        page = f"{reverse('cases:queue')}?tab=all&state=calling_back"
        yield from _line(_("待回访的诉求"), page, desk.to_call_back(user, today), at)
    if may(user, Power.SUPERVISE_CASES, today):
        yield from _supervising(user, at)
    yield from _letters(user, today)


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


def _line(label: str, url: str, rows: CaseQuerySet, at: datetime, veil: Veil | None = None) -> Iterator[Task]:
    """One line for a list that is not empty: how many, the one that ends first, and when. With a veil the
    title is as the person may read it; lists of the desk itself need none."""
    count = rows.order_by().count()
    if not count:
        return
    ordered = rows.order_by(F("due_at").asc(nulls_last=True), "pk")
    first = ordered.only("title", "due_at", "is_paused", "edition", "desk", "prefecture", "park")[0]
    due = first.due_at if not first.is_paused else None
    day = timezone.localdate(due) if due else None
    title = veil.title(first) if veil else first.title
    yield Task(label, url, count, day, _("最急的一件：%s") % title, bool(due and due < at))


def _handling(user: User, at: datetime) -> Iterator[Task]:
    today, queue = timezone.localdate(at), reverse("cases:queue")
    veil, mine = veil_of(user, today), tab_rows("mine", user, today, at)
    yield from _line(_("等我办的诉求"), f"{queue}?tab=mine", mine, at, veil)
    end = timezone.localtime(at).replace(hour=23, minute=59, second=59)
    soon = mine.filter(due_at__lte=end, due_at__gt=at - timedelta(days=3650), is_paused=False)
    soon = soon.exclude(state=State.ENDED)
    yield from _line(_("今天到期或已逾期的诉求"), f"{queue}?tab=mine", soon, at, veil)
    unsigned = tab_rows("unsigned", user, today, at)
    yield from _line(_("本单位待签收的派单"), f"{queue}?tab=unsigned", unsigned, at, veil)
    unclaimed = tab_rows("unclaimed", user, today, at)
    yield from _line(_("本单位待认领的诉求"), f"{queue}?tab=unclaimed", unclaimed, at, veil)
    back = tab_rows("back", user, today, at)
    yield from _line(_("退回和重办的诉求"), f"{queue}?tab=back", back, at, veil)
    letters = Supervision.objects.filter(state=Supervision.State.ISSUED, unit=user.unit).select_related(
        "case"
    )
    for letter in letters.order_by("answer_by", "pk")[:3]:
        page = reverse("cases:case", args=[letter.case.public_id])
        is_late = letter.answer_by < today
        yield Task(_("督办待回复"), page, due=letter.answer_by, note=veil.title(letter.case), is_late=is_late)


def _dispatching(user: User, at: datetime) -> Iterator[Task]:
    today, page = timezone.localdate(at), reverse("cases:desk")
    yield from _line(_("待受理的诉求"), f"{page}#accept", desk.to_accept(user, today), at)
    yield from _line(_("待派单的诉求"), f"{page}#dispatch", desk.to_dispatch(user, today), at)
    proposed = [knot for knot in desk.knots_of(user, today) if knot.state == "proposed"]
    if proposed:
        yield Task(_("待确认的堵点"), f"{page}#knots", len(proposed), note=proposed[0].title)
    resting = desk.resting(user, today).filter(
        Q(due_at__lt=at), state__in=[State.SUPPLEMENTING, State.SUSPENDED]
    )
    yield from _line(_("补正已过期限的诉求"), f"{page}#resting", resting, at)


def _reviewing(user: User, at: datetime) -> Iterator[Task]:
    today = timezone.localdate(at)
    page = f"{reverse('cases:queue')}?tab=all&state=answered"
    yield from _line(_("待审核的答复"), page, desk.to_review(user, today), at)
    asked = approvals_to_decide(user, today).select_related("case")
    count = asked.order_by().count()
    if count:
        first = asked.order_by("asked_at", "pk")[0]
        url = reverse("cases:case", args=[first.case.public_id])
        yield Task(_("待审批的申请"), url, count, note=first.case.title)


def _supervising(user: User, at: datetime) -> Iterator[Task]:
    today, page = timezone.localdate(at), reverse("cases:red_list")
    drafts = [row for row in red_list.letters(user, today) if row.state == Supervision.State.DRAFTED]
    if drafts:
        yield Task(_("待签发的督办单"), f"{page}#drafts", len(drafts), note=drafts[0].case.title)
    late = red_list.supervised_cases(user, today).filter(due_at__lt=at, is_paused=False)
    late = Case.objects.filter(pk__in=late.exclude(state=State.ENDED).values("pk"))
    yield from _line(_("逾期的诉求"), f"{page}#late", late, at)
