"""The debtors' ledger: said every month, nought by an act, chased when missing, summed by place."""

import io
from datetime import date
from typing import Any

import pytest

from huiqi.accounts.tests.make import make_office
from huiqi.arrears.commands.ledger import (
    chase_ledger,
    fault_of,
    file_many,
    file_month,
    put_on_ledger,
    set_target,
)
from huiqi.arrears.models import LedgerUnit, MonthReport, MonthRow, YearTarget
from huiqi.arrears.queries.ledger import (
    burn_down,
    due_of,
    missing_of,
    newest_month,
    places,
    unit_months,
    whole,
)
from huiqi.arrears.tables import columns, read_ledger, rows_of
from huiqi.arrears.tests.make import (
    FEBRUARY,
    JANUARY,
    WAN,
    figures,
    make_bureau,
    make_clerk,
    make_ledger_unit,
    make_report,
)
from huiqi.cases.tests.make import at, make_officer
from huiqi.core.errors import Refused, VersionConflict
from huiqi.files.tables.problems import TableRefused
from huiqi.files.xlsx_writer import write_xlsx
from huiqi.messages.models import Notice

pytestmark = [pytest.mark.django_db, pytest.mark.both]
TODAY = date(2020, 3, 2)


def refused(code: str) -> Any:
    """The command says no with this code."""
    return pytest.raises(Refused, check=lambda error: error.code == code)


def file(duty: LedgerUnit, month: date, *rows: Any, **more: Any) -> MonthReport:
    given = {"actor": make_clerk(duty.unit), "today": TODAY, "at": at(), **more}
    return file_month(duty, month, rows, **given)


# --- who reports ----------------------------------------------------------------------------------


def test_nobody_is_put_on_the_ledger_without_a_document_or_by_another_region() -> None:
    bureau = make_bureau()
    how: dict[str, Any] = {"first_month": JANUARY, "today": TODAY, "at": at()}
    with refused("arrears.no_document"):
        put_on_ledger(bureau, document=" ", actor=make_officer("liuyang"), **how)
    with refused("arrears.not_your_unit"):
        put_on_ledger(bureau, document="文件1号", actor=make_officer("xiangtan"), **how)
    assert not LedgerUnit.objects.exists()


def test_months_are_in_order() -> None:
    how: dict[str, Any] = {"document": "文件1号", "actor": make_officer(), "today": TODAY, "at": at()}
    with refused("arrears.months_wrong"):
        put_on_ledger(make_bureau(), first_month=FEBRUARY, last_month=JANUARY, **how)


# --- a month --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "month"),
    [
        ("arrears.month_not_over", date(2020, 3, 1)),
        ("arrears.month_not_due", date(2019, 12, 1)),
    ],
)
def test_only_months_that_are_over_and_due_are_filed(code: str, month: date) -> None:
    with refused(code):
        file(make_ledger_unit(), month, figures())


def test_silence_is_no_zero_report_and_figures_are_none_either() -> None:
    duty = make_ledger_unit()
    with refused("arrears.nothing_said"):
        file(duty, FEBRUARY)
    with refused("arrears.zero_with_rows"):
        file(duty, FEBRUARY, figures(), is_zero=True)
    assert file(duty, FEBRUARY, is_zero=True).is_zero


@pytest.mark.parametrize(
    "wrong",
    [
        {"bands": (1, 0, 0, 0)},
        {"paid": 51 * WAN, "bands": (0, 0, 0, 0)},
        {"count": 0},
        {"count": -1},
        {"kind": "loans"},
    ],
)
def test_a_row_that_does_not_add_up_is_refused(wrong: dict[str, Any]) -> None:
    row = figures(**wrong) if "paid" not in wrong else figures(50 * WAN, **wrong)
    assert fault_of(row) is not None
    with refused("arrears.row_wrong"):
        file(make_ledger_unit(), FEBRUARY, row)
    assert fault_of(figures()) is None


def test_two_people_do_not_overwrite_each_others_month() -> None:
    duty = make_ledger_unit()
    first = file(duty, FEBRUARY, figures())
    with pytest.raises(VersionConflict):
        file(duty, FEBRUARY, is_zero=True)
    again = file(duty, FEBRUARY, figures(60 * WAN), expected=first.version)
    assert (again.pk, again.rows.get().amount) == (first.pk, 60 * WAN)


# --- missing --------------------------------------------------------------------------------------


def test_a_month_is_due_some_working_days_after_its_end() -> None:
    assert newest_month(TODAY) == FEBRUARY
    # 29 February 2020 is a Saturday: 2, 3, 4, 5 and 6 March
    assert due_of(FEBRUARY, TODAY).due == date(2020, 3, 6)
    # as lengthened on 27 January: the offices began again on 3 February
    assert due_of(JANUARY, TODAY).due == date(2020, 2, 7)


def test_the_oldest_month_nobody_reported_is_missing() -> None:
    duty = make_ledger_unit()
    assert missing_of(LedgerUnit.objects.all(), TODAY) == [(duty, JANUARY)]
    make_report(duty, JANUARY, is_zero=True)
    assert missing_of(LedgerUnit.objects.all(), TODAY) == [(duty, FEBRUARY)]
    make_report(duty, FEBRUARY, is_zero=True)
    assert missing_of(LedgerUnit.objects.all(), TODAY) == []


def test_only_what_is_past_due_is_chased_once_and_settled_by_the_report() -> None:
    duty = make_ledger_unit()
    clerk = make_clerk(duty.unit)
    assert chase_ledger(at=at("2020-02-07", "18:00")) == {"units": 0, "people": 0}
    for _again in range(2):
        assert chase_ledger(at=at("2020-02-10")) == {"units": 1, "people": 1}
    (notice,) = Notice.objects.filter(user=clerk, kind="arrears.ledger_missing")
    assert notice.settled_at is None
    make_report(duty, JANUARY)
    notice.refresh_from_db()
    assert notice.settled_at is not None


# --- sums and scope -------------------------------------------------------------------------------


def test_an_office_sees_its_region_and_a_unit_itself_alone() -> None:
    here, there = make_ledger_unit(), make_ledger_unit(make_bureau(region="430300"))
    seen = LedgerUnit.objects.visible_to
    assert list(seen(make_officer("liuyang"), TODAY)) == [here]
    assert list(seen(make_officer("xiangtan"), TODAY)) == [there]
    assert seen(make_officer("province"), TODAY).count() == 2
    assert list(seen(make_clerk(there.unit), TODAY)) == [there]
    assert not LedgerUnit.objects.kept_by(make_clerk(there.unit), TODAY).exists()


def test_only_what_was_reported_is_summed_by_county_and_city() -> None:
    one = make_ledger_unit()
    make_ledger_unit()
    other = make_ledger_unit(make_bureau(region="430121"))
    make_report(one, FEBRUARY, figures(50 * WAN, 20 * WAN), figures(10 * WAN, 0, "goods"))
    make_report(other, FEBRUARY, is_zero=True)
    rows = unit_months(LedgerUnit.objects.all(), FEBRUARY)
    found = {place.code: place for place in places(rows, "county")}
    assert (found["430181"].reported, len(found["430181"].units)) == (1, 2)
    assert found["430181"].figures.remaining == 40 * WAN
    (city,) = places(rows, "city")
    assert (city.code, city.reported, city.figures.paid) == ("430100", 2, 20 * WAN)
    assert whole(rows).figures.bands == (40 * WAN, 0, 0, 0)


def test_months_are_read_in_the_same_number_of_queries_however_many_units(assert_queries: Any) -> None:
    for _unit in range(4):
        make_report()
    with assert_queries(3):
        unit_months(LedgerUnit.objects.all(), FEBRUARY)


# --- the target -----------------------------------------------------------------------------------


def test_a_target_has_its_document_and_fits_the_start() -> None:
    office, actor = make_office("liuyang"), make_officer()
    how: dict[str, Any] = {"actor": actor, "at": at()}
    with refused("arrears.no_document"):
        set_target(office, 2020, start=WAN, to_clear=WAN, document="", **how)
    with refused("arrears.target_wrong"):
        set_target(office, 2020, start=WAN, to_clear=2 * WAN, document="文件1号", **how)
    for start in (3 * WAN, 6 * WAN):
        set_target(office, 2020, start=start, to_clear=WAN, document="文件1号", **how)
    assert YearTarget.objects.get().start == 6 * WAN


def test_the_burn_down_shows_what_was_reported_and_a_plan_only_with_a_target() -> None:
    make_report(None, FEBRUARY, figures(50 * WAN, 20 * WAN))
    units = LedgerUnit.objects.all()
    points = burn_down(units, 2020, TODAY, None)
    assert [point.remaining for point in points] == [None, 30 * WAN, *[None] * 10]
    assert {point.planned for point in points} == {None}
    target = YearTarget(start=120 * WAN, to_clear=60 * WAN)
    planned = [point.planned for point in burn_down(units, 2020, TODAY, target)]
    assert (planned[0], planned[-1]) == (115 * WAN, 60 * WAN)


# --- the table ------------------------------------------------------------------------------------


def workbook(*rows: tuple[object, ...]) -> io.BytesIO:
    """A table as the export writes it; amounts are fen."""
    file = io.BytesIO()
    write_xlsx(file, columns(), rows, watermark="水印：测试")
    file.seek(0)
    return file


def test_a_table_without_its_columns_is_refused() -> None:
    with pytest.raises(TableRefused):
        read_ledger(io.BytesIO("单位,类别\n甲,工程\n".encode()), {})


def test_every_fault_is_named_with_its_cell_and_nothing_of_it_is_taken() -> None:
    duty = make_ledger_unit(make_bureau("演示住建局"))
    wrong = workbook(
        ("别的局", "工程", 1, 100, 0, 100, 100, 0, 0, 0, "否"),
        ("演示住建局", "贷款", 1, 100, 0, 100, 100, 0, 0, 0, "否"),
        ("演示住建局", "工程", 1, 100, 0, 100, 99, 0, 0, 0, "否"),
        ("演示住建局", "货物", 1, 100, 0, 100, 100, 0, 0, 0, "否"),
        ("演示住建局", "货物", 1, 100, 0, 100, 100, 0, 0, 0, "否"),
        ("演示住建局", None, None, None, None, None, None, None, None, None, "是"),
    )
    given = read_ledger(wrong, {"演示住建局": duty})
    assert [problem.kind for problem in given.problems] == [
        "arrears.no_such_unit",
        "arrears.kind_wrong",
        "arrears.row_wrong",
        "arrears.kind_twice",
        "arrears.zero_with_rows",
    ]
    assert {problem.row for problem in given.problems} == {3, 4, 5, 7, 8}
    assert "第3行A列" in str(given.problems[0].place)


def test_what_is_exported_can_be_taken_in_again() -> None:
    one, two, silent = (make_ledger_unit(make_bureau(name)) for name in ("演示甲局", "演示乙局", "演示丙局"))
    make_report(one, FEBRUARY, figures(50 * WAN, 20 * WAN), figures(10 * WAN + 1, 0, "goods"))
    make_report(two, FEBRUARY, is_zero=True)
    file = workbook(*rows_of(unit_months(LedgerUnit.objects.all(), FEBRUARY)))
    units = {duty.unit.name: duty for duty in (one, two, silent)}
    given = read_ledger(file, units)
    assert given.problems == []
    actor = make_officer("province")
    done = file_many(
        FEBRUARY,
        given.reports(units),
        own=frozenset(),
        actor=actor,
        today=TODAY,
        at=at("2020-03-02", "11:00"),
    )
    assert done == 2 and MonthReport.objects.filter(is_on_behalf=True).count() == 2
    amounts = MonthRow.objects.filter(report__duty=one).order_by("amount").values_list("amount", flat=True)
    assert list(amounts) == [10 * WAN + 1, 50 * WAN]
