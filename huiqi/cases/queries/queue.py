"""The lists staff work from: what waits for me, the unit's unsigned, what came back, overdue, all; search."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import Unit, User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, units_with
from huiqi.cases.models import OPEN_ORDERS, Case, CaseQuerySet, Order, OrderState
from huiqi.cases.queries.veil import Veil, veil_of
from huiqi.cases.workflow import State
from huiqi.core.personal import plain_phone
from huiqi.core.together import counts_together
from huiqi.enterprises.search_text import grams_of_question

PAGE_SIZE = 50
# So many rows are counted and paged; whoever needs more narrows the filters.
CAP = 1_000
# So many hits of a search are looked through, the newest first.
MOST_HITS = 1_000
_NUMBER = re.compile(r"[0-9]{10}")
_PHONE = re.compile(r"1[0-9]{10}|0[0-9]{9,11}")


@dataclass(frozen=True)
class Wanted:
    """The filters of a list; "" and None do not filter."""

    item: str = ""
    topic: str = ""
    region: str = ""
    state: str = ""
    urgency: str = ""
    channel: str = ""
    lead: Unit | None = None
    due: str = ""  # late, today, three
    ended: str = ""  # open, ended, excluded
    words: str = ""


def is_phone(words: str) -> bool:
    """Whether what was typed is a telephone number, which never enters an address."""
    return bool(_PHONE.fullmatch(plain_phone(words))) if words else False


def tabs_of(user: User, today: date) -> dict[str, object]:
    """The lists this person has, by name, with their titles."""
    handles, dispatches = may(user, Power.HANDLE_CASES, today), may(user, Power.DISPATCH_CASES, today)
    found: dict[str, object] = {}
    if handles:
        found |= {"mine": _("等我办"), "unsigned": _("待签收"), "unclaimed": _("待认领")}
    if dispatches:
        found |= {"desk": _("本单位受理")}
    if handles or dispatches:
        found |= {"back": _("退回和重办")}
    return found | {"overdue": _("逾期"), "all": _("全部")}


def _by_orders(orders: Q) -> Q:
    return Q(pk__in=Order.objects.filter(orders).order_by().values("case"))


def _overdue(user: User, today: date, at: datetime) -> CaseQuerySet:
    late = Case.objects.open().filter(due_at__lt=at, is_paused=False)
    units = units_with(user, Power.HANDLE_CASES, today)
    desks = units_with(user, Power.DISPATCH_CASES, today)
    if not (units or desks):
        return late & Case.objects.visible_to(user, today)
    return late.filter(Q(lead__in=units) | Q(desk__in=desks))


def _back(user: User, today: date, at: datetime) -> CaseQuerySet:
    redone = Q(round__gt=1, state=State.HANDLING, lead__in=units_with(user, Power.HANDLE_CASES, today))
    returned = Q(bounces__gt=0, state=State.ACCEPTED, desk__in=units_with(user, Power.DISPATCH_CASES, today))
    return Case.objects.filter(redone | returned)


def _orders_of_unit(user: User, today: date, **orders: object) -> CaseQuerySet:
    units = units_with(user, Power.HANDLE_CASES, today)
    return Case.objects.filter(_by_orders(Q(unit__in=units, **orders)))


_TABS: Mapping[str, Callable[[User, date, datetime], CaseQuerySet]] = {
    "mine": lambda user, today, at: Case.objects.filter(_by_orders(Q(handler=user, state__in=OPEN_ORDERS))),
    "unsigned": lambda user, today, at: _orders_of_unit(user, today, state=OrderState.SENT),
    "unclaimed": lambda user, today, at: _orders_of_unit(
        user, today, state=OrderState.SIGNED, handler__isnull=True
    ),
    "desk": lambda user, today, at: Case.objects.desk_of(user, Power.DISPATCH_CASES, today).open(),
    "back": _back,
    "overdue": _overdue,
    "all": lambda user, today, at: Case.objects.visible_to(user, today),
}


def tab_rows(tab: str, user: User, today: date, at: datetime) -> CaseQuerySet:
    """The cases of one list."""
    return _TABS[tab](user, today, at)


def in_order(rows: CaseQuerySet, tab: str) -> CaseQuerySet:
    """All: the newest first. The lists of work: what ends first."""
    if tab == "all":
        return rows.order_by("-opened_at", "-pk")
    return rows.order_by(F("due_at").asc(nulls_last=True), "pk")


def keys_of(rows: CaseQuerySet, tab: str) -> list[int]:
    """Keys of a list in its order, no more than one beyond the cap: how many there are and each of its pages
    in one query. What a row shows is read for the page alone, not for all the rows that have to be sorted."""
    return list(in_order(rows, tab).values_list("pk", flat=True)[: CAP + 1])


def matching(rows: CaseQuerySet, wanted: Wanted, at: datetime, veil: Veil) -> CaseQuerySet:
    """The rows that pass the filters; words are looked up first, by number, or by title and firm."""
    plain = {
        name: value
        for name in ("item", "topic", "state", "urgency", "channel")
        if (value := getattr(wanted, name))
    }
    rows = rows.filter(**plain)
    if wanted.region:
        stem = wanted.region.removesuffix("00").removesuffix("00")
        rows = rows.filter(prefecture__gte=stem.ljust(6, "0"), prefecture__lte=stem.ljust(6, "9"))
    if wanted.lead is not None:
        rows = rows.filter(lead=wanted.lead)
    rows = _by_ended(_by_due(rows, wanted.due, at), wanted.ended)
    return found_among(rows, wanted.words, veil) if wanted.words else rows


def _by_due(rows: CaseQuerySet, due: str, at: datetime) -> CaseQuerySet:
    if not due:
        return rows
    rows = rows.open().filter(is_paused=False)
    if due == "late":
        return rows.filter(due_at__lt=at)
    end = timezone.localtime(at).replace(hour=23, minute=59, second=59)
    until = end if due == "today" else end + timedelta(days=3)
    return rows.filter(due_at__gte=at, due_at__lte=until)


def _by_ended(rows: CaseQuerySet, ended: str) -> CaseQuerySet:
    if ended == "open":
        return rows.open()
    if ended == "ended":
        return rows.filter(state=State.ENDED)
    return rows.exclude(excluded_at=None) if ended == "excluded" else rows


def found_among(rows: CaseQuerySet, words: str, veil: Veil) -> CaseQuerySet:
    """Those of the rows the words find. A case whose requester is kept from the person is found by its number
    alone: what else finds it would tell who asks, by trying names out."""
    found = rows.filter(pk__in=found_by(words))
    return found if is_number(words) else found.exclude(veil.rows())


def is_number(words: str) -> bool:
    """Whether what was typed is a whole case number, spaces allowed."""
    return bool(_NUMBER.fullmatch(re.sub(r"\s", "", words)))


def found_by(words: str) -> list[int]:
    """Keys of cases by number, or with the words in title or firm, the newest first.

    An inverted index of grams holds title and firm, as for the firms of the register.
    """
    digits = re.sub(r"\s", "", words)
    if _NUMBER.fullmatch(digits):
        return list(Case.objects.filter(number=digits).order_by("pk").values_list("pk", flat=True))
    rows = Case.objects.filter(search_text__has_grams=grams_of_question(words)).order_by("-pk")
    return list(rows.values_list("pk", flat=True)[:MOST_HITS])


def found_by_phone(phone: str, user: User, today: date) -> CaseQuerySet:
    """Cases of a caller's number that this person may open and whose requester is not kept from them."""
    seen = Case.objects.visible_to(user, today).exclude(veil_of(user, today).rows())
    return seen.filter(phone_index__finds=phone)


def counts_of(tabs: Sequence[str], user: User, today: date, at: datetime) -> dict[str, int]:
    """How many lie in each of the lists, counted no further than one beyond the cap, in one query."""
    counts = counts_together([tab_rows(tab, user, today, at) for tab in tabs], CAP + 1)
    return dict(zip(tabs, counts, strict=True))
