"""Every number counted directly, by the database over cases, orders and clocks: what the packed rows of
queries/figure_rows.py are held against. Slow with many cases, and for that reason only here."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.db.models import Case as Choose
from django.db.models import (
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from huiqi.cases.models import Case
from huiqi.cases.queries.figure_counts import By, Key
from huiqi.cases.queries.figures import (
    NUMBERS,
    REPEAT_WITHIN,
    Account,
    Base,
    Number,
    moment_of,
    place_of,
    rows_of,
    to_case,
    unit_of,
)


def account_rows(base: Base, account: Account) -> QuerySet[Any]:
    """The base's rows in the account's time and scope, by the database."""
    field, case = moment_of(base), to_case(base)
    cases = account.scope.rows(case) & Q(*((f"{case}{name}", value) for name, value in account.only))
    return rows_of(base).filter(cases, **{f"{field}__gte": account.start, f"{field}__lt": account.end})


def direct(name: str, account: Account, by: By | None = None) -> dict[Key, tuple[int, ...]]:
    """The parts of a number by key."""
    number = NUMBERS[name]
    rows = account_rows(number.base, account)
    if name == "repeated":
        rows = rows.annotate(place=Choose(When(_repeats(), then=Value(0)), default=Value(1)))
    else:
        rows = rows.annotate(place=place_of(number, account.at))
    keys, rows = _keyed(rows, number, account, by)
    found: dict[Key, list[int]] = {}
    for row in rows.values_list(*keys, "place").annotate(count=Count("pk")):
        parts = found.setdefault(tuple(row[:-2]), [0] * (len(number.parts) + 1))
        parts[row[-2]] += row[-1]
    return {key: tuple(parts) for key, parts in found.items() if any(parts)}


def direct_days(account: Account, by: By | None = None) -> dict[Key, list[int]]:
    """The minutes of handling by key, ascending."""
    rows = account_rows(Base.DAYS, account)
    keys, rows = _keyed(rows, None, account, by)
    found: dict[Key, list[int]] = defaultdict(list)
    for *key, minutes in rows.values_list(*keys, "used_minutes").order_by("used_minutes"):
        found[tuple(key)].append(minutes)
    return dict(found)


def _keyed(rows: Any, number: Number | None, account: Account, by: By | None) -> tuple[list[str], Any]:
    base = number.base if number else Base.DAYS
    case = to_case(base)
    if by is None:
        return [], rows
    if by is By.UNIT:
        return [unit_of(base)], rows
    if by is By.TOPIC:
        return [f"{case}item", f"{case}topic"], rows
    if by is By.COUNTY:
        return [f"{case}prefecture"], rows
    if by is By.CHANNEL:
        return [f"{case}channel"], rows
    whens, start, place = [], account.start, 0
    while start < account.end:
        start, place = (start + timedelta(days=32)).replace(day=1), place + 1
        whens.append(When(**{f"{moment_of(base)}__lt": start}, then=Value(place - 1)))
    return ["month"], rows.annotate(month=Choose(*whens, output_field=IntegerField()))


def _repeats() -> Q:
    """An earlier one of the same requester (by code or by telephone), item and topic, not long before."""
    since = ExpressionWrapper(OuterRef("opened_at") - Value(REPEAT_WITHIN), output_field=DateTimeField())
    earlier = Case.objects.order_by().filter(
        item=OuterRef("item"), topic=OuterRef("topic"), opened_at__lt=OuterRef("opened_at")
    )
    earlier = earlier.filter(opened_at__gte=since)
    by_code = Exists(earlier.filter(credit_code=OuterRef("credit_code")))
    by_phone = Exists(earlier.filter(phone_index=OuterRef("phone_index")))
    return (~Q(credit_code="") & Q(by_code)) | (~Q(phone_index="") & Q(by_phone))
