import json
import stat
from datetime import timedelta
from threading import Event

import pytest
from django.db import IntegrityError, connection, transaction

from huiqi.core import audit
from huiqi.core.errors import Refused
from huiqi.core.models import AuditHead, AuditLink, AuditRecord, AuditWaiting, Unalterable
from huiqi.core.tests.trail_acts import AT, forge, record_acts
from huiqi.core.trail import anchor, guard, sealer
from huiqi.core.trail.sealer import renew_anchor, seal_records
from huiqi.core.trail.verification import verify_trail
from tests.harness.together import together

pytestmark = pytest.mark.django_db(transaction=True)
WRITES = ("INSERT", "UPDATE", "DELETE")


@pytest.fixture(autouse=True)
def path(settings, tmp_path):
    settings.HUIQI_AUDIT_ANCHOR = tmp_path / "anchor" / "audit.log"
    return settings.HUIQI_AUDIT_ANCHOR


class CrashError(Exception):
    pass


def crash_at(write):
    """An execute wrapper that ends the program at the given write; None when there are fewer writes."""
    seen = 0

    def wrapper(execute, sql, params, many, context):
        nonlocal seen
        if sql.lstrip().upper().startswith(WRITES):
            seen += 1
            if seen == write:
                raise CrashError
        return execute(sql, params, many, context)

    return wrapper


# --- what the database refuses ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE core_auditrecord SET act = 'forged'",
        "DELETE FROM core_auditrecord",
        "UPDATE core_auditlink SET digest = 'forged'",
        "DELETE FROM core_auditlink",
    ],
)
def test_the_database_itself_refuses_to_change_or_delete_audit_rows(sql):
    record_acts(2)
    seal_records(at=AT)
    with pytest.raises(IntegrityError, match=guard.REFUSAL), transaction.atomic():
        connection.cursor().execute(sql)
    assert verify_trail(sealer.anchor_path()).sealed == 2


@pytest.mark.parametrize("table", guard.GUARDED)
def test_postgresql_refuses_to_empty_an_audit_table(table):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    record_acts(1)
    with pytest.raises(IntegrityError, match=guard.REFUSAL), transaction.atomic():
        connection.cursor().execute(f"TRUNCATE {table} CASCADE")


def test_sqlite_refuses_to_replace_an_audit_row():
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has INSERT OR REPLACE")
    (row,) = record_acts(1)
    with pytest.raises(IntegrityError, match=guard.REFUSAL):
        connection.cursor().execute(
            "INSERT OR REPLACE INTO core_auditrecord (id, act, actor_id, on_behalf_id, subject_type, "
            "subject_id, result, details, at) SELECT id, 'forged', actor_id, on_behalf_id, subject_type, "
            "subject_id, result, details, at FROM core_auditrecord WHERE id = %s",
            [row.pk],
        )


def test_a_link_is_never_changed_or_deleted_by_the_product_either():
    record_acts(1)
    seal_records(at=AT)
    link = AuditLink.objects.get()
    for act in (link.save, link.delete, AuditLink.objects.all().delete):
        with pytest.raises(Unalterable):
            act()


def test_all_triggers_are_there_after_the_migrations():
    assert guard.missing(connection) == []


def test_the_triggers_can_be_removed_and_put_back():
    guard.remove(connection)
    assert len(guard.missing(connection)) == len(guard._wanted(connection))
    guard.install(connection)
    guard.install(connection)
    assert guard.missing(connection) == []


# --- refusals of the sealer -------------------------------------------------------------------------


def test_a_missing_anchor_file_stops_the_sealer_until_somebody_has_looked(path):
    record_acts(2)
    seal_records(at=AT)
    path.unlink()
    record_acts(1)
    with pytest.raises(Refused) as refusal:
        seal_records(at=AT)
    assert refusal.value.code == "core.audit_anchor_short"
    assert "--new-anchor" in refusal.value.message
    assert AuditWaiting.objects.count() == 1
    assert renew_anchor(at=AT) is None
    assert seal_records(at=AT).number == 4  # the renewal is an act of its own
    assert verify_trail(path).anchor_lines == 1


def test_a_chain_shorter_than_the_anchor_stops_the_sealer(path):
    record_acts(3)
    seal_records(at=AT)
    forge("DELETE FROM core_auditlink WHERE number = 3")
    forge("DELETE FROM core_auditrecord WHERE id = (SELECT max(id) FROM core_auditrecord)")
    forge(
        "UPDATE core_audithead SET number = 2, digest = (SELECT digest FROM core_auditlink WHERE number = 2)"
    )
    record_acts(1)
    with pytest.raises(Refused) as refusal:
        seal_records(at=AT)
    assert refusal.value.code == "core.audit_chain_cut"
    aside = renew_anchor(at=AT)
    assert json.loads(aside.read_text())["number"] == 3
    assert seal_records(at=AT).number == 4
    assert verify_trail(path).sealed == 4


# --- sealing ----------------------------------------------------------------------------------------


def test_nothing_to_seal_is_no_link_and_no_anchor(path):
    assert (seal_records(at=AT).count, path.exists()) == (0, False)
    assert verify_trail(path).sealed == 0


def test_every_record_gets_one_link_that_holds_the_one_before(path):
    rows = record_acts(3)
    assert verify_trail(path).waiting == 3
    sealed = seal_records(at=AT)
    links = list(AuditLink.objects.order_by("number"))
    assert [link.record_id for link in links] == [row.pk for row in rows]
    assert [link.number for link in links] == [1, 2, 3]
    assert [link.previous for link in links[1:]] == [link.digest for link in links[:-1]]
    assert (sealed.count, sealed.number, sealed.digest) == (3, 3, links[-1].digest)
    assert not AuditWaiting.objects.exists()
    assert str(links[0]).startswith("1 ")


def test_each_sealing_leaves_one_line_outside_the_database(path):
    for day in range(3):
        record_acts(2)
        seal_records(at=AT + timedelta(days=day))
    seal_records(at=AT + timedelta(days=4))
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(line["line"], line["number"]) for line in lines] == [(1, 2), (2, 4), (3, 6)]
    assert lines[-1]["digest"] == AuditLink.objects.get(number=6).digest
    assert lines[1]["at"] == "2020-03-02T09:00:00+00:00"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_limit_leaves_the_rest_for_the_next_run(monkeypatch, path):
    monkeypatch.setattr(sealer, "BATCH", 2)
    record_acts(7)
    assert seal_records(at=AT, limit=3).count == 3
    assert seal_records(at=AT, limit=100).count == 4
    assert verify_trail(path).sealed == 7


def test_a_record_rolled_back_leaves_no_place_in_the_queue(path):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.record("test.act", None, actor=None)
        raise ZeroDivisionError
    record_acts(1)
    assert seal_records(at=AT).count == 1
    assert verify_trail(path).sealed == 1


def test_records_inserted_in_bulk_wait_too(path):
    AuditRecord.objects.bulk_create([AuditRecord(act="test.act") for _ in range(3)])
    assert seal_records(at=AT).count == 3


@pytest.mark.parametrize("write", range(1, 8))
def test_a_crash_at_any_write_leaves_a_whole_chain_that_goes_on(monkeypatch, path, write):
    monkeypatch.setattr(sealer, "BATCH", 2)
    record_acts(3)
    with connection.execute_wrapper(crash_at(write)):
        try:
            seal_records(at=AT)
        except CrashError:
            crashed = True
        else:
            crashed = False
    found = verify_trail(path)
    assert found.sealed + found.waiting == 3
    assert crashed or found.waiting == 0
    seal_records(at=AT)
    whole = verify_trail(path)
    assert (whole.sealed, whole.waiting) == (3, 0)
    assert anchor.last_mark(path).number == 3


def test_a_crash_between_chain_and_anchor_is_made_good_by_the_next_run(monkeypatch, path):
    record_acts(2)

    def crash(*args, **more):
        raise CrashError

    with monkeypatch.context() as patch:
        patch.setattr(anchor, "append_mark", crash)
        with pytest.raises(CrashError):
            seal_records(at=AT)
    assert verify_trail(path).sealed == 2
    assert seal_records(at=AT).count == 0
    assert anchor.last_mark(path).number == 2
    assert AuditHead.objects.get().anchor_lines == 1


def test_half_a_line_left_by_a_power_cut_is_skipped_and_written_again(path):
    record_acts(1)
    seal_records(at=AT)
    with path.open("ab") as file:
        file.write(b'{"line":2,"num')
    assert verify_trail(path).anchor_lines == 1
    record_acts(1)
    seal_records(at=AT)
    record_acts(1)
    seal_records(at=AT)
    assert verify_trail(path).anchor_lines == 3


# --- at the same moment -----------------------------------------------------------------------------


def test_two_sealers_at_once_make_one_chain(monkeypatch, path):
    monkeypatch.setattr(sealer, "BATCH", 3)
    for _ in range(3):
        record_acts(20)
        outcomes = together(*[lambda: seal_records(at=AT)] * 3)
        assert sum(outcome.count for outcome in outcomes) == 20, outcomes
    found = verify_trail(path)
    assert (found.sealed, found.waiting) == (60, 0)


def test_sealing_while_people_work_misses_nothing(path):
    together(lambda: record_acts(15), lambda: record_acts(15), *[lambda: seal_records(at=AT)] * 2)
    seal_records(at=AT)
    found = verify_trail(path)
    assert (found.sealed, found.waiting) == (30, 0)


def test_a_lower_id_committed_later_is_sealed_too(path):
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite one writer waits for the other, so that ids are committed in order")
    inserted, sealed = Event(), Event()

    def slow():
        with transaction.atomic():
            row = audit.record("test.slow", None, actor=None)
            inserted.set()
            assert sealed.wait(timeout=30)
        return row.pk

    def quick():
        assert inserted.wait(timeout=30)
        (row,) = record_acts(1)
        count = seal_records(at=AT).count
        sealed.set()
        return row.pk, count

    slow_pk, (quick_pk, count) = together(slow, quick)
    assert slow_pk < quick_pk
    assert count == 1
    assert seal_records(at=AT).count == 1
    assert list(AuditLink.objects.order_by("number").values_list("record_id", flat=True)) == [
        quick_pk,
        slow_pk,
    ]
    assert verify_trail(path).sealed == 2
