import pytest
from django.db import transaction

from huiqi.core import audit
from huiqi.core.models import AuditRecord, Job, Unalterable
from huiqi.core.tests.make import make_job

pytestmark = pytest.mark.django_db


def test_a_record_outside_a_transaction_is_a_programming_error(transactional_db):
    with pytest.raises(RuntimeError, match="inside the command's transaction"):
        audit.record("job.started", None, actor=None)
    assert not AuditRecord.objects.exists()


def test_a_record_goes_when_its_act_is_rolled_back(transactional_db):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.record("job.started", make_job(), actor=None)
        raise ZeroDivisionError
    assert not AuditRecord.objects.exists()
    assert not Job.objects.exists()


def test_a_record_names_subject_and_actor_by_opaque_ids():
    job, actor = make_job(), make_job()
    row = audit.record("job.started", job, actor=actor, kind="count", steps=3)
    row.refresh_from_db()
    assert (row.act, row.subject_type, row.subject_id) == ("job.started", "core.job", job.public_id)
    assert (row.actor_id, row.details) == (actor.public_id, {"kind": "count", "steps": 3})
    assert str(row) == f"job.started {job.public_id}"


def test_a_visitor_and_no_subject_leave_the_columns_empty():
    row = audit.record("check.started", None, actor=None)
    assert (row.actor_id, row.subject_type, row.subject_id) == ("", "", "")


@pytest.mark.parametrize(
    "alter",
    [
        lambda row: row.save(),
        lambda row: row.delete(),
        lambda row: AuditRecord.objects.update(act="x"),
        lambda row: AuditRecord.objects.filter(pk=row.pk).delete(),
        lambda row: AuditRecord.objects.all().delete(),
    ],
)
def test_a_record_is_never_changed_or_deleted(alter):
    row = audit.record("check.started", None, actor=None)
    with pytest.raises(Unalterable):
        alter(row)
    assert AuditRecord.objects.get().act == "check.started"
