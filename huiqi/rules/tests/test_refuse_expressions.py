"""Hostile, broken and ill-typed expressions: refused with what, where and how to mend."""

import time
from pathlib import Path

import pytest

from huiqi.rules import emit_python
from huiqi.rules.catalogue import Catalogue
from huiqi.rules.emit_python import Emitter, check_size
from huiqi.rules.ir import BOOL, DATE, Kind, Type
from huiqi.rules.problems import ExpressionError
from huiqi.rules.tests.make import FEN, emitted, make_catalogue, parsed
from huiqi.rules.tokens import MAX_LENGTH, tokenize

HOSTILE = [
    "",
    "   \n\t ",
    ";",
    "employees > 1; drop table firms",
    "employees > 1 -- and more",
    "employees > 1 /* quiet */",
    "employees > 1 # note",
    "(select 1)",
    "employees in (select id from firms)",
    "exists (select 1)",
    "select employees from firms",
    "employees > 1 union select 1",
    "insert into firms values (1)",
    "cast(employees as float) > 1",
    "employees::float > 1",
    "abs(employees) > 1",
    "__import__('os').system('id')",
    "eval('1')",
    "coalesce(employees, 0) > 1",
    "employees.real > 1",
    "firms.employees > 1",
    '"employees" > 1',
    "`employees` > 1",
    "[employees] > 1",
    "employees > @limit",
    "employees > :limit",
    "employees > ?",
    "employees > $1",
    "employees > 1e5",
    "employees > 0x10",
    "employees > 1_000",
    "employees > .5",
    "employees > 5.",
    "employees % 2 = 0",
    "employees ^ 2 > 1",
    "employees || 'a' = 'b'",
    "employees like '1%'",
    "employees similar to '1'",
    "employees ~ '1'",
    "employees is true",
    "employees is distinct from 1",
    "employees in ()",
    "employees in 5",
    "employees in (revenue)",
    "employees between 1",
    "employees between 1 or 2",
    "employees >",
    "> 3",
    "employees > > 3",
    "employees employees",
    "employees 3",
    "(employees > 3",
    "employees > 3)",
    ")(",
    "()",
    "case when consent then true",
    "case when consent end",
    "case consent when true then true end",
    "case end",
    "when consent then true",
    "consent and",
    "and consent",
    "not",
    "consent or or consent",
    "greatest(employees) > 1",
    "greatest > 1",
    "least() > 1",
    "greatest(1, 2",
    "date = 3",
    "due_date > DATE 2020-01-01",
    "due_date > DATE '2020-1-1'",
    "due_date > DATE '2020-02-30'",
    "due_date > DATE 'yesterday'",
    "due_date > date(2020)",
    "due_date > '2020-01-01'",
    "due_date > TIMESTAMP '2020-01-01'",
    "due_date > now()",
    "due_date > current_date",
    "interval '1' day > days",
    "gb4754 = '3411",
    "gb4754 = 3411'",
    "gb4754 = ''",
    "gb4754 = '34\n11'",
    "gb4754 = 'a''b'",
    "gb4754 = '" + "9" * 80 + "'",
    "employees > " + "9" * 60,
    "employees　> 1",  # a full-width space
    "employees ＞ 1",
    "employees > １",
    "еmployees > 1",  # a Cyrillic letter
    "employees\u200b > 1",
    "employees > 1\x00",
    "\ud800 > 1",
    "😀 > 1",
    "雇员 > 1",
    "‘a’ = ‘b’",
    "employees ≥ 20",
    "employees => 20",
    "employees == 20",
    "employees = = 20",
    "1 < employees < 20",
    "employees = employees = employees",
    "lambda: 1",
    "consent, certified",
    "*",
    "consent and *",
    "null",
    "employees = null",
    "true true",
    "''",
    "'a' = 'a'",
]


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return make_catalogue(Path(tmp_path_factory.mktemp("facts")))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_and_broken_text_is_refused_with_a_remedy(catalogue: Catalogue, text: str) -> None:
    with pytest.raises(ExpressionError) as refusal:
        parsed(catalogue, text)
    assert refusal.value.message and refusal.value.remedy
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 400


@pytest.mark.parametrize(
    "text",
    [
        "(" * 50_000 + "consent" + ")" * 50_000,
        "(" * 30 + "consent" + ")" * 30,
        "not " * 2_000 + "consent",
        "- " * 2_000 + "1 > 0",
        "+" * 9_000,
        " and ".join(["consent"] * 5_000),
        "employees" + " + 1" * 2_000 + " > 1",
        "case when consent then " * 500 + "true" + " else false end" * 500,
        "case " + "when consent then true " * 300 + "end",
        "consent = " * 900 + "consent",
        "consent is null" * 300,
        "(consent is null) " + "is null " * 1_000,
        "a" * 1_000_000,
        "'" * 9_999,
        "\x00" * 5_000,
        " " * (MAX_LENGTH + 1),
        "employees in (" + "1," * 4_000 + "1)",
        "greatest(" * 200 + "1" + ", 2)" * 200 + " > 1",
    ],
    ids=range(18),
)
def test_huge_and_deep_text_is_refused_at_once(catalogue: Catalogue, text: str) -> None:
    started = time.process_time()
    with pytest.raises(ExpressionError):
        parsed(catalogue, text)
    assert time.process_time() - started < 2


def nested(depth: int) -> str:
    """A between over a case whose condition is a between over a case …"""
    inner = "loan_rate"
    for _ in range(depth):
        inner = f"case when {inner} / 3 between loan_rate and new_hire_share then loan_rate else 0.1 end"
    return f"{inner} > 0.05"


@pytest.mark.parametrize(
    "text",
    [
        "employees" + " / -1" * 48 + " > 1",
        "employees" + " / (0 - 1)" * 40 + " > 1",
        "employees" + " / months" * 90 + " > 1",
        "loan_rate / 3 in (" + ", ".join(f"0.{i:04d}" for i in range(1, 500)) + ")",
        nested(8),
    ],
    ids=["negative", "folded", "divisions", "list", "between"],
)
def test_emitted_code_grows_no_faster_than_its_expression(catalogue: Catalogue, text: str) -> None:
    node = parsed(catalogue, text)
    started = time.process_time()
    assert len(Emitter(catalogue).truth(node)) < 40 * len(text)
    assert time.process_time() - started < 1


def test_a_division_by_a_negative_number_keeps_its_sign(catalogue: Catalogue) -> None:
    facts = catalogue.parse({"employees": 20, "insured_jan": 5, "insured_dec": 10})
    assert emitted(catalogue, parsed(catalogue, "employees / -4 = -5"), facts) is True
    assert emitted(catalogue, parsed(catalogue, "employees / -4 / -5 = 1"), facts) is True
    divided = parsed(catalogue, "employees / (insured_jan - insured_dec) = -4")
    assert emitted(catalogue, divided, facts) is True


def test_an_expression_that_would_grow_too_large_is_refused(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emit_python, "MAX_EMITTED", 200)
    check_size(catalogue, parsed(catalogue, "employees > 1"))
    with pytest.raises(ExpressionError, match="过大"):
        check_size(catalogue, parsed(catalogue, " or ".join(f"employees = {i}" for i in range(20))))


def test_a_long_list_of_numbers_is_refused_at_once(catalogue: Catalogue) -> None:
    started = time.process_time()
    with pytest.raises(ExpressionError, match="501个值"):
        parsed(catalogue, f"employees in ({', '.join(map(str, range(501)))})")
    assert len(parsed(catalogue, f"employees in ({', '.join(map(str, range(500)))})").values) == 500
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("text", "expected", "word"),
    [
        ("revenue + days > 1", BOOL, "金额（分）和天数"),
        ("revenue > employees", BOOL, "金额（分）和人数"),
        ("revenue > loan_rate", BOOL, "比率"),
        ("months > days", BOOL, "月数和天数"),
        ("revenue * revenue > 1", BOOL, "金额乘以金额"),
        ("1 / revenue > 1", BOOL, "除以"),
        ("employees / 0 > 1", BOOL, "除以零"),
        ("due_date > days", BOOL, "日期和整数"),
        ("due_date + due_date > apply_date", BOOL, "日期"),
        ("due_date * 2 > apply_date", BOOL, "日期"),
        ("due_date + loan_rate > apply_date", BOOL, "日期"),
        ("due_date + employees > apply_date", BOOL, "天数和人数"),
        ("1 - due_date > 1", BOOL, "日期"),
        ("size_class = 'huge'", BOOL, "没有“huge”这个选项"),
        ("size_class in ('small', 'tiny')", BOOL, "没有“tiny”这个选项"),
        ("size_class > 'small'", BOOL, "比大小"),
        ("size_class between 'large' and 'small'", BOOL, "比大小"),
        ("size_class = guarantor", BOOL, "选项"),
        ("size_class = 1", BOOL, "比较"),
        ("consent > certified", BOOL, "比大小"),
        ("consent = 1", BOOL, "比较"),
        ("consent + 1 > 0", BOOL, "不能参加运算"),
        ("gb4754 = '341'", BOOL, "4位代码"),
        ("gb4754 = 3411", BOOL, "比较"),
        ("gb4754 > '三四一一'", BOOL, "4位代码"),
        ("employees = '20'", BOOL, "文字"),
        ("employees", BOOL, "是整数"),
        ("employees and consent", BOOL, "不能当作是否判断"),
        ("not employees", BOOL, "不能当作是否判断"),
        ("case when employees then true else false end", BOOL, "不能当作是否判断"),
        ("case when consent then revenue else due_date end", FEN, "不是同一类"),
        ("case when consent then revenue else employees end", FEN, "金额（分）和人数"),
        ("greatest(revenue, due_date)", FEN, "不是同一类"),
        ("greatest(consent, certified)", BOOL, "不是数字或日期"),
        ("employees", FEN, "这里须为金额"),
        ("due_date", FEN, "这里须为"),
        ("consent", FEN, "这里须为"),
        ("employees / 2", Type(Kind.INT, "person"), "须为整数"),
        ("revenue", DATE, "这里须为日期"),
        ("employes >= 20", BOOL, "没有名为“employes”的事实或参数"),
    ],
)
def test_a_wrong_type_or_unit_is_named(catalogue: Catalogue, text: str, expected: Type, word: str) -> None:
    with pytest.raises(ExpressionError) as refusal:
        parsed(catalogue, text, expected)
    assert word in str(refusal.value)


def test_an_unknown_name_brings_the_nearest(catalogue: Catalogue) -> None:
    with pytest.raises(ExpressionError) as refusal:
        parsed(catalogue, "employes >= 20")
    assert "employees" in refusal.value.remedy


def test_a_text_parameter_may_not_decide(catalogue: Catalogue) -> None:
    with pytest.raises(ExpressionError, match="doc_number"):
        parsed(catalogue, "doc_number = 'x'", doc_number=Type(Kind.TEXT, "text"))


def test_the_place_of_a_bad_sign_is_told() -> None:
    with pytest.raises(ExpressionError, match="第11字"):
        tokenize("employees ; 1")
