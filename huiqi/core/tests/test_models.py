import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, models

from huiqi.accounts.tests.make import make_user
from huiqi.core.errors import VersionConflict
from huiqi.core.models import Job, JobState, Versioned
from huiqi.core.tests.make import make_job


class Note(Versioned):
    """A row two people edit, made up for these tests."""

    text = models.TextField()

    class Meta:
        app_label = "core"
        managed = False


@pytest.fixture
def note(transactional_db):
    with connection.schema_editor() as editor:
        editor.create_model(Note)
    yield Note.objects.create(text="甲")
    with connection.schema_editor() as editor:
        editor.delete_model(Note)


def test_saving_an_old_version_is_a_conflict_and_overwrites_nothing(note):
    mine, yours = Note.objects.get(), Note.objects.get()
    yours.text = "乙"
    yours.save_version(expected=1, fields=["text"])
    mine.text = "丙"
    with pytest.raises(VersionConflict):
        mine.save_version(expected=1, fields=["text"])
    stored = Note.objects.get()
    assert (stored.text, stored.version) == ("乙", 2)


def test_saving_the_current_version_raises_it_by_one(note):
    note.text = "乙"
    assert note.save_version(expected=1, fields=["text"]).version == 2
    note.text = "丙"
    assert note.save_version(expected=2, fields=["text"]).version == 3
    stored = Note.objects.get()
    assert (stored.text, stored.version) == ("丙", 3)


def test_saving_a_row_that_is_gone_is_a_conflict(note):
    Note.objects.all().delete()
    with pytest.raises(VersionConflict):
        note.save_version(expected=1, fields=["text"])


def test_the_progress_of_a_job_never_passes_its_total(transactional_db):
    with pytest.raises(IntegrityError):
        make_job(done_count=11, total_count=10)


@pytest.mark.django_db
@pytest.mark.parametrize(("done", "total", "percent"), [(0, 0, 0), (5, 0, 0), (1, 3, 33), (10, 10, 100)])
def test_percent_is_whole_and_zero_while_the_total_is_unknown(done, total, percent):
    assert make_job(done_count=done, total_count=total).percent == percent


@pytest.mark.django_db
def test_a_job_is_seen_only_by_whoever_started_it():
    owner, other = make_user(), make_user()
    job = make_job(owner_id=owner.public_id)
    make_job()
    assert list(Job.objects.visible_to(other)) == []
    assert list(Job.objects.visible_to(AnonymousUser())) == []
    assert list(Job.objects.visible_to(owner)) == [job]


@pytest.mark.django_db
def test_jobs_waiting_or_running_are_not_finished():
    jobs = {state: make_job(state=state) for state in JobState}
    assert {job.state for job in jobs.values() if job.is_finished} == {"done", "failed", "cancelled"}
