import csv
import io
import zipfile
from datetime import timedelta

import pyarrow.parquet as pq
import pyreadstat
import pytest
from django.urls import reverse
from openpyxl import load_workbook

from huiqi.core import clock
from huiqi.core.models import AuditRecord
from huiqi.surveys.commands.microdata import unsealed_copy
from huiqi.surveys.commands.retention import forget_microdata, forget_snapshots
from huiqi.surveys.tests.make import make_editor
from huiqi.surveys.tests.make_results import make_results, make_run, staff
from tests.harness.cast import play

pytestmark = pytest.mark.django_db


def content(run):
    with unsealed_copy(run) as file:
        return file.read()


def test_each_form_is_read_by_its_own_program(tmp_path):
    row = make_results()
    actor = row.wave.survey.made_by

    def plain(form):
        return make_run(row, actor=actor, form=form, is_anonymised=False)

    book = load_workbook(io.BytesIO(content(plain("xlsx"))))
    assert book["数据"].max_row == 42 and book["编码表"]["A3"].value
    table = pq.read_table(io.BytesIO(content(plain("parquet"))))
    assert table.num_rows == 40 and "uscc" not in table.column_names
    for form, encoding in (("csv", "utf-8-sig"), ("csv_gb18030", "gb18030")):
        archive = zipfile.ZipFile(io.BytesIO(content(make_run(row, actor=actor, form=form))))
        lines = list(csv.reader(io.StringIO(archive.read("data.csv").decode(encoding))))
        assert len(lines) == 42 and "codebook.csv" in archive.namelist()
    archive = zipfile.ZipFile(io.BytesIO(content(plain("sav"))))
    archive.extract("data.sav", tmp_path)
    columns, meta = pyreadstat.read_sav(str(tmp_path / "data.sav"), output_format="dict")
    assert len(columns["status"]) == 40 and meta.column_names_to_labels["status"] == "现在复工了吗"


def test_an_anonymised_file_has_no_firms_numbers_and_no_texts():
    row = make_results(staff(40, lambda at: {"staff": str(at + 1), "status": "closed", "why": f"原因{at}"}))
    run = make_run(row, actor=row.wave.survey.made_by, form="parquet")
    table = pq.read_table(io.BytesIO(content(run)))
    assert not {"unit", "why"} & set(table.column_names)
    assert any("最小的组合" in template for template, _values in run.report)


def test_a_file_without_a_purpose_is_refused(enter):
    row = make_results()
    address = reverse("surveys:results_microdata", args=[row.wave.survey.public_id])
    given = {"purpose": "", "form": "csv", "is_anonymised": "1", "least_alike": "5"}
    assert enter("analyst").post(address, given).status_code == 422


def test_a_file_is_fetched_by_who_asked_for_it_and_nobody_else(enter):
    row = make_results()
    run = make_run(row, actor=play("analyst"))
    type(run).objects.update(expires_at=clock.wall_now() + timedelta(hours=1))
    address = reverse("surveys:results_microdata_file", args=[row.wave.survey.public_id, run.public_id])
    assert enter("province").post(address).status_code == 404
    fetched = enter("analyst").post(address)
    assert fetched.status_code == 200
    assert b"".join(fetched.streaming_content).startswith(b"PK")
    assert AuditRecord.objects.filter(act="survey.microdata_taken").count() == 1


def test_an_expired_file_is_not_found_and_goes(enter, django_capture_on_commit_callbacks):
    row = make_results()
    run = make_run(row, actor=play("analyst"))
    type(run).objects.update(expires_at=clock.wall_now() - timedelta(hours=1))
    address = reverse("surveys:results_microdata_run", args=[row.wave.survey.public_id, run.public_id])
    assert enter("analyst").get(address).status_code == 404
    name, storage = run.file.name, run.file.storage
    with django_capture_on_commit_callbacks(execute=True):
        forget_microdata([run])
    assert not run.file and not storage.exists(name)


def test_a_snapshot_s_file_goes_and_its_brief_stays(django_capture_on_commit_callbacks):
    row = make_results()
    name, storage = row.file.name, row.file.storage
    with django_capture_on_commit_callbacks(execute=True):
        forget_snapshots([row])
    assert not row.file and not storage.exists(name)


def test_who_asked_is_recorded_with_rows_and_form():
    row = make_results()
    make_run(row, actor=make_editor(), form="csv")
    record = AuditRecord.objects.filter(act="survey.microdata_asked").get()
    assert record.details["rows"] == 40 and record.details["form"] == "csv"
