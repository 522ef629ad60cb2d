"""The account of 100,000 cases: the tables behind /cases/figures/, in a scratch database.

python benchmarks/case_figures.py [CASES]        SQLite in a temporary folder
python scripts/with_postgres.py -- python benchmarks/case_figures.py

A year of cases of 122 made-up counties and 500 units, nine in ten ended, each with an order and the clocks
to sign, to call and to handle. Prints the median of five runs in milliseconds. Budget: 300 ms a page.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

FOLDER = tempfile.mkdtemp(prefix="huiqi-figures-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
os.environ.setdefault("HUIQI_DATA_DIR", FOLDER)
CASES = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
CHUNK, UNITS, RUNS = 5_000, 500, 5
ENDINGS = ("explained", "unsolvable", "policy_forbids", "withdrawn", "not_accepted")


def main() -> None:
    """Make the cases, then read the account."""
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_databases

    setup_databases(verbosity=0, interactive=False)
    began = time.perf_counter()
    make_cases()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{connection.vendor}: {CASES} cases made in {time.perf_counter() - began:.0f} s")
    measure()


def measure() -> None:
    """A month and a year: the whole page, and its parts."""
    from django.utils import timezone

    from huiqi.accounts.scope import Area, Scope
    from huiqi.cases.queries.figure_tables import By, days, hot_topics, shortages, tallies
    from huiqi.cases.queries.figures import NUMBERS, Account

    zone = timezone.get_default_timezone()
    whole, city = Scope((Area(region=""),)), Scope((Area(region="4301"),))
    end = datetime(2021, 1, 1, tzinfo=zone)
    month = Account(whole, datetime(2020, 12, 1, tzinfo=zone), end, end)
    year = Account(whole, datetime(2020, 1, 1, tzinfo=zone), end, end)
    names = list(NUMBERS)
    shown: list[tuple[str, Callable[[], Any]]] = [
        ("month, all numbers", lambda: tallies(names, month)),
        ("month, by unit", lambda: tallies(names, month, By.UNIT)),
        ("month, by county", lambda: tallies(names, month, By.COUNTY)),
        ("month, days by unit", lambda: days(month, By.UNIT)),
        ("hot topics", lambda: hot_topics(month)),
        ("shortage board", lambda: shortages(month)),
        (
            "year, trend",
            lambda: tallies(["received", "ended", "solved", "satisfied"], year, By.MONTH),
        ),
        ("year, all numbers by unit", lambda: tallies(names, year, By.UNIT)),
        ("year, city, by topic", lambda: tallies(names, Account(city, year.start, end, end), By.TOPIC)),
        ("year, days by unit", lambda: days(year, By.UNIT)),
        *[(f"year, {name}", lambda name=name: tallies([name], year, By.UNIT)) for name in names],
    ]
    for title, run in shown:
        times, spent = [], []
        for _ in range(RUNS):
            began, cpu = time.perf_counter(), time.process_time()
            run()
            times.append(time.perf_counter() - began)
            spent.append(time.process_time() - cpu)
        wall, cpu = 1000 * statistics.median(times), 1000 * statistics.median(spent)
        print(f"{title:28} {wall:7.0f} ms wall {cpu:7.0f} ms CPU", flush=True)


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
    opened = datetime(2020, 1, 1, 9, tzinfo=zone) + timedelta(minutes=chance.randrange(525_000))
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
