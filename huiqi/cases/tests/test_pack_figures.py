"""Packed rows say what cases, orders and clocks say: of random cases, after every change, and meanwhile."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from huiqi.accounts.scope import Area, Scope
from huiqi.accounts.tests.make import make_office
from huiqi.cases import figure_watch
from huiqi.cases.commands import figures as packing
from huiqi.cases.commands.figures import check_figures, pack_figures, plain
from huiqi.cases.models import Case, Clock, FigureBlock, FigureChange, Order
from huiqi.cases.packed import dump, load, pack
from huiqi.cases.queries import figure_rows
from huiqi.cases.queries.figure_counts import By, cases_in
from huiqi.cases.queries.figure_rows import steps
from huiqi.cases.queries.figure_tables import days, rows_for, tallies
from huiqi.cases.queries.figures import NUMBERS, Account, Base, midnight
from huiqi.cases.tests.direct_figures import account_rows, direct, direct_days
from huiqi.cases.tests.make import at, load_shipped
from huiqi.cases.workflow import Channel, Ending, Word

pytestmark = [pytest.mark.django_db, pytest.mark.both]
WHOLE = Scope((Area(region=""),))
CITY = Scope((Area(region="4301", excluded=("430182",)), Area(region="430381")))
COUNTIES = ("430181", "430182", "430121", "430381", "433130", "")
FEW = 8  # cases in a block, so that a test has several


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Blocks of a few cases."""
    monkeypatch.setattr(figure_rows, "CASES_PER_BLOCK", FEW)
    monkeypatch.setattr(packing, "CASES_PER_BLOCK", FEW)


def accounts() -> list[Account]:
    """A month and a year, the province, a part of it, one item and channel, at the end and half way."""
    year = midnight(date(2019, 7, 1)), midnight(date(2020, 7, 1))
    month = midnight(date(2020, 2, 1)), midnight(date(2020, 3, 1))
    return [
        Account(WHOLE, *year, at("2020-07-02")),
        Account(WHOLE, *month, at("2020-02-14")),
        Account(CITY, *year, at("2020-02-14")),
        Account(WHOLE, *year, at("2020-07-02"), (("item", "shortage"), ("channel", "phone"))),
        Account(WHOLE, *month, at("2020-07-02"), (("prefecture", "430181"),)),
        Account(Scope(), *month, at("2020-07-02")),
    ]


def agree(everything: list[Account] | None = None) -> None:
    """Every number, by everything, in every account: the packed rows say what the database counts."""
    for account in everything or accounts():
        for by in (None, *By):
            found, spent = tallies(NUMBERS, account, by), days(account, by)
            for name in NUMBERS:
                parts = {key: tally.parts for key, tally in found[name].items()}
                assert parts == direct(name, account, by), (name, by, account)
            wanted = direct_days(account, by) | direct_days(account)
            assert {key: each.count for key, each in spent.items()} == {
                key: len(minutes) for key, minutes in wanted.items()
            }


class Maker:
    """Cases, orders and clocks of any kind that the database allows, in bulk."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.edition = load_shipped()["request"]
        self.units = [make_office("liuyang"), make_office("changsha"), make_office("xiangtan")]

    def when(self) -> datetime:
        """An instant of fifteen months, often the first or last of one."""
        if self.dice.random() < 0.2:
            moment = midnight(date(2020, self.dice.randint(1, 6), 1))
            return moment - timedelta(microseconds=self.dice.randint(0, 1))
        return midnight(date(2019, 5, 1)) + timedelta(minutes=self.dice.randrange(650_000))

    def case(self) -> Case:
        """A case with some orders and clocks."""
        dice, opened = self.dice, self.when()
        word = dice.choice(Word.values)
        endings = [
            each for each in Ending if each not in {Ending.MERGED, Ending.SOLVED, Ending.PARTLY_SOLVED}
        ]
        solved = {Word.SOLVED: Ending.SOLVED, Word.PARTLY: Ending.PARTLY_SOLVED}.get(Word(word))
        is_over = dice.random() < 0.7
        unit = dice.choice(self.units)
        case = Case.objects.create(
            number=f"{dice.randrange(10**10):010d}",
            edition=self.edition,
            item=dice.choice(["request", "shortage"]),
            topic=dice.choice(["work", "tax"]),
            credit_code=dice.choice(["", "91430181MA4L1XXX0A", "91430181MA4L1XXX0B"]),
            requester_phone=dice.choice(["", "13800000001", "13800000002"]),
            prefecture=dice.choice(COUNTIES),
            title="测试",
            text="",
            channel=dice.choice(Channel.values),
            state="ended" if is_over else "handling",
            desk=unit,
            lead=dice.choice([None, *self.units]),
            round=dice.choice([1, 1, 2]),
            opened_at=opened,
            ended_at=self.when() if is_over else None,
            ending=(solved or dice.choice(endings)) if is_over else "",
            word=word,
            rating=dice.choice([None, 1, 2, 3, 5]),
            excluded_at=dice.choice([None, None, opened]),
        )
        for place, part in enumerate(("lead", "co")):
            self._order(case, part, self.units[place])
        return case

    def _order(self, case: Case, part: str, unit: Any) -> None:
        dice = self.dice
        state = dice.choice(["answered", "returned", "cancelled", "signed"])
        order = Order.objects.create(
            case=case,
            unit=unit,
            part=part,
            round=1,
            state=state,
            return_reason="not_ours" if state == "returned" else "",
            sent_at=self.when(),
            signed_at=dice.choice([None, case.opened_at]),
            contacted_at=dice.choice([None, case.opened_at]),
        )
        for stage in ("sign", "contact", "handle"):
            due, stopped = self.when(), dice.choice([None, self.when()])
            Clock.objects.create(
                case=case,
                order=order,
                stage=stage,
                unit=unit,
                round=dice.choice([1, 1, 2]),
                limit_amount=3,
                limit_unit=dice.choice(["working_days", "hours"]),
                extensions=dice.choice([[], [], [3]]),
                is_reference=dice.random() < 0.1,
                started_at=case.opened_at,
                stopped_at=stopped,
                due_at=due,
                original_due_at=due,
                is_paused=dice.random() < 0.2,
                was_late=None if stopped is None else dice.random() < 0.5,
                used_minutes=None if stopped is None else dice.choice([None, 30, 420, 421, 2000]),
                known_on=date(2020, 1, 1),
            )

    def change(self) -> None:
        """One of the things that happen to a case, straight in the database."""
        dice = self.dice
        case = dice.choice(list(Case.objects.order_by("pk")))
        mine = Case.objects.filter(pk=case.pk)
        acts = (
            lambda: mine.update(excluded_at=at("2020-02-20")),
            lambda: mine.update(topic=dice.choice(["work", "tax"]), prefecture=dice.choice(COUNTIES)),
            lambda: mine.update(opened_at=self.when(), round=3),
            lambda: mine.update(state="handling", ended_at=None, ending=""),
            lambda: case.orders.update(state="answered", contacted_at=self.when()),
            lambda: case.clocks.update(due_at=self.when(), extensions=[2], is_paused=False),
            lambda: case.clocks.filter(stopped_at=None).update(stopped_at=self.when(), was_late=True),
            self.case,
            lambda: case.clocks.first() and case.clocks.first().delete(),
        )
        dice.choice(acts)()


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_packed_rows_say_what_the_database_counts_before_and_after_every_change(seed):
    made = Maker(seed)
    for _turn in range(24):
        made.case()
    agree()
    assert pack_figures()["blocks"] > 2
    assert not FigureChange.objects.exists()
    agree()
    for turn in range(8):
        made.change()
        agree(accounts()[turn % 3 : turn % 3 + 1])
        if turn % 4 == 3:
            pack_figures()
            assert check_figures()["wrong"] == 0
    agree()


def test_the_cases_behind_a_part_are_those_the_database_finds():
    made = Maker(3)
    for _turn in range(20):
        made.case()
    pack_figures()
    account = accounts()[0]
    for name, number in NUMBERS.items():
        rows = rows_for([name], account)
        own = "pk" if number.base in {Base.OPENED, Base.ENDED} else "case_id"
        every = set(account_rows(number.base, account).values_list(own, flat=True))
        assert set(cases_in(number, "", account, rows)) == every, name


def test_a_change_of_what_no_figure_counts_is_not_noted():
    case = Maker(4).case()
    pack_figures()
    Case.objects.filter(pk=case.pk).update(title="改过的标题", version=9)
    case.save()
    assert not FigureChange.objects.exists()
    Case.objects.filter(pk=case.pk).update(rating=4)
    assert FigureChange.objects.get().case_id == case.pk


def test_an_order_or_clock_that_goes_over_to_another_case_changes_both():
    made = Maker(5)
    one, other = made.case(), made.case()
    pack_figures()
    Clock.objects.filter(pk=one.clocks.filter(stage="sign").first().pk).update(case=other, order=None)
    assert set(FigureChange.objects.values_list("case_id", flat=True)) == {one.pk, other.pk}
    agree()


def test_nothing_is_packed_twice_and_what_is_packed_stays_until_something_changes():
    made = Maker(6)
    for _turn in range(10):
        made.case()
    pack_figures()
    before = list(FigureBlock.objects.order_by("pk").values_list("pk", "version"))
    assert pack_figures() == {"changed": 0, "blocks": 0}
    assert list(FigureBlock.objects.order_by("pk").values_list("pk", "version")) == before


def test_a_change_while_a_block_is_made_stays_noted(monkeypatch):
    made = Maker(7)
    case = made.case()
    read = figure_rows.read_rows

    def read_then_change(*args: Any, **kwargs: Any) -> Any:
        found = read(*args, **kwargs)
        Case.objects.filter(pk=case.pk).update(rating=1 + Random(made.dice.random()).randrange(5))
        return found

    monkeypatch.setattr(packing, "read_rows", read_then_change)
    pack_figures()
    monkeypatch.undo()
    monkeypatch.setattr(figure_rows, "CASES_PER_BLOCK", FEW)
    assert FigureChange.objects.filter(case_id=case.pk).exists()
    agree(accounts()[:2])


def test_of_two_who_make_a_block_the_later_gives_way_and_the_cases_stay_noted(monkeypatch):
    made = Maker(8)
    case = made.case()
    pack_figures()
    Case.objects.filter(pk=case.pk).update(rating=2, word=Word.SOLVED)
    write = packing._write

    def overtaken(number: int, base: Base, *rest: Any) -> bool:
        FigureBlock.objects.filter(number=number, base=base).update(version=99)
        return write(number, base, *rest)

    monkeypatch.setattr(packing, "_write", overtaken)
    assert pack_figures()["blocks"] == 0
    assert FigureChange.objects.exists()
    agree(accounts()[:1])


def test_blocks_of_other_definitions_count_for_nothing():
    made = Maker(9)
    for _turn in range(10):
        made.case()
    pack_figures()
    FigureBlock.objects.update(rules="earlier", content=b"")
    agree(accounts()[:2])
    assert pack_figures()["blocks"] > 0
    agree(accounts()[:2])


def test_a_lost_trigger_is_put_back_and_all_blocks_are_forgotten():
    Maker(10).case()
    pack_figures()
    figure_watch.install(connection)
    assert FigureBlock.objects.exists()
    with connection.cursor() as cursor:
        present = figure_watch._present(connection.vendor, cursor)
        name = sorted(present)[0]
        on = f" ON {present[name]}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {name}{on}")
    figure_watch.install(connection)
    with connection.cursor() as cursor:
        assert figure_watch._present(connection.vendor, cursor).keys() == present.keys()
    assert not FigureBlock.objects.exists()
    agree(accounts()[:1])


def test_a_block_that_says_something_else_is_told(capsys):
    made = Maker(11)
    for _turn in range(FEW * 2):
        made.case()
    pack_figures()
    call_command("cases", "figures", "--check")
    block = FigureBlock.objects.filter(base=Base.OPENED, first_month__isnull=False).order_by("number").first()
    other = load(block.header, bytes(block.content))
    other.columns["value"][0] ^= 1
    header, content = dump(other)
    FigureBlock.objects.filter(pk=block.pk).update(header=header, content=content)
    assert check_figures()["wrong"] == 1
    with pytest.raises(SystemExit):
        call_command("cases", "figures", "--check")
    call_command("cases", "figures", "--everything")
    assert check_figures()["wrong"] == 0


def test_a_packed_row_comes_back_as_it_was():
    rows = [
        (0, 5, 24242, None, "430181\t", "request\twork", "web"),
        (70_000, 1_000_000, 24243, 7, "\t3", "shortage\tmask", "phone"),
    ]
    packed = pack(rows, {"when": [-5, 2**62]})
    header, content = dump(packed)
    assert plain(load(header, memoryview(content))) == plain(packed)
    assert pack([], {}).count == 0


def test_every_parts_place_fits_and_no_two_rows_of_different_parts_look_alike():
    for base in Base:
        weights = steps(base)
        biggest = sum(weight * (size - 1) for weight, size in weights.values())
        assert biggest < 2**32
        for weight, size in weights.values():
            assert [place * weight // weight % size for place in range(size)] == list(range(size))
