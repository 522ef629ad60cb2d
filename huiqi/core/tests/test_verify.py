import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from huiqi.core import audit
from huiqi.core.management.commands import audit as command
from huiqi.core.models import AuditRecord, Job
from huiqi.core.tests.make import Terminal, make_job
from huiqi.core.tests.trail_acts import AT, forge, record_acts
from huiqi.core.trail import guard, verification
from huiqi.core.trail.chain import FIELDS, START, canonical, link_digest
from huiqi.core.trail.reading import audit_trail
from huiqi.core.trail.sealer import seal_records
from huiqi.core.trail.verification import Broken, verify_trail

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def path(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(verification, "CHUNK", 2)
    settings.HUIQI_AUDIT_ANCHOR = tmp_path / "audit.log"
    return settings.HUIQI_AUDIT_ANCHOR


@pytest.fixture
def trail(path):
    """Five sealed records, anchored after the second, fourth and fifth."""
    for count in (2, 2, 1):
        record_acts(count)
        seal_records(at=AT)
    assert verify_trail(path).sealed == 5
    return path


def run(*argv):
    """`huiqi audit …` as the command line does; exit code, output, errors."""
    out, err = Terminal(), io.StringIO()
    code = 0
    try:
        command.Command(stdout=out, stderr=err, no_color=True).run_from_argv(["huiqi", "audit", *argv])
    except SystemExit as leaving:
        code = leaving.code
    return code, out.getvalue(), err.getvalue()


# --- every way to tamper is named -------------------------------------------------------------------


@pytest.mark.parametrize("column", [name for name in FIELDS if name not in ("id", "details", "at")])
def test_an_altered_record_is_found_whatever_was_altered(trail, column):
    third = AuditRecord.objects.order_by("pk")[2]
    forge(f"UPDATE core_auditrecord SET {column} = 'forged' WHERE id = %s", third.pk)
    with pytest.raises(Broken) as broken:
        verify_trail(trail)
    assert (broken.value.kind, broken.value.number) == ("record_altered", 3)
    assert str(third.pk) in broken.value.message


def test_altered_details_and_times_are_found(trail):
    third = AuditRecord.objects.order_by("pk")[2]
    forge("UPDATE core_auditrecord SET details = %s WHERE id = %s", '{"n": 9}', third.pk)
    with pytest.raises(Broken, match="第3环"):
        verify_trail(trail)
    forge(
        "UPDATE core_auditrecord SET details = %s, at = %s WHERE id = %s",
        '{"n": 0}',
        third.at + timedelta(microseconds=1),
        third.pk,
    )
    with pytest.raises(Broken, match="第3环"):
        verify_trail(trail)


NTH = "(SELECT record_id FROM core_auditlink WHERE number = %s)"
RECORD_GONE = f"DELETE FROM core_auditrecord WHERE id = {NTH}"
LINK_GONE = "DELETE FROM core_auditlink WHERE number = %s"
HEAD_BACK = (
    "UPDATE core_audithead SET number = 4, digest = (SELECT digest FROM core_auditlink WHERE number = 4)"
)
ALL_GONE = [(f"DELETE FROM core_{table}",) for table in ("auditlink", "auditrecord", "audithead")]
TAMPERED = {
    "a record gone": ([(RECORD_GONE, 3)], "record_missing", 3),
    "a link gone": ([(LINK_GONE, 3)], "link_missing", 3),
    "the first link gone": ([(LINK_GONE, 1)], "link_missing", 1),
    "the last link gone": ([(LINK_GONE, 5)], "link_missing", 5),
    "record and link gone": ([(RECORD_GONE, 3), (LINK_GONE, 3)], "link_missing", 3),
    "a digest": ([("UPDATE core_auditlink SET digest = 'x' WHERE number = 3",)], "record_altered", 3),
    "a previous": ([("UPDATE core_auditlink SET previous = 'x' WHERE number = 3",)], "link_altered", 3),
    "the head's digest": ([("UPDATE core_audithead SET digest = 'x'",)], "head_altered", 5),
    "the head moved back": ([(HEAD_BACK,)], "head_altered", 4),
    "the tail cut": ([(RECORD_GONE, 5), (LINK_GONE, 5), (HEAD_BACK,)], "tail_cut", 4),
    "everything gone": (ALL_GONE, "tail_cut", 0),
}


@pytest.mark.parametrize("forged", TAMPERED)
def test_the_first_broken_link_is_named(trail, forged):
    forgeries, kind, number = TAMPERED[forged]
    for sql, *params in forgeries:
        forge(sql, *params)
    with pytest.raises(Broken) as broken:
        verify_trail(trail)
    assert (broken.value.kind, broken.value.number) == (kind, number)


def test_a_chain_rewritten_from_a_forged_record_on_is_found_by_the_anchor(trail):
    forge("UPDATE core_auditrecord SET act = 'forged' WHERE id = " + NTH, 2)
    previous = START
    for number, record_id in enumerate(AuditRecord.objects.order_by("pk").values_list("pk", flat=True), 1):
        record = AuditRecord.objects.filter(pk=record_id).values(*FIELDS).get()
        digest = link_digest(previous, number, record)
        forge(
            "UPDATE core_auditlink SET previous = %s, digest = %s WHERE number = %s", previous, digest, number
        )
        previous = digest
    forge("UPDATE core_audithead SET digest = %s", previous)
    with pytest.raises(Broken) as broken:
        verify_trail(trail)
    assert (broken.value.kind, broken.value.number) == ("anchor_differs", 2)


def test_a_record_that_waits_and_is_deleted_is_missed(trail):
    (row,) = record_acts(1)
    forge("DELETE FROM core_auditrecord WHERE id = %s", row.pk)
    with pytest.raises(Broken, match=str(row.pk)) as broken:
        verify_trail(trail)
    assert broken.value.kind == "record_missing"


def test_a_record_taken_out_of_the_queue_is_found(trail):
    (row,) = record_acts(1)
    forge("DELETE FROM core_auditwaiting")
    with pytest.raises(Broken, match=str(row.pk)) as broken:
        verify_trail(trail)
    assert broken.value.kind == "stray"


def test_a_missing_trigger_is_found(trail):
    on = " ON core_auditrecord" if connection.vendor == "postgresql" else ""
    connection.cursor().execute(f"DROP TRIGGER core_auditrecord_no_update{on}")
    with pytest.raises(Broken, match="core_auditrecord_no_update"):
        verify_trail(trail)
    guard.install(connection)
    assert verify_trail(trail).sealed == 5


def without(path, *gone):
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for number, line in enumerate(lines, 1) if number not in gone))


def replace(path, old, new):
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        (lambda path: path.unlink(), "anchor_missing"),
        (lambda path: path.write_text(""), "anchor_short"),
        (lambda path: without(path, 3), "anchor_short"),
        (lambda path: without(path, 2), "anchor_altered"),
        (lambda path: without(path, 1), "anchor_altered"),
        (lambda path: path.write_bytes(path.read_bytes()[:-20]), "anchor_short"),
        (lambda path: replace(path, '"number":4', '"number":3'), "anchor_differs"),
        (lambda path: replace(path, '"number":5', '"number":6'), "tail_cut"),
        (lambda path: path.write_bytes(b"\x00\xff\n" * 9), "anchor_short"),
        (lambda path: (path.unlink(), path.mkdir()), "anchor_unreadable"),
    ],
)
def test_a_damaged_anchor_file_is_found(trail, damage, kind):
    damage(trail)
    with pytest.raises(Broken) as broken:
        verify_trail(trail)
    assert broken.value.kind == kind


# --- what is whole ----------------------------------------------------------------------------------


def test_a_whole_trail_tells_what_is_sealed_and_what_waits(trail):
    record_acts(3)
    seen = []
    found = verify_trail(trail, progress=seen.append)
    assert (found.sealed, found.waiting, found.anchor_lines) == (5, 3, 3)
    assert seen == [2, 4]


def test_the_number_of_queries_does_not_grow_with_what_was_sealed(trail, assert_queries, monkeypatch):
    monkeypatch.setattr(verification, "CHUNK", 1000)
    for _ in range(2):
        with assert_queries(9):
            verify_trail(trail)
        record_acts(20)
        seal_records(at=AT)


def test_a_column_added_later_does_not_change_what_older_records_say():
    record = {
        "id": 7, "act": "甲", "actor_id": "", "on_behalf_id": "", "subject_type": "", "subject_id": "",
        "result": "done", "details": {"b": 1, "a": None}, "at": datetime(2020, 2, 9, tzinfo=UTC),
    }  # fmt: skip
    assert canonical(record) == (
        '{"act":"\\u7532","at":"2020-02-09T00:00:00.000000+00:00","details":{"a":null,"b":1},"id":7,"result":"done"}'
    )
    assert link_digest(START, 1, record) == link_digest(START, 1, {**record, "later": ""})


# --- the command ------------------------------------------------------------------------------------


def test_the_command_exits_with_1_and_names_what_is_broken(trail):
    forge("DELETE FROM core_auditlink WHERE number = 3")
    code, out, err = run("verify")
    assert (code, out, err) == (1, "", "审计链第3环缺失。\n")
    code, out, err = run("verify", "--json")
    assert (code, json.loads(out)["kind"], json.loads(out)["number"]) == (1, "link_missing", 3)
    assert "Traceback" not in err


def test_the_command_seals_and_verifies(path):
    record_acts(2)
    assert run("seal")[:2] == (0, "本次封存2条，审计链共2环。\n")
    code, out, _ = run("verify")
    assert code == 0
    assert out.startswith("审计记录完好：已封存2条，等待封存0条，锚定文件1行。")
    assert json.loads(run("verify", "--json")[1])["ok"] is True


def test_a_copy_of_the_anchor_kept_elsewhere_can_be_held_against_the_chain(trail, tmp_path):
    copy = tmp_path / "copy.log"
    copy.write_bytes(trail.read_bytes())
    assert run("verify", "--anchor", str(copy))[0] == 0
    copy.write_text(copy.read_text().replace('"number":5', '"number":7'))
    assert run("verify", "--anchor", str(copy))[0] == 1


def test_a_lost_anchor_is_begun_anew_only_on_demand(trail):
    trail.unlink()
    code, _, err = run("seal")
    assert (code, "--new-anchor" in err) == (1, True)
    assert run("seal", "--new-anchor")[0] == 0
    assert run("verify")[0] == 0


def test_a_standing_sealer_goes_on_after_a_fault(monkeypatch, path):
    turns = []

    def turn(**more):
        turns.append(1)
        if len(turns) == 1:
            raise OSError("disk full")
        if len(turns) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(command, "seal_records", turn)
    monkeypatch.setattr(command.time, "sleep", lambda seconds: None)
    with pytest.raises(KeyboardInterrupt):
        call_command("audit", "seal", "--every", "1")
    assert len(turns) == 3


def test_the_sealed_trail_can_be_written_out_and_checked_elsewhere(trail, tmp_path):
    record_acts(1)
    out = tmp_path / "trail.jsonl"
    assert json.loads(run("export", str(out), "--json")[1])["records"] == 5
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["number"] for row in rows] == [1, 2, 3, 4, 5]
    previous = START
    for row in rows:
        record = {**dict.fromkeys(FIELDS, ""), **row["record"]}
        assert link_digest(previous, row["number"], record) == row["digest"]
        previous = row["digest"]
    code, _, err = run("export", str(out))
    assert (code, "已经存在" in err) == (1, True)
    code, _, err = run("export", str(tmp_path / "no" / "folder"))
    assert (code, "无法写入" in err) == (1, True)


# --- reading ----------------------------------------------------------------------------------------


def test_the_trail_is_read_by_act_person_subject_and_time_newest_first():
    one, other = make_job(), make_job()
    with transaction.atomic():
        first = audit.record("job.started", one, actor=other)
        second = audit.record("job.cancelled", one, actor=one, on_behalf=other, result="refused")
        third = audit.record("job.started", other, actor=one)
    assert list(audit_trail()) == [third, second, first]
    assert list(audit_trail(act="job.started")) == [third, first]
    assert list(audit_trail(actor_id=one.public_id)) == [third, second]
    assert list(audit_trail(subject=one)) == [second, first]
    assert list(audit_trail(subject=Job)) == [third, second, first]
    assert list(audit_trail(since=second.at, until=third.at)) == [second]
    assert (second.on_behalf_id, second.result, first.result) == (other.public_id, "refused", "done")


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        ({}, "audit_by_time"),
        ({"act": "x"}, "audit_by_act"),
        ({"actor_id": "x"}, "audit_by_actor"),
        ({"subject": Job(public_id="x")}, "audit_by_subject"),
    ],
)
def test_reading_the_trail_uses_an_index_and_sorts_nothing(filters, index):
    if connection.vendor == "sqlite":
        plan = audit_trail(**filters).explain()
        assert index in plan
        assert "TEMP B-TREE" not in plan
        return
    with transaction.atomic(), connection.cursor() as cursor:
        # The table is small here: what the planner would do were it large.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        plan = audit_trail(**filters)[:50].explain()
    assert index in plan
    assert "Sort" not in plan
