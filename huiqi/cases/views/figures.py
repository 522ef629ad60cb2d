"""The account 看板: figures of cases with what they count, ranking, shortage board and monthly review."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huiqi.accounts.gates import power_required, user_of
from huiqi.accounts.models import User
from huiqi.accounts.powers import Power
from huiqi.accounts.queries.people import scope_with
from huiqi.cases.models import Case
from huiqi.cases.months import months_between, read_month
from huiqi.cases.queries.figure_counts import ALL, By, Key, cases_in
from huiqi.cases.queries.figure_rows import Rows, stored_rows
from huiqi.cases.queries.figure_tables import (
    BY_WORDS,
    NO_DAYS,
    Days,
    Tally,
    county_names,
    days,
    hot_topics,
    key_names,
    open_shortages,
    rows_for,
    shortages,
    spans_of,
    tallies,
    total,
)
from huiqi.cases.queries.figures import NUMBERS, Account, midnight, next_month, offered
from huiqi.cases.queries.ranking import sees_all_units
from huiqi.cases.queries.review import empty
from huiqi.cases.queries.rows import for_rows, item_names, rows_of
from huiqi.core import clock
from huiqi.core.language import month_words, worded
from huiqi.core.pagination import paginate

sees_figures = power_required(Power.VIEW_CASE_FIGURES)
SHOWN = ("received", "ended", "response", "solved", "satisfied", "on_time")
FURTHER = ("signed", "bounced", "extended", "redone", "repeated", "unreachable")
IN_TABLE = ("received", "ended", "response", "solved", "satisfied", "on_time", "bounced")
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


def asked_of(request: HttpRequest) -> Asked:
    """What the address asks; what is unreadable is this month."""
    this = clock.today().replace(day=1)
    first = month_asked(request.GET.get("from"), this)
    last = month_asked(request.GET.get("to"), first if "from" in request.GET else this)
    first, last = min(first, last), max(first, last)
    names = {"item": "item", "county": "prefecture", "channel": "channel"}
    only = tuple((names[name], request.GET[name][:40]) for name in names if request.GET.get(name))
    wanted = request.GET.get("by", "")
    return Asked(first, last, By(wanted) if wanted in list(By) else By.TOPIC, only)


def month_asked(text: str | None, default: date) -> date:
    """The month an address names, no later than this one."""
    return read_month(text, default, clock.today())


def month_choices(*chosen: date) -> list[tuple[str, str]]:
    """The months there are cases of, the latest first, and those chosen: (as in addresses, in words)."""
    oldest = Case.objects.order_by("opened_at").values_list("opened_at", flat=True).first()
    today = clock.today()
    months = months_between(timezone.localdate(oldest).replace(day=1) if oldest else today, today)
    every = sorted({*months, *chosen}, reverse=True)
    return [(f"{month:%Y-%m}", month_words(month)) for month in every]


def account_of(user: User, first: date, last: date, only: tuple[tuple[str, str], ...] = ()) -> Account:
    """The months from the first to the last (both in), within what the person's posts may see."""
    scope = scope_with(user, Power.VIEW_CASE_FIGURES, clock.today())
    return Account(scope, midnight(first), midnight(next_month(last)), clock.now(), only)


@sees_figures
@require_safe
@never_cache
def figures(request: HttpRequest) -> HttpResponse:
    """The figures of some months: each opens what it counts; a trend, a table, hot topics. Units stand side
    by side only for who releases the ranking."""
    user, asked = user_of(request), asked_of(request)
    account = account_of(user, asked.first, asked.last, asked.only)
    names, trend = offered(), _trend_account(user, asked)
    rows = _rows(names, account, trend)
    by = asked.by if asked.by is not By.UNIT or sees_all_units(user, clock.today()) else None
    # One pass for the table; the whole is its sum, since every row lies under exactly one key.
    tables, spent = tallies(names, account, by, rows), days(account, by, rows)
    whole = {name: {ALL: total(name, tables)} for name in names}
    context = {
        **_filters(asked),
        "shown": [_card(name, whole, asked) for name in offered(SHOWN)],
        "further": [_card(name, whole, asked) for name in offered(FURTHER)],
        "days": spent.get(ALL, NO_DAYS),
        "trend": _trend(trend, rows),
        "table": _table(account, by, tables, spent) if by else {"is_hidden": True},
        "hot": hot_topics(account),
        "has_three": "solved" in names,
    }
    return render(request, "cases/figures.html", context)


def _rows(names: tuple[str, ...], account: Account, trend: Account) -> Rows:
    """What the board's tables rest on, read once: the account's months and, of cases, those of the trend."""
    spans = spans_of(names, account, with_days=True)
    for base, (start, end) in spans_of(offered(TREND), trend).items():
        spans[base] = (min(start, account.start), end)
    return stored_rows(spans)


def _filters(asked: Asked) -> dict[str, Any]:
    items = item_names()
    return {
        "asked": asked,
        "months": month_choices(asked.first, asked.last),
        "span": _span_words(asked),
        "items": [(key, item.title) for key, item in sorted(items.items())],
        "item": dict(asked.only).get("item", ""),
        "tables": [(by.value, worded(BY_WORDS[by])) for by in _TABLES],
    }


def _span_words(asked: Asked) -> str:
    months = [month_words(month) for month in dict.fromkeys((asked.first, asked.last))]
    return "–".join(months)


def _card(name: str, whole: Mapping[str, Mapping[Key, Tally]], asked: Asked) -> dict[str, Any]:
    tally = whole[name].get(ALL, empty(name))
    url = f"{reverse('cases:figure', args=[name])}?{asked.query}"
    apart = sum(count for part, _label, count in tally.lines() if part in tally.number.apart)
    left_out = tally.rows - tally.of - apart if tally.number.counted else 0
    return {"tally": tally, "url": url, "left_out": left_out, "apart": apart}


def _trend_account(user: User, asked: Asked) -> Account:
    """Twelve months up to the last one asked for."""
    first = asked.last
    for _turn in range(MONTHS_BACK - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    return account_of(user, first, asked.last, asked.only)


def _trend(account: Account, read: Rows) -> dict[str, Any]:
    """The twelve months as a picture and as its table."""
    names_shown = offered(TREND)
    tables = tallies(names_shown, account, By.MONTH, read)
    width, height = CHART
    most = max([found.rows for name in names_shown[:2] for found in tables[name].values()], default=0) or 1
    rows, step = [], width // MONTHS_BACK
    names = key_names(By.MONTH, [(place,) for place in range(MONTHS_BACK)], account)
    for place in range(MONTHS_BACK):
        key = (place,)
        found = [tables[name].get(key, empty(name)) for name in names_shown]
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


def _table(
    account: Account, by: By, found: Mapping[str, Mapping[Key, Tally]], spent: Mapping[Key, Days]
) -> dict[str, Any]:
    """The numbers by what was chosen."""
    shown = offered(IN_TABLE)
    keys = {key for name in shown for key in found[name]}
    by_count = sorted(keys, key=lambda key: (-found["received"].get(key, empty("received")).rows, str(key)))
    order = (sorted(keys) if by is By.MONTH else by_count)[:MOST_ROWS]
    names = key_names(by, order, account)
    rows = [
        {
            "name": names[key] or _("（没有）"),
            "tallies": [found[name].get(key, empty(name)) for name in shown],
            "days": spent.get(key, NO_DAYS),
        }
        for key in order
    ]
    return {
        "rows": rows,
        "numbers": [NUMBERS[name] for name in shown],
        "word": BY_WORDS[by],
        "more": len(keys) - len(order),
    }


@sees_figures
@require_safe
@never_cache
def figure(request: HttpRequest, number: str) -> HttpResponse:
    """One number: what it counts and of what, what is left out, and the cases behind each part."""
    if number not in offered():
        raise Http404
    found = NUMBERS[number]
    user, asked = user_of(request), asked_of(request)
    account = account_of(user, asked.first, asked.last, asked.only)
    rows = rows_for([number], account)
    tally = tallies([number], account, rows=rows)[number].get(ALL, empty(number))
    part = request.GET.get("part", "")
    names = {name for name, _label, _count in tally.lines()}
    part = part if part in names else ("counted" if found.counted else "")
    context = {
        **_filters(asked),
        "number": found,
        "tally": tally,
        "lines": tally.lines(),
        "part": part,
        "page": _cases_page(request, cases_in(found, part, account, rows)),
        "crumbs": [(_("诉求看板"), f"{reverse('cases:figures')}?{asked.query}"), (worded(found.label), "")],
    }
    return render(request, "cases/figure.html", context)


def _cases_page(request: HttpRequest, cases: list[int]) -> Any:
    """A page of cases by their row numbers, the latest first, as far as the person may open them."""
    user = user_of(request)
    page = paginate(cases, request.GET.get("page"))
    seen = Case.objects.visible_to(user, clock.today()).filter(pk__in=list(page.object_list))
    page.object_list = rows_of(for_rows(seen).order_by("-pk"), clock.now(), user)
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
    found = shortages(account)
    names = county_names({county, *(row.county for row in found)})
    context: dict[str, Any] = {
        "rows": [
            (row, topics.topics.get(row.topic, row.topic) if topics else row.topic, names[row.county])
            for row in found
        ],
        "month": asked.first,
    }
    if kind:
        seen = Case.objects.visible_to(user, clock.today())
        cases = seen.filter(pk__in=open_shortages(account, kind, county).order_by().values("pk"))
        context["kind"] = topics.topics.get(kind, kind) if topics else kind
        context["county"] = names[county]
        page = paginate(for_rows(cases).order_by("due_at", "pk"), request.GET.get("page"))
        page.object_list = rows_of(page.object_list, clock.now(), user_of(request))
        context["page"] = page
    return render(request, "cases/shortages.html", context)
