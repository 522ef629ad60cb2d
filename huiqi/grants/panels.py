"""What grants offer to the firm's page and to the desk."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from huiqi.accounts.gates import user_of
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may
from huiqi.core import clock
from huiqi.core.slots import Task
from huiqi.enterprises.models import Enterprise
from huiqi.grants.models import Application, Call, CallKind, Objection, PaymentList, Review, Round
from huiqi.grants.workflow import RoundState, State

MOST_ROWS = 10


def firm_panel(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Applications of a firm, for its own people and for staff who read grants."""
    firm: Enterprise = subject
    user, today = user_of(request), clock.today()
    if may(user, Power.ACT_FOR_FIRM, today):
        rows = Application.objects.of_firms_of(user, today)
        is_own = True
    elif may(user, Power.VIEW_GRANTS, today):
        rows, is_own = Application.objects.visible_to(user, today), False
    else:
        return None
    found = rows.filter(enterprise=firm).select_related("call__unit", "round").order_by("-made_at", "-pk")
    return {"rows": list(found[:MOST_ROWS]), "staff": not is_own, "own": is_own}


def grant_tasks(request: HttpRequest) -> Iterator[Task]:
    """What waits for maker, checker, expert and firm."""
    user, today = user_of(request), clock.today()
    if may(user, Power.MAKE_GRANTS, today):
        yield from _maker_tasks(request)
    if may(user, Power.CHECK_GRANTS, today):
        yield from _checker_tasks(request)
    if may(user, Power.REVIEW_GRANTS, today):
        open_rows = Review.objects.of_expert(user).filter(application__state=State.REVIEWING, scored_at=None)
        count = open_rows.exclude(declared=Review.Declared.CONFLICT).count()
        if count:
            yield Task(_("请您评审的资金申报"), reverse("grants:reviews"), count)
    if may(user, Power.ACT_FOR_FIRM, today):
        yield from _firm_tasks(request)


def _maker_tasks(request: HttpRequest) -> Iterator[Task]:
    user, today = user_of(request), clock.today()
    rows = Application.objects.made_by(user, today)
    for state, words in (
        (State.SUBMITTED, _("资金申报待受理")),
        (State.CHECKING, _("资金申报待核查和提出意见")),
        (State.AGREED, _("已复核、待列入拨付批次")),
    ):
        found = rows.filter(state=state).order_by("first_on", "pk")
        count = found.count()
        if count:
            first = found.select_related("enterprise")[0]
            url = reverse("grants:applications") + f"?state={state}"
            yield Task(words, url, count, note=_("最早的是%s") % first.enterprise.name)
    rounds = Round.objects.made_by(user, today).exclude(state=RoundState.DONE)
    for row in rounds.select_related("call").order_by("made_at", "pk")[:3]:
        if row.state == RoundState.NOTICING and row.notice_until and today <= row.notice_until:
            continue
        url = reverse("grants:round", args=[row.public_id])
        yield Task(_("拨付批次往下办"), url, note=f"{row.title}：{row.get_state_display()}")
    open_ones = Objection.objects.filter(
        state=Objection.State.OPEN, round__in=Round.objects.made_by(user, today).order_by().values("pk")
    )
    first_open = open_ones.select_related("round").order_by("made_at", "pk").first()
    if first_open is not None:
        url = reverse("grants:round", args=[first_open.round.public_id])
        yield Task(_("资金公示异议待答复"), url, open_ones.count())


def _checker_tasks(request: HttpRequest) -> Iterator[Task]:
    user, today = user_of(request), clock.today()
    count = Application.objects.checked_by(user, today).filter(state=State.PROPOSED).count()
    if count:
        url = reverse("grants:applications") + f"?state={State.PROPOSED}"
        yield Task(_("资金申报待复核"), url, count)
    drafts = Call.objects.checked_by(user, today).filter(state="draft").exclude(made_by=user)
    if drafts.exists():
        yield Task(_("申报批次待开放"), reverse("grants:calls"), drafts.count())
    rounds = Round.objects.checked_by(user, today).order_by().values("pk")
    waiting = PaymentList.objects.filter(round__in=rounds, released_at=None).exclude(made_by=user)
    first = waiting.order_by("pk").first()
    if first is not None:
        url = reverse("grants:payment_list", args=[first.public_id])
        yield Task(_("拨付清单待放行"), url, waiting.count())


def _firm_tasks(request: HttpRequest) -> Iterator[Task]:
    user, today = user_of(request), clock.today()
    rows = Application.objects.of_firms_of(user, today)
    for row in rows.filter(state=State.RETURNED).select_related("call").order_by("pk")[:3]:
        url = reverse("grants:own_application", args=[row.public_id])
        yield Task(_("资金申报要补正"), url, note=row.call.title)
    calls = Call.objects.open_on(today).exclude(kind=CallKind.WITHOUT).count()
    if calls and not rows.exists():
        yield Task(_("可以申报的资金批次"), reverse("grants:own"), calls)
