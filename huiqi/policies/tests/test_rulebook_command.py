"""`huiqi rulebook`: the contract other programs rely on. Run as other programs run it where that matters."""

import json
import re
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from huiqi.policies.tests.naughty import OWN, naughty_strings

ROOT = Path(settings.ROOT)
VERDICT_KEYS = {"policy", "edition", "status", "assurance", "amount_fen", "nature", "conditions", "ask_for"}
NODE_KEYS = {"id", "kind", "result", "text", "article", "children"}


def run(*arguments, **options):
    """Run the command line as another program does."""
    command = [sys.executable, str(ROOT / "manage.py"), "rulebook", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, **options)


def answer(*arguments):
    """What the command prints, without a process of its own; refusals are CommandError or SystemExit."""
    out, err = StringIO(), StringIO()
    call_command("rulebook", *arguments, stdout=out, stderr=err)
    return out.getvalue()


def judge(tmp_path, facts, on="2020-03-01", *more):
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(facts), encoding="utf-8")
    return {
        row["policy"]: row for row in json.loads(answer("judge", "--facts", str(path), "--on", on, *more))
    }


@pytest.fixture
def other_rulebook(tmp_path):
    """A small copy of the rulebook that a test may spoil."""
    folder = tmp_path / "rulebook"
    folder.mkdir()
    shutil.copy(ROOT / "rulebook" / "facts.yaml", folder)
    for name in ("si-defer", "si-exempt-msme"):
        shutil.copytree(ROOT / "rulebook" / name, folder / name)
    return folder


# --- refusals -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "arguments", [[], ["no-such"], ["judge"], ["judge", "--on", "2020-03-01"], ["check", "--x"]]
)
def test_wrong_usage_exits_with_two(arguments, console):
    done = console("rulebook", *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"[]", "JSON 对象"),
        (b"3", "JSON 对象"),
        (b'{"employees": NaN}', "NaN"),
        (b'{"employees": 1, "employees": 2}', "写了两次"),
        (b"\x80\x81", "UTF-8"),
        (b"\x00" * 100, "JSON"),
        (b'{"employees": "35"}', "不是整数"),
        (b'{"employees": 35.5}', "不是整数"),
        (b'{"employees": -1}', "超出范围"),
        (b'{"employees": true}', "不是整数"),
        (b'{"nonsense": 1}', "没有这个事实"),
        (b'{"loan_due_date": "2020-02-30"}', "没有"),
        (b'{"size_class": "tiny"}', "没有"),
        (b'{"employees": [1]}', "不是整数"),
        (b'{"layoff_rate": "1/0"}', "不是比率"),
        (b'{"employees": ' + b"9" * 5000 + b"}", "太长"),
        (b" " * 1_000_001, "超过"),
    ],
)
def test_a_bad_facts_file_is_refused_in_words(tmp_path, content, said):
    path = tmp_path / "facts.json"
    path.write_bytes(content)
    with pytest.raises((CommandError, SystemExit)) as refusal:
        _judge_file(path)
    assert said in str(refusal.value) or said in _judge_file.stderr


def _judge_file(path, on="2020-03-01"):
    err = StringIO()
    try:
        call_command("rulebook", "judge", "--facts", str(path), "--on", on, stdout=StringIO(), stderr=err)
    finally:
        _judge_file.stderr = err.getvalue()


def test_all_bad_facts_are_listed_at_once(tmp_path, console):
    path = tmp_path / "facts.json"
    path.write_text('{"employees": "x", "revenue": true, "nonsense": 1}')
    done = console("rulebook", "judge", "--facts", str(path), "--on", "2020-03-01")
    assert done.returncode == 1
    assert done.stdout == ""
    for name in ("employees", "revenue", "nonsense"):
        assert name in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("path", ["/no/such/file.json", "/", "\x00", "a" * 5000, ""])
def test_a_facts_file_that_cannot_be_read_is_refused(path):
    with pytest.raises((CommandError, SystemExit)):
        _judge_file(path)


@pytest.mark.parametrize("on", ["", "abc", "2020-02-30", "20-1-1", "2020-03-01T00:00"])
def test_a_day_that_cannot_be_is_refused(tmp_path, on):
    path = tmp_path / "facts.json"
    path.write_text("{}")
    with pytest.raises((CommandError, SystemExit)):
        _judge_file(path, on)


@pytest.mark.slow
def test_naughty_days_never_trace(tmp_path):
    path = tmp_path / "facts.json"
    path.write_text("{}")
    for text in naughty_strings():
        with pytest.raises((CommandError, SystemExit)):
            _judge_file(path, text)


@pytest.mark.parametrize("text", OWN)
def test_naughty_facts_never_trace(tmp_path, other_rulebook, text):
    path = tmp_path / "facts.json"
    path.write_text(json.dumps({"gb4754": text, "revenue": text, "loan_due_date": text, text: 1}))
    with pytest.raises((CommandError, SystemExit)):
        answer("judge", "--facts", str(path), "--on", "2020-03-01", "--rulebook", str(other_rulebook))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "si-defer" / "policy.yaml").write_text("a: ["), "si-defer/policy.yaml"),
        (lambda folder: (folder / "si-defer" / "cases.yaml").unlink(), "cases.yaml"),
        (lambda folder: (folder / "facts.yaml").write_text("facts: 3"), "facts.yaml"),
        (lambda folder: shutil.rmtree(folder), "没有这个规则目录"),
    ],
)
def test_a_broken_rulebook_names_file_and_remedy(other_rulebook, spoil, said, console):
    spoil(other_rulebook)
    done = console("rulebook", "check", "--rulebook", str(other_rulebook), "--json")
    assert done.returncode == 1
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_case_that_does_not_hold_fails_the_check_and_is_named(other_rulebook, console):
    path = other_rulebook / "si-defer" / "cases.yaml"
    amount = re.compile(r"amount_fen: (\d+)")
    spoilt = amount.sub(lambda found: f"amount_fen: {int(found[1]) + 1}", path.read_text("utf-8"), count=1)
    path.write_text(spoilt, "utf-8")
    done = console("rulebook", "check", "--rulebook", str(other_rulebook), "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["failed"] == 1
    assert "si-defer" in done.stderr and "cases.yaml 第" in done.stderr


# --- answers --------------------------------------------------------------------------------------
def test_the_site_s_rulebook_holds_all_its_cases(console):
    done = console("rulebook", "check", "--json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert set(found) == {"policies", "live", "draft", "editions", "cases", "failed"}
    assert all(type(value) is int for value in found.values())
    assert found["failed"] == 0
    assert found["live"] + found["draft"] == found["policies"] == 56
    assert found["editions"] >= 82
    assert found["cases"] >= 185


def test_the_facts_are_listed_as_the_contract_says():
    facts = {row["id"]: row for row in json.loads(answer("facts"))}
    assert len(facts) >= 182
    for row in facts.values():
        assert set(row) == {"id", "type", "unit", "scale", "min", "max", "derived"}
        assert row["type"] in {"int", "ratio", "date", "bool", "enum", "code"}
        assert isinstance(row["derived"], bool)
    assert facts["employees"] == {
        "id": "employees", "type": "int", "unit": "person", "scale": 1,
        "min": 0, "max": 3000000, "derived": False,
    }  # fmt: skip
    assert facts["layoff_rate"]["derived"] is True
    assert facts["gb4754"]["min"] is None
    assert isinstance(facts["loan_due_date"]["min"], str)


def test_a_verdict_has_the_shape_of_the_contract(tmp_path):
    found = judge(tmp_path, {"size_class": "small", "employees": 35, "injury_rate": "0.002"})
    assert len(found) == 56
    assert list(found) == sorted(found)

    def check(node):
        assert set(node) == NODE_KEYS
        assert node["kind"] in {"all", "any", "leaf"}
        assert node["result"] in {True, False, None}
        for child in node["children"]:
            check(child)

    for row in found.values():
        assert set(row) == VERDICT_KEYS
        assert row["amount_fen"] is None or row["status"] == "eligible"
        check(row["conditions"])


def test_the_refund_needs_only_one_way_of_reckoning_layoffs(tmp_path):
    facts = {
        "size_class": "small", "insured_employees": 100, "insured_months_paid": 24,
        "ui_premium_prev_year": 10_000_000, "severe_dishonesty": False, "industrial_policy_ok": True,
        "insured_jan": 100, "insured_dec": 100, "insured_avg": 100,
    }  # fmt: skip
    found = judge(tmp_path, facts)["ui-job-retention-refund"]
    assert (found["status"], found["amount_fen"]) == ("eligible", 5_000_000)


def test_an_absent_and_a_null_fact_are_the_same(tmp_path):
    assert judge(tmp_path, {}) == judge(tmp_path, {"employees": None, "size_class": None})


def test_known_on_gives_the_law_as_it_was_known(tmp_path):
    policy = "si-exempt-msme"
    assert judge(tmp_path, {}, "2020-02-10")[policy]["status"] == "not_in_force"
    later = judge(tmp_path, {}, "2020-02-10", "--known-on", "2020-03-01")
    assert later[policy]["status"] != "not_in_force"


def test_another_rulebook_can_be_judged(tmp_path, other_rulebook):
    found = judge(tmp_path, {}, "2020-03-01", "--rulebook", str(other_rulebook))
    assert list(found) == ["si-defer", "si-exempt-msme"]


def test_judging_prints_json_alone(tmp_path):
    path = tmp_path / "facts.json"
    path.write_text("{}")
    done = run("judge", "--facts", str(path), "--on", "2020-03-01", "--json")
    assert len(json.loads(done.stdout)) == 56
    assert done.stderr == ""


# --- a table of firms -------------------------------------------------------------------------------
def facts_table(tmp_path, **columns):
    path = tmp_path / "facts.parquet"
    pq.write_table(pa.table({"enterprise": ["甲", "乙"], **columns}), path)
    return path


@pytest.mark.parametrize("backend", ["columnar", "python"])
def test_a_table_of_firms_is_judged_as_each_firm_alone(tmp_path, other_rulebook, backend):
    table = facts_table(tmp_path, employees=[35, None], si_payable=[120000, 5])
    out = tmp_path / "out.parquet"
    arguments = ["--facts", str(table), "--on", "2020-03-01", "--out", str(out), "--backend", backend]
    told = json.loads(answer("run", *arguments, "--rulebook", str(other_rulebook)))
    assert told == {"enterprises": 2, "policies": 2, "verdicts": 4, "backend": backend}
    alone = judge(
        tmp_path, {"employees": 35, "si_payable": 120000}, "2020-03-01", "--rulebook", str(other_rulebook)
    )
    for row in pq.read_table(out).to_pylist():
        if row["enterprise"] == "甲":
            verdict = alone[row["policy"]]
            assert (row["status"], row["amount_fen"]) == (verdict["status"], verdict["amount_fen"])


@pytest.mark.parametrize(
    ("facts", "out", "told"),
    [("none.parquet", "out.parquet", "不存在"), ("facts.parquet", "no/out.parquet", "已有目录")],
)
def test_a_run_refuses_paths_that_will_not_do(tmp_path, facts, out, told):
    facts_table(tmp_path, employees=[1, 2])
    arguments = ["--facts", str(tmp_path / facts), "--on", "2020-03-01", "--out", str(tmp_path / out)]
    with pytest.raises(CommandError, match=told):
        answer("run", *arguments)


def test_a_run_names_the_column_that_is_no_fact(tmp_path, capsys):
    table = facts_table(tmp_path, employes=[1, 2])
    with pytest.raises(SystemExit):
        answer("run", "--facts", str(table), "--on", "2020-03-01", "--out", str(tmp_path / "o.parquet"))
    assert not (tmp_path / "o.parquet").exists()
