"""The account 看板: figures of cases with what they count, ranking, shortage board and monthly review."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import may, scope_with
from huiqi.accounts.scope import Area, Scope
from huiqi.cases.commands.ranking import release_ranking, withdraw_ranking
from huiqi.cases.models import Case
from huiqi.cases.queries.figure_tables import (
    ALL,
    BY_WORDS,
    NO_DAYS,
    By,
    Key,
    Tally,
    days,
    hot_topics,
    key_names,
    open_shortages,
    shortages,
    tallies,
)
from huiqi.cases.queries.figures import NUMBERS, Account, Number, cases_behind
from huiqi.cases.queries.ranking import RANKED, release_for, sees_all_units, unit_rows
from huiqi.cases.queries.review import empty
from huiqi.cases.queries.rows import county_name, for_rows, item_names, rows_of
from huiqi.core import clock
from huiqi.core.errors import Refused
from huiqi.core.language import worded
from huiqi.core.pagination import paginate

sees_figures = power_required(Power.VIEW_CASE_FIGURES)
SHOWN = ("received", "ended", "response", "solved", "satisfied", "on_time")
FURTHER = ("signed", "bounced", "extended", "redone", "repeated", "unreachable")
IN_TABLE = ("received", "ended", "response", "solved", "satisfied", "on_time", "bounced")
# Of cases alone: a year of clocks would not fit the page's time. A table by month has the other numbers.
TREND = ("received", "ended", "solved", "satisfied")
MONTHS_BACK = 12
CHART = (600, 120)
MOST_ROWS = 150
_TABLES = (By.TOPIC, By.COUNTY, By.CHANNEL, By.UNIT, By.MONTH)


@dataclass(frozen=True)
class Asked:
    """What the address asks for: months from (in) to (in), an item, a county, by what the table goes."""

    first: date
    last: date
    by: By
    only: tuple[tuple[str, str], ...]

    @property
    def query(self) -> str:
        """The same as a query string, without the table."""
        return urlencode({"from": f"{self.first:%Y-%m}", "to": f"{self.last:%Y-%m}", **dict(self.only)})


def next_month(day: date) -> date:
    """The first day of the month after."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def asked_of(request: HttpRequest) -> Asked:
    """What the address asks; what is unreadable is this month."""
    this = clock.today().replace(day=1)
    first = read_month(request.GET.get("from"), this)
    last = read_month(request.GET.get("to"), first if "from" in request.GET else this)
    first, last = min(first, last), max(first, last)
    names = {"item": "item", "county": "prefecture", "channel": "channel"}
    only = tuple((names[name], request.GET[name][:40]) for name in names if request.GET.get(name))
    wanted = request.GET.get("by", "")
    return Asked(first, last, By(wanted) if wanted in list(By) else By.TOPIC, only)


def read_month(text: str | None, default: date) -> date:
    """The first day of `2020-03`; no later than this month; the default when it is none."""
    try:
        found = datetime.strptime(text or "", "%Y-%m").date()  # noqa: DTZ007  a month has no zone
    except ValueError:
        return default
    return min(found, clock.today().replace(day=1)) if found.year >= 2000 else default


def midnight(day: date) -> datetime:
    """When a day begins here."""
    return datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())


def account_of(user: User, first: date, last: date, only: tuple[tuple[str, str], ...] = ()) -> Account:
    """The months from the first to the last (both in), within what the person's posts may see."""
    scope = scope_with(user, Power.VIEW_CASE_FIGURES, clock.today())
    return Account(scope, midnight(first), midnight(next_month(last)), clock.now(), only)


@sees_figures
@require_safe
@never_cache
def figures(request: HttpRequest) -> HttpResponse:
    """The figures of some months: each opens what it counts; a trend, a table, hot topics."""
    user, asked = user_of(request), asked_of(request)
    account = account_of(user, asked.first, asked.last, asked.only)
    whole, spent = tallies(NUMBERS, account), days(account)
    context = {
        **_filters(asked),
        "shown": [_card(name, whole, asked) for name in SHOWN],
        "further": [_card(name, whole, asked) for name in FURTHER],
        "days": spent.get(ALL, NO_DAYS),
        "trend": _trend(user, asked),
        "table": _table(account, asked, user),
        "hot": hot_topics(account),
    }
    return render(request, "cases/figures.html", context)


def _filters(asked: Asked) -> dict[str, Any]:
    items = item_names()
    return {
        "asked": asked,
        "items": [(key, item.title) for key, item in sorted(items.items())],
        "item": dict(asked.only).get("item", ""),
        "tables": [(by.value, worded(BY_WORDS[by])) for by in _TABLES],
    }


def _card(name: str, whole: Mapping[str, Mapping[Key, Tally]], asked: Asked) -> dict[str, Any]:
    tally = whole[name].get(ALL, empty(name))
    url = f"{reverse('cases:figure', args=[name])}?{asked.query}"
    apart = sum(count for part, _label, count in tally.lines() if part in tally.number.apart)
    left_out = tally.rows - tally.of - apart if tally.number.counted else 0
    return {"tally": tally, "url": url, "left_out": left_out, "apart": apart}


def _trend(user: User, asked: Asked) -> dict[str, Any]:
    """Twelve months up to the last one asked for, as a picture and as its table."""
    first = asked.last
    for _turn in range(MONTHS_BACK - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    account = account_of(user, first, asked.last, asked.only)
    tables = tallies(TREND, account, By.MONTH)
    width, height = CHART
    most = max([found.rows for name in TREND[:2] for found in tables[name].values()], default=0) or 1
    rows, step = [], width // MONTHS_BACK
    names = key_names(By.MONTH, [(place,) for place in range(MONTHS_BACK)], account)
    for place in range(MONTHS_BACK):
        key = (place,)
        found = [tables[name].get(key, empty(name)) for name in TREND]
        bars = [round(height * tally.rows / most) for tally in found[:2]]
        rows.append(
            {
                "name": names[key],
                "tallies": found,
                "x": (place * step + 6, place * step + 26),
                "bars": [(bar, height - bar) for bar in bars],
            }
        )
    return {"rows": rows, "width": width, "height": height, "most": most}


def _table(account: Account, asked: Asked, user: User) -> dict[str, Any]:
    """The numbers by what was chosen. Units stand side by side only for who releases the ranking."""
    if asked.by is By.UNIT and not sees_all_units(user, clock.today()):
        return {"is_hidden": True}
    found, spent = tallies(IN_TABLE, account, asked.by), days(account, asked.by)
    keys = {key for table in found.values() for key in table}
    names = key_names(asked.by, keys, account)
    by_count = sorted(keys, key=lambda key: (-found["received"].get(key, empty("received")).rows, str(key)))
    order = sorted(keys) if asked.by is By.MONTH else by_count
    rows = [
        {
            "name": names[key] or _("（没有）"),
            "tallies": [found[name].get(key, empty(name)) for name in IN_TABLE],
            "days": spent.get(key, NO_DAYS),
        }
        for key in order[:MOST_ROWS]
    ]
    return {"rows": rows, "numbers": [NUMBERS[name] for name in IN_TABLE], "word": BY_WORDS[asked.by]}


@sees_figures
@require_safe
@never_cache
def figure(request: HttpRequest, number: str) -> HttpResponse:
    """One number: what it counts and of what, what is left out, and the cases behind each part."""
    found = NUMBERS.get(number)
    if found is None:
        raise Http404
    user, asked = user_of(request), asked_of(request)
    account = account_of(user, asked.first, asked.last, asked.only)
    tally = tallies([number], account)[number].get(ALL, empty(number))
    part = request.GET.get("part", "")
    names = {name for name, _label, _count in tally.lines()}
    part = part if part in names else ("counted" if found.counted else "")
    context = {
        **_filters(asked),
        "number": found,
        "tally": tally,
        "lines": tally.lines(),
        "part": part,
        "page": _cases_page(request, found, part, account),
        "crumbs": [(_("诉求看板"), f"{reverse('cases:figures')}?{asked.query}"), (worded(found.label), "")],
    }
    return render(request, "cases/figure.html", context)


def _cases_page(request: HttpRequest, number: Number, part: str, account: Account) -> Any:
    """The cases behind a part, as far as the person may open them."""
    seen = Case.objects.visible_to(user_of(request), clock.today())
    cases = for_rows(seen.filter(pk__in=cases_behind(number, part, account).order_by().values("pk")))
    page = paginate(cases.order_by("-opened_at", "-pk"), request.GET.get("page"))
    page.object_list = rows_of(page.object_list, clock.now(), user_of(request))
    return page


# --- shortages ----------------------------------------------------------------------------------------


@sees_figures
@require_safe
@never_cache
def shortage_board(request: HttpRequest) -> HttpResponse:
    """What firms lack, by kind and county; a cell opens its cases."""
    user, asked = user_of(request), asked_of(request)
    account = account_of(user, asked.first, asked.last)
    kind, county = request.GET.get("kind", ""), request.GET.get("county", "")
    topics = item_names().get("shortage")
    context: dict[str, Any] = {
        "rows": [
            (row, topics.topics.get(row.topic, row.topic) if topics else row.topic, county_name(row.county))
            for row in shortages(account)
        ],
        "month": asked.first,
    }
    if kind:
        seen = Case.objects.visible_to(user, clock.today())
        cases = seen.filter(pk__in=open_shortages(account, kind, county).order_by().values("pk"))
        context["kind"] = topics.topics.get(kind, kind) if topics else kind
        context["county"] = county_name(county)
        page = paginate(for_rows(cases).order_by("due_at", "pk"), request.GET.get("page"))
        page.object_list = rows_of(page.object_list, clock.now(), user_of(request))
        context["page"] = page
    return render(request, "cases/shortages.html", context)


# --- ranking ------------------------------------------------------------------------------------------


@power_required(Power.VIEW_CASE_FIGURES, Power.HANDLE_CASES)
@require_safe
@never_cache
def ranking(request: HttpRequest) -> HttpResponse:
    """Units side by side once a leader released the month; before that everybody's own unit alone."""
    user, today = user_of(request), clock.today()
    last = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    month = read_month(request.GET.get("month"), last)
    release = release_for(user, month, today)
    leads = sees_all_units(user, today)
    account = _ranking_account(user, month, release)
    context = {
        "month": month,
        "release": release,
        "leads": leads,
        "may_withdraw": leads and release is not None and user.unit == release.office,
        "is_over": month < today.replace(day=1),
        "rows": unit_rows(account, user, is_shown=leads or release is not None),
        "numbers": [NUMBERS[name] for name in RANKED],
    }
    return render(request, "cases/ranking.html", context)


def _ranking_account(user: User, month: date, release: Any) -> Account:
    """Figures of the releasing office's region after a release; before it, what concerns the own unit."""
    account = account_of(user, month, month)
    if release is not None:
        scope = scope_with(release.released_by, Power.RELEASE_RANKING, clock.today())
        return Account(scope, account.start, account.end, account.at)
    if may(user, Power.VIEW_CASE_FIGURES, clock.today()):
        return account
    # Who only handles has no region: the unit's own rows, wherever their cases come from.
    return Account(Scope((Area(region=""),)), account.start, account.end, account.at)


@power_required(Power.RELEASE_RANKING)
@require_POST
def ranking_release(request: HttpRequest) -> HttpResponse:
    """Show the ranking of a month to those ranked, or take it back."""
    user, today = user_of(request), clock.today()
    month = read_month(request.POST.get("month"), today.replace(day=1))
    if user.unit is None:
        raise Http404
    try:
        if request.POST.get("act") == "withdraw":
            release = release_for(user, month, today)
            if release is None or release.office_id != user.unit_id:
                raise Http404
            withdraw_ranking(release, actor=user, at=clock.now())
            messages.success(request, _("已收回，各单位只看得到自己的数。"))
        else:
            release_ranking(month, office=user.unit, actor=user, at=clock.now())
            messages.success(request, _("已发布，参加排名的单位都能看到。"))
    except Refused as refusal:
        messages.error(request, worded(refusal.said))
    return redirect(f"{reverse('cases:ranking')}?month={month:%Y-%m}")
