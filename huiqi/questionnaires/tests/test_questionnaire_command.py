"""The command line's contract: shapes, exit codes, and words for people."""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from huiqi.questionnaires.tests.make import YES_NO, make_xlsform

HUIQI = Path(sys.executable).with_name("huiqi")
SURVEY = [
    {"type": "select_one yn", "name": "q", "label": "问"},
    {"type": "integer", "name": "n", "label": "几人", "relevant": "${q} = 'y'", "required": "yes"},
]


@pytest.fixture
def run(console):
    """The command in this process, with what it printed and its exit code."""
    return partial(console, "questionnaire")


@pytest.fixture
def form(tmp_path):
    path = tmp_path / "form.xlsx"
    settings = [{"form_title": "试卷", "form_id": "t", "version": "1"}]
    path.write_bytes(make_xlsform(SURVEY, YES_NO, settings).read())
    return path


def test_wrong_usage_and_missing_files_are_told(run, tmp_path):
    assert run().returncode == 2
    assert run("compile").returncode == 2
    done = run("compile", tmp_path / "none.xlsx")
    assert (done.returncode, done.stdout) == (1, "")
    assert "没有这个文件" in done.stderr
    assert "是目录" in run("compile", tmp_path).stderr


def test_a_form_that_has_to_be_mended_is_an_exit_of_one(run, tmp_path):
    path = tmp_path / "form.xlsx"
    path.write_bytes(make_xlsform([{**SURVEY[1], "relevant": "${x} = 1"}]).read())
    done = run("compile", path, "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert (found["ok"], found["errors"][0]["sheet"]) == (False, "survey")
    assert (found["errors"][0]["row"], found["errors"][0]["column"]) == (2, "relevant")
    assert set(found["errors"][0]) == {"sheet", "row", "column", "message"}


def test_a_form_in_order_says_title_and_questions(form):
    done = subprocess.run([HUIQI, "questionnaire", "compile", form], capture_output=True, text=True)
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert found == {"ok": True, "title": "试卷", "questions": 2, "errors": [], "warnings": []}


def test_a_submission_is_judged(run, form, tmp_path):
    submission = tmp_path / "s.xml"
    submission.write_text('<data id="t" version="1"><q>y</q><n>三</n></data>', encoding="utf-8")
    done = run("validate", form, submission)
    (violation,) = json.loads(done.stdout)["violations"]
    assert done.returncode == 1
    assert (violation["path"], violation["kind"]) == ("/data/n", "type")
    submission.write_text('<data id="t" version="1"><q>n</q></data>', encoding="utf-8")
    done = run("validate", "--json", form, submission)
    assert (done.returncode, json.loads(done.stdout)) == (0, {"ok": True, "violations": []})


def test_a_template_can_be_written_and_compiles(run, tmp_path):
    names = [one["name"] for one in json.loads(run("template").stdout)]
    assert names == ["day-one", "impact", "little-giant", "resume-help", "self-check"]
    out = tmp_path / "t.xlsx"
    assert run("template", "day-one", out).returncode == 0
    assert json.loads(run("compile", out).stdout)["questions"] == 12
    assert run("template", "none").returncode == 1
