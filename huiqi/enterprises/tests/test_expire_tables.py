"""Files with people's telephone numbers do not lie about for ever."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from huiqi.core import clock
from huiqi.core.jobs import start_job
from huiqi.core.models import Job
from huiqi.enterprises.commands.imports import IMPORT
from huiqi.enterprises.models import ImportRun
from huiqi.enterprises.tests.test_import_killed import make_run

pytestmark = pytest.mark.django_db


def expired() -> dict[str, int]:
    out = StringIO()
    call_command("expire_tables", "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.parametrize(
    ("change", "is_deleted"),
    [
        ({"state": "done", "kept_until": timedelta(days=1)}, True),
        ({"state": "done", "kept_until": -timedelta(days=1)}, False),
        ({"state": "uploaded", "kept_until": timedelta(days=1)}, True),
        ({"state": "uploaded", "kept_until": -timedelta(days=1)}, False),
        ({"state": "running", "kept_until": timedelta(days=1)}, True),
        ({"state": "running", "kept_until": timedelta(days=1), "job_id": "living"}, False),
    ],
)
def test_a_file_is_deleted_when_its_time_is_over(
    private_files, django_capture_on_commit_callbacks, change, is_deleted
):
    run, now = make_run(), clock.wall_now()
    living = start_job(IMPORT, {"run": run.public_id}, actor=None)
    Job.objects.filter(pk=living.pk).update(public_id="living")
    values = {key: now - one if isinstance(one, timedelta) else one for key, one in change.items()}
    ImportRun.objects.filter(pk=run.pk).update(**values)
    with django_capture_on_commit_callbacks(execute=True):
        assert expired() == {"imports": int(is_deleted), "exports": 0}
    run.refresh_from_db()
    assert bool(run.file) is not is_deleted
    assert bool(list(private_files.rglob("*.table"))) is not is_deleted
