import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from huiqi.enterprises.queries.statements import catalogue
from huiqi.lists.criteria import case_fault, examine
from huiqi.lists.kinds import load_kinds
from huiqi.lists.queries.book import kinds
from huiqi.rules.problems import RulebookError

OWN = Path(settings.RULEBOOK_DIR) / "lists.yaml"
KIND = """kinds:
- id: good-list
  title: 好名单
  summary: 用于测试
  feeds: [key_supplier_local]
  issuer: 省厅
  role: decide
  chain: {levels: [county, province], confidence: VERIFIED, source: 某文}
  notice: {working_days: 5, confidence: VERIFIED, source: 某文}
  validity: {months: 12, confidence: VERIFIED, source: 某文}
  secrecy: {class: public, confidence: VERIFIED, source: 某文}
  conditions:
    all:
    - {id: staff, text: 职工20人以上, expr: employees >= 20}
  scoring:
  - {id: cloud, text: 已上云, expr: on_cloud, points: 10, confidence: VERIFIED, source: 某文}
  - {id: brand, text: 自主品牌, expr: own_brand, points: 5, confidence: VERIFIED, source: 某文}
  confidence: VERIFIED
  cases:
  - {name: 够, on: 2020-03-01, facts: {employees: 20, on_cloud: true},
     expect: meets, score: 10, score_most: 15}
"""


def read(tmp_path, text):
    path = tmp_path / "lists.yaml"
    path.write_text(text, encoding="utf-8")
    return load_kinds(path, catalogue())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("feeds: [key_supplier_local]", "feeds: [key_supplier_locale]", "是否指 key_supplier_local"),
        ("feeds: [key_supplier_local]", "feeds: [employees]", "不能由名单认定"),
        ("feeds: [key_supplier_local]", "exhaustive: true", "谈不上"),
        ("role: decide", "role: decides", "是否指 decide"),
        ("levels: [county, province]", "levels: [province, county]", "从低到高"),
        ("working_days: 5", "working_days: 500", "应在1至60之间"),
        ("working_days: 5", "working_days: null", "取值与可信程度不符"),
        ("months: 12, ", "months: 12, until: 2020-12-31, ", "只能写一个"),
        ("class: public", "class: internal", "不公开的名单不能公示"),
        ("class: public, confidence: VERIFIED", "class: public, confidence: GAP", "没有依据的不能"),
        ("expr: employees >= 20", "expr: employes >= 20", "第14行"),
        ("id: brand", "id: cloud", "重复"),
        ("facts: {employees: 20", "facts: {employees: 二十", "facts.employees"),
        ("  summary: 用于测试\n", "", "缺少这一项"),
        ("  title: 好名单\n", "  title: 好名单\n  titel: 坏\n", "是否指 title"),
        ("role: decide", "role: import", "不由我们审核和公示"),
        ("source: 某文}\n  validity", "source: ''}\n  validity", "文字是空的"),
    ],
)
def test_a_fault_is_named_with_its_place_and_remedy(tmp_path, old, new, said):
    assert old in KIND
    with pytest.raises(RulebookError) as error:
        read(tmp_path, KIND.replace(old, new, 1))
    assert said in str(error.value)
    assert "lists.yaml" in str(error.value)


def test_all_faults_are_told_at_once(tmp_path):
    text = KIND.replace("role: decide", "role: x", 1).replace("issuer: 省厅", "issuer: ''", 1)
    with pytest.raises(RulebookError) as error:
        read(tmp_path, text)
    assert len(error.value.problems) >= 2


def test_a_kind_may_stand_once(tmp_path):
    with pytest.raises(RulebookError, match="重复"):
        read(tmp_path, KIND + KIND.removeprefix("kinds:\n"))


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(RulebookError, match="没有这个文件"):
        load_kinds(tmp_path / "lists.yaml", catalogue())


def test_points_are_added_and_what_is_missing_may_still_add(tmp_path):
    kind = read(tmp_path, KIND)["good-list"]
    facts = catalogue().parse({"employees": 20, "own_brand": True})
    found = examine(kind, facts, kind.cases[0].on)
    assert (found.result, found.score, found.score_most) == (True, 5, 15)
    nothing = examine(kind, catalogue().parse({}), kind.cases[0].on)
    assert (nothing.result, nothing.score, nothing.ask_for) == (None, 0, ("employees",))


def test_a_case_that_does_not_hold_is_told_with_what_came_out(tmp_path):
    kind = read(tmp_path, KIND.replace("expect: meets, score: 10", "expect: fails, score: 99", 1))[
        "good-list"
    ]
    assert "应为不符合，实为符合" in (case_fault(kind, kind.cases[0]) or "")
    assert "得分应为99至15，实为10至15" in (case_fault(kind, kind.cases[0]) or "")


def test_every_case_of_the_rulebook_holds():
    assert [
        fault for kind in kinds().values() for case in kind.cases if (fault := case_fault(kind, case))
    ] == []


def test_every_figure_of_the_rulebook_has_its_source():
    for kind in kinds().values():
        sources = [kind.validity.basis.source, kind.secrecy_basis.source]
        sources += [parameter.source for parameter in kind.parameters.values()]
        assert all(sources), kind.id


def test_the_distinct_lists_feed_distinct_facts():
    feeds = [fact for kind in kinds().values() for fact in kind.feeds]
    assert len(feeds) == len(set(feeds))
    assert {"key_supplier_national", "key_supplier_local", "tax_key_supplier_list"} <= set(feeds)


def test_the_command_counts_and_fails_on_a_fault(tmp_path, capsys):
    call_command("lists", "check", "--json")
    assert json.loads(capsys.readouterr().out)["failed"] == 0
    folder = tmp_path / "rulebook"
    folder.mkdir()
    (folder / "facts.yaml").write_bytes((OWN.parent / "facts.yaml").read_bytes())
    (folder / "lists.yaml").write_text(KIND.replace("expect: meets", "expect: unknown"), encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        call_command("lists", "check", "--json", "--rulebook", str(folder))
    assert stopped.value.code == 1
    assert "应为缺数据，实为符合" in capsys.readouterr().err
