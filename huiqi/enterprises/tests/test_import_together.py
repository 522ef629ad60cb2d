"""Two people import the same firms at the same moment: nothing is lost, nothing doubled, nobody stuck."""

import pytest
from django.db import connection

from huiqi.core.jobs import KINDS
from huiqi.enterprises.commands import imports as imports_module
from huiqi.enterprises.commands.imports import IMPORT
from huiqi.enterprises.models import Enterprise, ImportRun, Statement
from huiqi.enterprises.queries import imports as reading
from huiqi.enterprises.tests.make import make_code
from huiqi.enterprises.tests.tables import firm_row
from huiqi.enterprises.tests.test_import_killed import make_run
from huiqi.reference.commands import load_reference
from tests.harness.together import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    load_reference(province="430000")
    monkeypatch.setattr(reading, "BATCH", 7)


def work(run: ImportRun) -> None:
    for _progress in KINDS[IMPORT]({"run": run.public_id}):
        pass


def test_the_same_new_firms_from_two_sides_come_once():
    first, second = make_run(40, bad=0), make_run(40, bad=0)
    assert together(lambda: work(first), lambda: work(second)) == [None, None]
    first.refresh_from_db()
    second.refresh_from_db()
    assert Enterprise.objects.count() == 40
    assert first.accepted + second.accepted == 40
    assert first.unchanged + second.unchanged == 40
    assert Statement.objects.count() == 40 * 5


def test_rows_in_opposite_order_do_not_lock_each_other_out():
    first = make_run(42, bad=0)
    work(first)
    changed = [firm_row(number, **{"从业人员期末人数": 50}) for number in range(1, 43)]
    second = make_run(42, bad=0, rows=changed)
    third = make_run(42, bad=0, rows=[[*row[:4], 60, *row[5:]] for row in reversed(changed)])
    assert together(lambda: work(second), lambda: work(third)) == [None, None]
    figures = Statement.objects.filter(fact="employees").order_by("number").values_list("number", flat=True)
    assert list(figures) == [35] * 42 + [50] * 42 + [60] * 42
    assert set(Enterprise.objects.values_list("employees", flat=True)) <= {50, 60}


def test_a_firm_entered_by_hand_while_its_row_is_being_written_is_updated_instead(monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets nobody write meanwhile")
    run = make_run(3, bad=0)
    write, tries = imports_module.write, []

    def enter_by_hand():
        name = "演示第2号防护用品厂"
        Enterprise.objects.create(name=name, initials="ysd2h", credit_code=make_code(2))

    def late(*args):
        if not tries:
            tries.append(1)
            together(enter_by_hand)
        return write(*args)

    monkeypatch.setattr(imports_module, "write", late)
    work(run)
    run.refresh_from_db()
    assert (run.accepted, run.updated, run.rejected) == (2, 1, 0)
    assert Enterprise.objects.count() == 3
