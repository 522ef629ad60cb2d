"""The account of 100,000 cases: every page of figures, in a scratch database.

python benchmarks/case_figures.py [CASES]        SQLite in a temporary folder
python scripts/with_postgres.py -- python benchmarks/case_figures.py

A database named in HUIQI_TEST_DATABASE_URL that has cases is used as it is; `--make` only makes them.

A year of cases of 122 made-up counties and 500 units in the order of time, nine in ten ended, each with an
order and the clocks to sign, to call and to handle; packed, as the timer leaves them. Pages are asked through
the view. Budget: 300 ms a page.
"""

import random
import statistics
import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from typing import Any

FOLDER = tempfile.mkdtemp(prefix="huiqi-figures-")
CASES = next((int(one) for one in sys.argv[1:] if one.isdigit()), 100_000)
CHUNK, UNITS, RUNS = 5_000, 500, 20
ENDINGS = ("explained", "unsolvable", "policy_forbids", "withdrawn", "not_accepted")


def main() -> None:
    """Make the cases, then read the account."""
    from case_site import open_site

    connection = open_site(FOLDER)
    from huiqi.cases.commands.figures import pack_figures
    from huiqi.cases.models import Case

    began = time.perf_counter()
    if not Case.objects.exists():
        make_cases()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{connection.vendor}: {CASES} cases made in {time.perf_counter() - began:.0f} s")
    began, cpu = time.perf_counter(), time.process_time()
    done = pack_figures()
    took, spent = time.perf_counter() - began, time.process_time() - cpu
    print(f"packed into {done['blocks']} blocks in {took:.1f} s ({spent:.1f} s CPU)")
    if "--make" in sys.argv:
        return
    measure()


def measure() -> None:
    """Every page of figures, of a month and of the year, by a province's leader and a city's; a leader, who
    alone sees units side by side. Then the same with cases that changed since the last run of the timer."""
    from huiqi.cases.models import Case

    _pages("packed", RUNS)
    for count in (100, 1000):
        some = list(Case.objects.order_by("-pk").values_list("pk", flat=True)[:count])
        Case.objects.filter(pk__in=some).update(rating=2)
        _pages(f"{count} changed since", 5, only=("year, province, by unit", "month, province, by topic"))


def _pages(title: str, runs: int, only: tuple[str, ...] = ()) -> None:
    from django.conf import settings
    from django.test import Client

    from huiqi.accounts import middleware  # noqa: F401  stamps sessions

    settings.REFERENCE_DATE = date(2020, 12, 31)
    settings.HUIQI_REQUIRE_SECOND_FACTOR = False
    print(f"-- {title}: page, p95 of {runs} runs wall, median CPU, queries")
    for place, person in _people().items():
        client = Client()
        client.force_login(person)
        for name, address in _addresses(place):
            if not only or name in only:
                _time(client, name, address, runs)


def _addresses(place: str) -> list[tuple[str, str]]:
    found = []
    for span, first in (("month", "2020-12"), ("year", "2020-01")):
        query = f"from={first}&to=2020-12"
        for by in ("topic", "county", "channel", "unit", "month"):
            found.append((f"{span}, {place}, by {by}", f"/cases/figures/?{query}&by={by}"))
        found.append((f"{span}, {place}, one item", f"/cases/figures/?{query}&item=shortage"))
        for number in ("received", "solved", "on_time", "repeated"):
            found.append((f"{span}, {place}, {number}", f"/cases/figures/of/{number}/?{query}"))
    found.append((f"{place}, shortages", "/cases/figures/shortages/"))
    found.append((f"{place}, review", "/cases/figures/review/?month=2020-12"))
    found.append((f"{place}, ranking", "/cases/figures/ranking/?month=2020-11"))
    return found


def _time(client: Any, name: str, address: str, runs: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.headers.get("Location"))
    asked = len(queries)  # the next request forgets them
    times, spent = [], []
    for _ in range(runs):
        began, cpu = time.perf_counter(), time.process_time()
        client.get(address)
        times.append(1000 * (time.perf_counter() - began))
        spent.append(1000 * (time.process_time() - cpu))
    p95 = sorted(times)[-(-len(times) * 95 // 100) - 1]
    print(f"{name:34} {p95:6.0f} ms {statistics.median(spent):6.0f} ms CPU {asked:4}", flush=True)


def _people() -> dict[str, Any]:
    from huiqi.accounts.models import Unit, UnitKind
    from huiqi.accounts.roles import Role
    from huiqi.accounts.tests.make import make_user

    found = {}
    for place, kind, region in (
        ("province", UnitKind.PROVINCE_OFFICE, "430000"),
        ("city", UnitKind.CITY_OFFICE, "430100"),
    ):
        unit, _made = Unit.objects.get_or_create(name=f"演示{place}", kind=kind, region=region)
        found[place] = unit.people.first() if hasattr(unit, "people") else None
        found[place] = found[place] or make_user(role=Role.LEADER, unit=unit)
    return found


def make_cases() -> None:
    """Rows as the commands would leave them, made in bulk; texts are short."""
    from huiqi.accounts.models import Unit, UnitKind
    from huiqi.cases.models import Case, Clock, Order
    from huiqi.cases.tests.make import make_edition

    chance = random.Random(4)
    edition = make_edition()
    units = [
        Unit.objects.create(
            name=f"演示单位{n}", kind=UnitKind.COUNTY_OFFICE, region=f"43{n % 14:02d}{n % 9 + 11}"
        )
        for n in range(UNITS)
    ]
    for start in range(0, CASES, CHUNK):
        count = min(CHUNK, CASES - start)
        made = [_case(chance, edition, units, start + n) for n in range(count)]
        cases = Case.objects.bulk_create(made)
        orders = Order.objects.bulk_create([_order(chance, case) for case in cases])
        Clock.objects.bulk_create([clock for order in orders for clock in _clocks(chance, order)])


def _case(chance: random.Random, edition: Any, units: list[Any], n: int) -> Any:
    from django.utils import timezone

    from huiqi.cases.models import Case
    from huiqi.cases.workflow import Channel

    zone = timezone.get_default_timezone()
    opened = datetime(2020, 1, 1, 9, tzinfo=zone) + timedelta(
        minutes=525_000 * n // CASES + chance.randrange(1440)
    )
    unit = chance.choice(units)
    ended = opened + timedelta(days=chance.randrange(1, 20)) if chance.random() < 0.9 else None
    word = chance.choice(["solved", "solved", "partly", "not_solved", "unreachable", ""]) if ended else ""
    by_word = {"solved": "solved", "partly": "partly_solved"}
    return Case(
        number=f"{n:010d}",
        edition=edition,
        item="request" if n % 20 else "shortage",
        topic=f"topic{chance.randrange(40)}",
        credit_code=f"9143{chance.randrange(60_000):014d}",
        prefecture=unit.region,
        title="演示",
        text="",
        requester_phone="",
        channel=chance.choice(Channel.values),
        source_ref=str(n),
        state="ended" if ended else "handling",
        desk=unit,
        lead=unit,
        round=1 + (chance.random() < 0.1),
        opened_at=opened,
        ended_at=ended,
        ending=by_word.get(word, chance.choice(ENDINGS)) if ended else "",
        word=word,
        rating=chance.choice([None, 1, 3, 4, 5]) if word and word != "unreachable" else None,
        excluded_at=ended if ended and chance.random() < 0.02 else None,
    )


def _order(chance: random.Random, case: Any) -> Any:
    from huiqi.cases.models import Order

    is_back = chance.random() < 0.05
    return Order(
        case=case,
        unit=case.lead,
        part="lead",
        round=1,
        state="returned" if is_back else "answered" if case.ended_at else "signed",
        return_reason="not_ours" if is_back else "",
        sent_at=case.opened_at + timedelta(hours=2),
        signed_at=case.opened_at + timedelta(hours=4),
        contacted_at=case.opened_at + timedelta(hours=30),
        answered_at=case.ended_at,
    )


def _clocks(chance: random.Random, order: Any) -> Any:
    from huiqi.cases.models import Clock

    for stage, within in (("sign", 1), ("contact", 3), ("handle", 5)):
        started = order.sent_at
        stopped = started + timedelta(hours=chance.randrange(1, within * 30)) if order.answered_at else None
        due = started + timedelta(days=within)
        yield Clock(
            case=order.case,
            order=order,
            stage=stage,
            unit=order.unit,
            limit_amount=within,
            limit_unit="working_days",
            extensions=[3] if chance.random() < 0.05 else [],
            started_at=started,
            stopped_at=stopped,
            due_at=due,
            original_due_at=due,
            was_late=stopped > due if stopped else None,
            used_minutes=chance.randrange(30, 4000) if stopped else None,
            known_on=started.date(),
        )


if __name__ == "__main__":
    main()
