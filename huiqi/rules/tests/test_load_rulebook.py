"""Reading a rulebook folder: every kind of broken file is a clear problem with place and remedy."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from huiqi.rules import emit_python
from huiqi.rules.problems import Problem, RulebookError
from huiqi.rules.rulebook import load_rulebook
from huiqi.rules.tests.make import (
    CONDITIONS,
    FACTS,
    PARAMETERS,
    make_rulebook,
    policy_text,
    write_rulebook,
)


def problems_of(root: Path) -> tuple[Problem, ...]:
    with pytest.raises(RulebookError) as refusal:
        load_rulebook(root)
    for problem in refusal.value.problems:
        assert problem.place and problem.message and problem.remedy, problem
        assert str(problem) in str(refusal.value)
    return refusal.value.problems


def only_problem(root: Path) -> Problem:
    (problem,) = problems_of(root)
    return problem


# ---------------------------------------------------------------- files that are no documents

RAW: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "空的"),
    "blank": (b" \n\n", "空的"),
    "comment": (b"# nothing\n", "没有内容"),
    "binary": (b"\x89PNG\r\n\x1a\n\x00\x00", "不是文本文件"),
    "gb18030": ("id: 稳岗".encode("gb18030"), "UTF-8"),
    "utf16": ("id: refund".encode("utf-16"), "不是文本文件"),
    "huge": (b"# " + b"x" * 600_000, "512KB"),
    "list": (b"- a\n- b\n", "键: 值"),
    "scalar": (b"hello\n", "键: 值"),
    "tab": (b"id: refund\n\ttitle: x\n", "YAML"),
    "quote": (b'id: "refund\n', "YAML"),
    "bracket": (b"id: [refund\n", "YAML"),
    "colon": (b"id: a: b\n", "YAML"),
    "control": (b"id: \x07\n", "YAML"),
    "duplicate": (b"id: refund\ntitle: a\nid: refund\n", "重复"),
    "anchor": (b"id: &a refund\ntitle: *a\n", "锚点"),
    "bomb": (b"a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", "锚点"),
    "lone anchor": (b"id: &a refund\n", "锚点"),
    "list anchor": (b"id: &a [x]\n", "锚点"),
    "merge": (b"id: refund\n<<: {title: a}\n", "不认识的键"),
    "tag": (b"id: !!python/object/apply:os.system [id]\n", "标签"),
    "text tag": (b"id: !!str refund\n", "标签"),
    "two": (b"id: refund\n---\nid: refund\n", "多份文档"),
    "deep": (b"id: " + b"[" * 40 + b"]" * 40 + b"\n", "嵌套过深"),
    "many": (b"id: [" + b"x," * 70_000 + b"x]\n", "过多"),
    "list key": (b"? [a, b]\n: c\n", "键不是普通文字"),
    "no such day": (b"id: 2020-02-30\n", "2020-02-30"),
}


@pytest.mark.parametrize("kind", RAW)
@pytest.mark.parametrize("file", ["facts.yaml", "refund/policy.yaml", "refund/cases.yaml"])
def test_a_file_that_is_no_document_is_named(tmp_path: Path, kind: str, file: str) -> None:
    write_rulebook(tmp_path)
    content, word = RAW[kind]
    (tmp_path / file).write_bytes(content)
    problems = problems_of(tmp_path)
    named = [problem for problem in problems if problem.place.startswith(file)]
    assert any(word in str(problem) for problem in named), problems


@pytest.mark.parametrize(
    "hidden", ["\u202e", "\u2066", "\u200f", "\\u202A", "\\u2069", "\\t", "\\r", "\\x1b", "\\x85", "\\x7f"]
)
@pytest.mark.parametrize("place", ["summary", "all[0].text", "note", "key", "case", "fact"])
def test_a_text_with_characters_that_do_not_show_is_refused(tmp_path: Path, hidden: str, place: str) -> None:
    write_rulebook(tmp_path)
    was, becomes, file = {
        "summary": ("拿回一半保费。", f'"拿回{hidden}一半"', "refund/policy.yaml"),
        "all[0].text": ("缴费满12个月", f'"缴费满{hidden}"', "refund/policy.yaml"),
        "note": ("supersedes: null", f'supersedes: null, note: "批{hidden}"', "refund/policy.yaml"),
        "key": ("summary", f'"summa{hidden}ry"', "refund/policy.yaml"),
        "case": ("[]", f'[{{name: "批{hidden}"}}]', "refund/cases.yaml"),
        "fact": ("label: 从业人员", f'label: "从业{hidden}人员"', "facts.yaml"),
    }[place]
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert was in text
    (tmp_path / file).write_text(text.replace(was, becomes), encoding="utf-8")
    problem = next(problem for problem in problems_of(tmp_path) if problem.place.startswith(file))
    line = text[: text.index(was)].count("\n") + 1
    assert problem.place == f"{file} 第{line}行"
    assert "控制字符（U+" in problem.message and str(problem).isprintable()


@pytest.mark.parametrize("file", ["facts.yaml", "refund/policy.yaml", "refund/cases.yaml"])
def test_a_missing_file_is_named(tmp_path: Path, file: str) -> None:
    write_rulebook(tmp_path)
    (tmp_path / file).unlink()
    assert [(p.place, p.message) for p in problems_of(tmp_path)] == [(file, "没有这个文件")]


@pytest.mark.parametrize("file", ["facts.yaml", "refund/policy.yaml", "refund/cases.yaml"])
def test_a_link_is_not_followed(tmp_path: Path, file: str) -> None:
    write_rulebook(tmp_path)
    elsewhere = tmp_path.with_suffix(".elsewhere")
    (tmp_path / file).rename(elsewhere)
    (tmp_path / file).symlink_to(elsewhere)
    assert "符号链接" in only_problem(tmp_path).message


def test_a_linked_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    write_rulebook(outside)
    root = tmp_path / "root"
    root.mkdir()
    write_rulebook(root)
    (root / "other").symlink_to(outside / "refund")
    assert only_problem(root).place == "other"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    write_rulebook(tmp_path)
    (tmp_path / "facts.yaml").chmod(0)
    assert "读不出来" in only_problem(tmp_path).message


def test_a_directory_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    write_rulebook(tmp_path)
    (tmp_path / "refund" / "cases.yaml").unlink()
    (tmp_path / "refund" / "cases.yaml").mkdir()
    assert only_problem(tmp_path).place == "refund/cases.yaml"


@pytest.mark.parametrize(
    "make", [lambda path: None, lambda path: path.mkdir(), lambda path: path.write_text("x")]
)
def test_a_missing_or_bare_rulebook_is_refused(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "book")
    assert problems_of(tmp_path / "book")


def test_a_rulebook_without_policies_is_refused(tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text(FACTS, encoding="utf-8")
    assert "没有政策" in only_problem(tmp_path).message


# ---------------------------------------------------------------- policies

LEAF = "- {id: a, text: 甲, expr: consent}"
POLICIES: list[tuple[dict[str, str], str]] = [
    ({"standing": "maybe"}, "maybe"),
    ({"colour": "red"}, "colour"),
    ({"titel": "x"}, "是否指 title"),
    ({"gaps": "三"}, "列表"),
    ({"papers": "[[a]]"}, "文字"),
    ({"sources": '[{url: "javascript:alert(1)"}]'}, "网址"),
    ({"sources": "[{title: x, confidence: SURE}]"}, "SURE"),
    ({"deadline": "soon"}, "键: 值"),
    ({"deadline": "{text: x, on: 2020-13-01}"}, "2020-13-01"),
    ({"deadline": "{text: x, expr: premium}"}, "日期"),
    ({"conditions": "all: 5"}, "列表"),
    ({"conditions": "any: []"}, "空的"),
    ({"conditions": f"all: [{LEAF[2:]}]\nany: [{LEAF[2:]}]"}, "既有 all 又有 any"),
    ({"conditions": "all:\n- {any: []}"}, "空的"),
    ({"conditions": f"all:\n{LEAF}\n{LEAF}"}, "“a”重复"),
    ({"conditions": f"all:\n{LEAF}\n- {{id: a, any: [{{id: b, text: 乙, expr: certified}}]}}"}, "“a”重复"),
    ({"conditions": f"all:\n{LEAF}", "optional": f"[{LEAF[2:]}]"}, "“a”重复"),
    ({"conditions": "all:\n- {id: A b, text: 甲, expr: consent}"}, "条件名"),
    ({"conditions": "all:\n- {id: a, expr: consent}"}, "text"),
    ({"conditions": "all:\n- {text: 甲, expr: consent}"}, "id"),
    ({"conditions": "all:\n- {id: a, text: 甲}"}, "expr"),
    ({"conditions": "all:\n- {id: a, text: 甲, expr: [consent]}"}, "表达式"),
    ({"conditions": "all:\n- {id: a, text: 甲, expr: consnt}"}, "是否指 consent"),
    ({"conditions": "all:\n- {id: a, text: 甲, expr: premium}"}, "是整数"),
    ({"conditions": "all:\n- {id: a, text: 甲, expr: consent, judgement: maybe}"}, "true 或 false"),
    ({"conditions": "all:\n- {id: a, text: 甲, expr: consent, note: x}"}, "note"),
    (
        {"conditions": "all:\n- " + "{all: [" * 12 + "{id: a, text: 甲, expr: consent}" + "]}" * 12},
        "嵌套过深",
    ),
    ({"benefit": "{amount: premium}"}, "nature"),
    ({"benefit": "{nature: gift}"}, "gift"),
    ({"benefit": "{nature: cash, amount: employees}"}, "这里须为金额"),
    ({"benefit": "{nature: cash, amount: premium * revenue}"}, "金额乘以金额"),
    ({"benefit": "{nature: cash, parts: [{id: a, text: 甲}]}"}, "amount"),
    ({"benefit": "{nature: cash, alternatives: [{id: a, text: 甲, amount: consent}]}"}, "这里须为金额"),
    ({"benefit": "{nature: cash, floor: 1}"}, "true 或 false"),
    ({"parameters": "[]"}, "参数名"),
    ({"parameters": PARAMETERS + "x: {value: 1, unit: mile, confidence: KNOWN, source: s}"}, "mile"),
    ({"parameters": PARAMETERS + "x: {value: 1, unit: fen, source: s}"}, "confidence"),
    ({"parameters": PARAMETERS + "x: {value: 1, unit: fen, confidence: KNOWN}"}, "source"),
    ({"parameters": PARAMETERS + "x: {value: null, unit: fen, confidence: KNOWN, source: s}"}, "GAP"),
    ({"parameters": PARAMETERS + "x: {value: 1, unit: fen, confidence: GAP, source: s}"}, "GAP"),
    ({"parameters": PARAMETERS + "x: {value: abc, unit: fen, confidence: KNOWN, source: s}"}, "不是数"),
    ({"parameters": PARAMETERS + 'x: {value: "1e9", unit: ratio, confidence: KNOWN, source: s}'}, "不是数"),
    ({"parameters": PARAMETERS + "x: {value: soon, unit: date, confidence: KNOWN, source: s}"}, "不是日期"),
    ({"parameters": PARAMETERS + "x: {value: 1, unit: bool, confidence: KNOWN, source: s}"}, "true 或 false"),
    (
        {"parameters": PARAMETERS + "employees: {value: 1, unit: person, confidence: KNOWN, source: s}"},
        "同名",
    ),
    ({"parameters": PARAMETERS + "case: {value: 1, unit: person, confidence: KNOWN, source: s}"}, "参数名"),
    ({"parameters": PARAMETERS + "x: {unit: fen, dated: []}"}, "空的"),
    (
        {
            "parameters": PARAMETERS
            + "x: {unit: fen, dated: [{from: 2021-01-01, value: 1, confidence: KNOWN, source: s},"
            " {from: 2020-01-01, value: 1, confidence: KNOWN, source: s}]}"
        },
        "从早到晚",
    ),
    (
        {"parameters": PARAMETERS + "x: {unit: fen, dated: [{value: 1, confidence: KNOWN, source: s}]}"},
        "from",
    ),
    ({"parameters": "share: {value: 1, unit: ratio, confidence: KNOWN, source: s}"}, "months_min"),
    ({"editions": "[]"}, "没有版本"),
    ({"editions": "- {from: 2020-01-01}"}, "id"),
    ({"editions": '- {id: "1", from: 2021-01-01, to: 2020-01-01}'}, "早于"),
    ({"editions": '- {id: "1", from: 2020-1-1}'}, "2020-1-1"),
    ({"editions": '- {id: "1", supersedes: "0"}'}, "不存在"),
    ({"editions": '- {id: "1", supersedes: "1"}'}, "绕成一圈"),
    ({"editions": '- {id: "1", supersedes: "2"}\n- {id: "2", supersedes: "1"}'}, "绕成一圈"),
    ({"editions": '- {id: "1"}\n- {id: "1"}'}, "重复"),
    ({"editions": '- {id: "1", precision: week}'}, "week"),
    ({"editions": '- {id: "1", conditions: {all: [{id: a, text: 甲, expr: nothing}]}}'}, "nothing"),
]


@pytest.mark.parametrize(("parts", "word"), POLICIES, ids=range(len(POLICIES)))
def test_a_fault_of_a_policy_is_told_with_its_line(tmp_path: Path, parts: dict[str, str], word: str) -> None:
    write_rulebook(tmp_path, {"refund": policy_text(**parts)})
    problems = problems_of(tmp_path)
    assert any(word in str(problem) for problem in problems), problems
    assert all(problem.place.startswith("refund/policy.yaml 第") for problem in problems), problems


def test_the_line_of_a_fault_is_right(tmp_path: Path) -> None:
    text = policy_text(
        conditions="all:\n- {id: a, text: 甲, expr: consent}\n- {id: b, text: 乙, expr: consnt}"
    )
    write_rulebook(tmp_path, {"refund": text})
    line = text.split("\n").index("  - {id: b, text: 乙, expr: consnt}") + 1
    assert f"第{line}行 conditions.all[1].expr" in only_problem(tmp_path).place


@pytest.mark.parametrize("key", ["title", "summary", "authority", "governed_by", "editions", "confidence"])
def test_what_a_policy_cannot_do_without_is_asked_for(tmp_path: Path, key: str) -> None:
    text = policy_text().replace(f"\n{key}:", "\nnotes:").replace("notes:", f"{key}_:")
    write_rulebook(tmp_path, {"refund": text})
    assert any(f"请补上 {key}" in problem.remedy for problem in problems_of(tmp_path))


def test_the_id_must_be_the_name_of_the_folder(tmp_path: Path) -> None:
    write_rulebook(tmp_path, {"other": policy_text("refund")})
    assert "与目录名“other”不同" in only_problem(tmp_path).message


def test_a_broken_policy_hides_nothing_in_the_others(tmp_path: Path) -> None:
    broken = {"one": "id: [", "two": policy_text("two", standing="maybe"), "three": policy_text("three")}
    write_rulebook(tmp_path, broken, facts=FACTS.replace("type: code", "type: colour"))
    (tmp_path / "three" / "cases.yaml").unlink()
    places = {problem.place.split(" ")[0] for problem in problems_of(tmp_path)}
    assert places == {"facts.yaml", "one/policy.yaml", "two/policy.yaml", "three/cases.yaml"}


# ---------------------------------------------------------------- editions that overlap

OLD = '- {id: "old", known_on: 2020-01-10, from: 2020-02-01, to: 2020-06-30}\n'


@pytest.mark.parametrize(
    ("later", "since"),
    [
        ('- {id: "new", known_on: 2020-05-01, from: 2020-06-30, to: 2020-12-31}', "自2020年6月30日起"),
        ('- {id: "new", known_on: 2020-05-01, from: 2020-01-01, to: 2020-02-01}', "自2020年2月1日起"),
        ('- {id: "new"}', "自2020年2月1日起"),
        (
            '- {id: "mid", from: 2020-03-01, supersedes: old}\n'
            '- {id: "new", from: 2020-04-01, supersedes: old}',
            "“mid”与“new”自2020年4月1日起",
        ),
        ('- {id: "mid", to: 2020-01-31}\n- {id: "new", to: 2020-01-31}', "“mid”与“new”同时有效"),
    ],
)
def test_editions_in_force_together_without_succession_are_told(
    tmp_path: Path, later: str, since: str
) -> None:
    write_rulebook(tmp_path, {"refund": policy_text(editions=OLD + later)})
    problem = only_problem(tmp_path)
    assert "同时有效，又互不替代" in problem.message and since in problem.message
    assert "supersedes" in problem.remedy and "editions" in problem.place


@pytest.mark.parametrize(
    "later",
    [
        '- {id: "new", known_on: 2020-05-01, from: 2020-07-01}',
        '- {id: "new", known_on: 2020-05-01, from: 2020-03-01, supersedes: old}',
        '- {id: "new", known_on: 2020-05-01, from: 2020-06-01, supersedes: old}',
        '- {id: "new", from: 2020-02-01, supersedes: old}\n'
        '- {id: "last", known_on: 2020-09-01, from: 2020-02-01, supersedes: new}',
    ],
)
def test_editions_that_follow_or_replace_one_another_are_read(tmp_path: Path, later: str) -> None:
    assert len(make_rulebook(tmp_path, editions=OLD + later).policies["refund"].editions) >= 2


# ---------------------------------------------------------------- policies that exclude each other


def excluding(policy_id: str, *others: str) -> str:
    benefit = f"{{nature: cash, amount: premium, excludes_policies: [{', '.join(others)}]}}"
    return policy_text(policy_id, benefit=benefit, parameters=PARAMETERS)


@pytest.mark.parametrize(
    ("policies", "word"),
    [
        ({"one": excluding("one", "two"), "two": excluding("two")}, "只写了一方"),
        ({"one": excluding("one", "twoo"), "two": excluding("two")}, "是否指 two"),
        ({"one": excluding("one", "one")}, "排斥自己"),
        ({"one": excluding("one", "[two]"), "two": excluding("two")}, "这里应当是文字"),
    ],
)
def test_an_exclusion_must_name_a_policy_that_answers_it(
    tmp_path: Path, policies: dict[str, str], word: str
) -> None:
    write_rulebook(tmp_path, policies)
    problem = only_problem(tmp_path)
    assert word in str(problem) and problem.place.startswith("one/policy.yaml")
    assert "excludes_policies" in problem.place


def test_policies_that_exclude_each_other_say_so(tmp_path: Path) -> None:
    write_rulebook(tmp_path, {"one": excluding("one", "two"), "two": excluding("two", "one")})
    policies = load_rulebook(tmp_path).policies
    assert policies["one"].benefit.excludes_policies == ("two",)
    assert policies["one"].editions[0].benefit.excludes_policies == ("two",)


def test_a_broken_partner_is_not_reported_as_one_sided(tmp_path: Path) -> None:
    write_rulebook(tmp_path, {"one": excluding("one", "two"), "two": "id: ["})
    assert [problem.place.split(" ")[0] for problem in problems_of(tmp_path)] == ["two/policy.yaml"]


# ---------------------------------------------------------------- facts

BASE = "- {id: a, label: 甲, type: int, min: 0, max: 10, sensitivity: business, stated_by: firm}"
BAD_FACTS: list[tuple[str, str]] = [
    (BASE + "\n" + BASE, "重复"),
    ("- {id: A, label: 甲, type: bool, sensitivity: business, stated_by: firm}", "事实名"),
    ("- {id: date, label: 甲, type: bool, sensitivity: business, stated_by: firm}", "事实名"),
    ("- {id: a, type: bool, sensitivity: business, stated_by: firm}", "label"),
    ("- {id: a, label: 甲, type: float, sensitivity: business, stated_by: firm}", "float"),
    ("- {id: a, label: 甲, type: int, sensitivity: business, stated_by: firm}", "min"),
    (
        "- {id: a, label: 甲, type: int, min: 5, max: 1, sensitivity: business, stated_by: firm}",
        "下限大于上限",
    ),
    ("- {id: a, label: 甲, type: int, min: 0.5, max: 1, sensitivity: business, stated_by: firm}", "整数"),
    (
        "- {id: a, label: 甲, type: int, min: 0, max: 1, scale: 10, sensitivity: business, stated_by: firm}",
        "倍数",
    ),
    (
        "- {id: a, label: 甲, type: ratio, min: 0, max: 1, scale: 0, sensitivity: business, stated_by: firm}",
        "倍数",
    ),
    ("- {id: a, label: 甲, type: date, min: 0, max: 1, sensitivity: business, stated_by: firm}", "日期"),
    ("- {id: a, label: 甲, type: enum, sensitivity: business, stated_by: firm}", "选项"),
    (
        '- {id: a, label: 甲, type: enum, values: {"it\'s": 甲}, sensitivity: business, stated_by: firm}',
        "单引号",
    ),
    ("- {id: a, label: 甲, type: code, sensitivity: business, stated_by: firm}", "固定位数"),
    (
        '- {id: a, label: 甲, type: code, pattern: "(a+)+", sensitivity: business, stated_by: firm}',
        "固定位数",
    ),
    (
        '- {id: a, label: 甲, type: code, pattern: "[9-0]{4}", sensitivity: business, stated_by: firm}',
        "固定位数",
    ),
    ("- {id: a, label: 甲, type: bool, sensitivity: secret, stated_by: firm}", "secret"),
    ("- {id: a, label: 甲, type: bool, sensitivity: business, stated_by: computed}", "derivation"),
    (
        "- {id: a, label: 甲, type: bool, sensitivity: business, stated_by: firm, derivation: b}",
        "没有名为“b”",
    ),
    (BASE[:-1] + ", derivation: a + 1}", "绕成一圈"),
    (BASE[:-1] + ", derivation: 1 / 3}", "须为整数"),
    (BASE[:-1] + ", derivation: {rows: []}}", "没有行"),
    (BASE[:-1] + ", derivation: {rows: [{when: 1, then: 2}], otherwise: 3}}", "是整数"),
    (BASE[:-1] + ", derivation: [1]}", "不是表达式"),
    ("[1, 2]", "键: 值"),
]


@pytest.mark.parametrize(("entry", "word"), BAD_FACTS, ids=range(len(BAD_FACTS)))
def test_a_fault_of_the_catalogue_is_told(tmp_path: Path, entry: str, word: str) -> None:
    facts = f"facts: {entry}" if entry.startswith("[") else f"facts:\n{entry}\n"
    write_rulebook(tmp_path, facts=facts)
    problems = problems_of(tmp_path)
    assert any(word in str(problem) for problem in problems), problems
    assert all(problem.place.startswith("facts.yaml") for problem in problems), problems


def test_a_number_too_large_for_128_bits_is_refused(tmp_path: Path) -> None:
    huge = "premium" + " * loan_rate" * 8 + " > 0"
    write_rulebook(tmp_path, {"refund": policy_text(conditions=f"all:\n- {{id: a, text: 甲, expr: {huge}}}")})
    assert "128位" in only_problem(tmp_path).message


@pytest.mark.parametrize(
    "expr",
    [
        "apply_date + 4000000 > DATE '2020-01-01'",
        "apply_date - 800000 > DATE '2020-01-01'",
        "DATE '9999-12-31' + days > apply_date",
        "DATE '0001-01-01' - 1 < apply_date",
        "case when consent then apply_date else due_date end + revenue_days > due_date",
    ],
)
def test_a_day_no_calendar_has_is_refused(tmp_path: Path, expr: str) -> None:
    facts = FACTS + (
        "- {id: revenue_days, label: 天, type: int, unit: day, min: 0, max: 10000000,"
        " sensitivity: business, stated_by: firm}\n"
    )
    policy = policy_text(conditions=f'all:\n- {{id: a, text: 甲, expr: "{expr}"}}')
    write_rulebook(tmp_path, {"refund": policy}, facts=facts)
    assert "9999年" in only_problem(tmp_path).message


def test_the_last_day_of_the_calendar_is_allowed(tmp_path: Path) -> None:
    days = date.max - date(2050, 12, 31)
    expr = f"apply_date + {days.days} > DATE '9999-01-01'"
    make_rulebook(tmp_path, conditions=f'all:\n- {{id: a, text: 甲, expr: "{expr}"}}')


def test_an_expression_too_large_to_compile_is_refused_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emit_python, "MAX_EMITTED", 2_000)
    many = " or ".join(f"employees = {number}" for number in range(100))
    write_rulebook(tmp_path, {"refund": policy_text(conditions=f"all:\n- {{id: a, text: 甲, expr: {many}}}")})
    assert "展开后过大" in only_problem(tmp_path).message
    assert "conditions.all[0].expr" in only_problem(tmp_path).place
    monkeypatch.setattr(emit_python, "MAX_EMITTED", 500)
    assert any(problem.place.startswith("facts.yaml") for problem in problems_of(tmp_path))


# ---------------------------------------------------------------- cases

BAD_CASES: list[tuple[str, str]] = [
    ("cases: {}", "列表"),
    ("cases:\n- {facts: {}, expect: eligible}", "on"),
    ("cases:\n- {facts: {}, on: 2020-03-01, expect: yes}", "yes"),
    ("cases:\n- {on: 2020-03-01, expect: unknown}", "facts"),
    ("cases:\n- {facts: {months: -1}, on: 2020-03-01, expect: unknown}", "超出范围"),
    ("cases:\n- {facts: {month: 1}, on: 2020-03-01, expect: unknown}", "是否指 months"),
    ("cases:\n- {facts: {gb4754: 3411}, on: 2020-03-01, expect: unknown}", "代码"),
    ("cases:\n- {facts: {}, on: 2020-03-01, expect: unknown, amount_fen: 5}", "null"),
    ("cases:\n- {facts: {}, on: 2020-03-01, expect: unknown, failed: [nothing]}", "nothing"),
    ("cases:\n- {facts: {}, on: 2020-03-01, expect: unknown, note: x}", "note"),
]


@pytest.mark.parametrize(("text", "word"), BAD_CASES, ids=range(len(BAD_CASES)))
def test_a_fault_of_a_case_is_told(tmp_path: Path, text: str, word: str) -> None:
    write_rulebook(tmp_path, cases=text)
    problems = problems_of(tmp_path)
    assert any(word in str(problem) for problem in problems), problems
    assert all(problem.place.startswith("refund/cases.yaml") for problem in problems)


# ---------------------------------------------------------------- what is read


def test_a_good_policy_is_read_as_written(tmp_path: Path) -> None:
    rulebook = make_rulebook(
        tmp_path,
        deadline="{text: 六月底前, on: 2020-06-30}",
        papers="[申报表]",
        readings="[五成按下限理解]",
        sources="[{title: 某文, url: https://example.org/a, confidence: KNOWN}]",
    )
    policy = rulebook.policies["refund"]
    assert (policy.title, policy.clauses, policy.role, policy.standing) == (
        "稳岗返还",
        ("三",),
        "coordinate",
        "live",
    )
    assert policy.deadline is not None and policy.deadline.on == date(2020, 6, 30)
    assert policy.conditions.children[1].article == "第三条"
    assert policy.parameters["months_min"].value == 12
    assert policy.editions[0].to == date(2020, 12, 31)
    assert rulebook.warnings == ()


def test_on_and_leading_zeros_stay_text(tmp_path: Path) -> None:
    cases = 'cases:\n- {name: no, facts: {gb4754: "0111"}, on: 2020-03-01, expect: unknown}'
    policy = make_rulebook(tmp_path, cases=cases).policies["refund"]
    assert policy.cases[0].name == "no"
    assert policy.cases[0].facts == {"gb4754": "0111"}


def test_a_comparison_that_cannot_fail_is_warned_of(tmp_path: Path) -> None:
    rulebook = make_rulebook(tmp_path, conditions="all:\n- {id: a, text: 甲, expr: employees >= 0}")
    assert "总是成立" in rulebook.warnings[0].message


def test_an_edition_may_bring_conditions_and_figures_of_its_own(tmp_path: Path) -> None:
    own = (
        CONDITIONS.replace("months >= months_min", "months >= months_min - 1").strip().replace("\n", "\n    ")
    )
    editions = (
        '- {id: "1", from: 2020-01-01}\n'
        '- id: "2"\n  from: 2020-06-01\n  supersedes: "1"\n  parameters:\n'
        "    months_min: {value: 6, unit: month, confidence: KNOWN, source: 新文}\n"
        f"  conditions:\n    {own}"
    )
    policy = make_rulebook(tmp_path, editions=editions).policies["refund"]
    assert policy.editions[1].overrides == ("conditions", "parameters")
    assert policy.editions[1].parameters["months_min"].value == 6
    assert policy.editions[1].parameters["share"].value == policy.parameters["share"].value
    assert policy.editions[0].parameters["months_min"].value == 12


def test_a_folder_that_is_no_rulebook_is_one_problem_not_one_for_each_file(tmp_path: Path) -> None:
    for name in ("photos", "letters"):
        (tmp_path / name).mkdir()
    with pytest.raises(RulebookError) as caught:
        load_rulebook(tmp_path)
    assert [problem.message for problem in caught.value.problems] == ["不是规则目录"]
