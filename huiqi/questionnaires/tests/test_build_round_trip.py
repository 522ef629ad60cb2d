"""A plan written as an XLSForm comes back as it was, whatever an officer builds."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiqi.questionnaires.builder import editing
from huiqi.questionnaires.builder.conditions import condition_of, formula_of, hows_for
from huiqi.questionnaires.builder.editing import settled
from huiqi.questionnaires.builder.offering import Offer, offers_of, with_offers
from huiqi.questionnaires.builder.options import options_text, read_lines, read_options, read_rows
from huiqi.questionnaires.builder.plan import (
    Condition,
    Item,
    ItemKind,
    Option,
    Part,
    Plan,
    plan_json,
    plan_of,
)
from huiqi.questionnaires.builder.reading import read_plan
from huiqi.questionnaires.builder.writing import write_book
from huiqi.questionnaires.queries.shipped import shipped, shipped_book
from huiqi.questionnaires.tests.make import make_xlsform
from huiqi.questionnaires.xlsform.compiling import compile_book
from huiqi.questionnaires.xlsform.readable import to_xlsx
from huiqi.questionnaires.xlsform.workbook import read_book

LETTERS = "甲乙丙丁ab 1（）=<&'\"%？"
words = st.text(LETTERS, min_size=1, max_size=12).map(str.strip).filter(bool)
numbers = st.integers(-9999, 9999).map(str) | st.decimals(-99, 99, places=2).map(str)
days = st.dates().map(lambda day: day.isoformat())
LISTS = {
    "l1": (Option("open", "已复工", "open"), Option("closed", "停业")),
    "l2": tuple(Option(f"c{number}", f"第{number}项") for number in range(1, 5)),
}
PLAIN = [kind for kind in ItemKind if kind not in {ItemKind.PAGE, ItemKind.MATRIX, ItemKind.REPEAT}]


def again(plan: Plan) -> Plan:
    """The plan after a trip through a file."""
    book, problems = read_book(io.BytesIO(to_xlsx(write_book(plan).book)))
    assert not problems
    read = read_plan(book)
    assert [str(one) for one in read.unknown] == []
    return read.plan


@st.composite
def conditions(draw, asked):
    def part():
        of = draw(st.sampled_from(asked))
        how = draw(st.sampled_from(hows_for(of)))
        if how in {"filled", "blank"}:
            return Part(of.name, how)
        if how in {"is", "is_not", "has", "has_not"}:
            names = [one.name for one in LISTS.get(of.list_name, ())] or ["甲", "it's"]
            return Part(of.name, how, draw(st.sampled_from(names)))
        return Part(of.name, how, draw(numbers | days))

    sizes = draw(st.lists(st.integers(1, 2), min_size=1, max_size=3))
    return Condition(draw(st.booleans()), tuple(tuple(part() for _ in range(size)) for size in sizes))


@st.composite
def questions(draw, name, asked):
    kind = draw(st.sampled_from(PLAIN))
    item = Item(
        kind,
        name,
        label=draw(words),
        english=draw(st.sampled_from(["", "In English"])),
        hint=draw(st.sampled_from(["", "可以估计"])),
        is_required=draw(st.booleans()),
        list_name=draw(st.sampled_from(sorted(LISTS))),
        look=draw(st.sampled_from(["", "search", "likert"])),
        low=draw(st.just("") | numbers),
        high=draw(st.just("") | numbers),
        least=draw(st.sampled_from(["", "1"])),
        most=draw(st.sampled_from(["", "3"])),
        longest=draw(st.sampled_from(["", "200"])),
        alone=draw(st.sampled_from(["", "closed"])),
        rule=draw(st.sampled_from(["", ". != 7", ". > 3 or (. < 1)", "(. > 1) and (. < 9)"])),
        rule_said=draw(st.sampled_from(["", "请核对。"])),
        source=draw(st.sampled_from(["", "GB 32100"])),
        condition=draw(st.none() | conditions(asked)) if asked else None,
        calculation="1 + 1" if kind is ItemKind.CALCULATE else "",
    )
    if kind is ItemKind.RANGE:
        item = item.but(low="0", high="10", step="1")
    if kind in {ItemKind.DATE, ItemKind.DATETIME}:
        item = item.but(low=draw(st.just("") | days), high="")
    return item


@st.composite
def plans(draw):
    made: list[Item] = []
    plan = Plan(title=draw(words), lists=LISTS, has_english=draw(st.booleans()))
    for number in range(draw(st.integers(1, 6))):
        made.append(draw(questions(f"q{number}", [one for one in made if one.is_answered])))
    english = {} if plan.has_english else {"english": "", "hint_english": ""}
    items = [settled(item.but(**english), plan) for item in made]
    at = draw(st.integers(0, len(items)))
    if draw(st.booleans()) and items[at:]:
        page = Item(ItemKind.PAGE, "p", label="一页", look=draw(st.sampled_from(["", "loose"])))
        items[at:] = [page.but(items=tuple(items[at:]))]
    rows = tuple(Item(ItemKind.ONE, f"m_{number}", label=f"行{number}") for number in (1, 2))
    cascade: dict[str, tuple[Option, ...]] = {}
    if draw(st.booleans()):
        items[:0] = [Item(ItemKind.ONE, "city", label="市州", list_name="l2")]
        kind = draw(st.sampled_from([ItemKind.ONE, ItemKind.MANY]))
        items.append(Item(kind, "county", label="区县", list_name="l3", parent="city"))
        under = draw(st.lists(st.sampled_from(["c1", "c2", "c4"]), min_size=1, max_size=4))
        cascade = {"l3": tuple(Option(f"d{at}", f"区{at}", "", one) for at, one in enumerate(under))}
    items.append(Item(ItemKind.MATRIX, "m", label="矩阵", list_name="l1", is_required=True, items=rows))
    lists = LISTS if plan.has_english else {n: tuple(map(in_chinese, each)) for n, each in LISTS.items()}
    plan = plan.but(lists={**lists, **cascade})
    if draw(st.booleans()):
        offers = [
            Offer(draw(st.sampled_from(["open", "closed"])), "request", "finance", draw(words), "${m_1}")
        ]
        plan = with_offers(plan, Item(ItemKind.ONE, "m_1"), offers)
    return editing.without_unused_lists(plan.but(items=tuple(items)))


def in_chinese(option: Option) -> Option:
    return Option(option.name, option.label)


def worded(plan: Plan) -> Plan:
    """With English in the file when there is any: a column nobody filled is not written."""
    has_any = any(item.english or item.hint_english for item in plan.walk())
    has_any = has_any or any(one.english for options in plan.lists.values() for one in options)
    return plan.but(has_english=plan.has_english and has_any)


@given(plans())
@settings(max_examples=60, deadline=None)
def test_what_is_built_comes_back_from_its_file_as_it_was(plan):
    first = again(plan)
    assert again(first) == first
    assert worded(first).items == worded(plan).items
    assert first.lists == plan.lists
    assert offers_of(first, "m_1") == offers_of(plan, "m_1")
    assert first.title == " ".join(plan.title.split()) or first.title == plan.title


@given(plans())
@settings(max_examples=60, deadline=None)
def test_a_plan_is_kept_as_json_whole(plan):
    assert plan_of(plan_json(plan)) == plan


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
def test_shipped_questionnaires_stay_what_they_are(path):
    book = shipped_book(path)
    read = read_plan(book)
    assert not read.unknown
    assert again(read.plan) == read.plan
    before, after = compile_book(book), compile_book(write_book(read.plan).book)
    assert before.form is not None
    assert after.form is not None
    assert list(before.form.questions) == list(after.form.questions)


@pytest.mark.parametrize(
    "text",
    [
        "${a} = 'x' and (${b} > 3 or selected(${c}, 'y'))",
        "(${a} = 'x' and ${b} != '') or not(selected(${c}, 'y'))",
        "${a} >= date('2020-02-09')",
        "${a} = -2.5",
    ],
)
def test_a_condition_of_a_file_is_shown_as_choices(text):
    condition = condition_of(text)
    assert condition is not None
    assert condition_of(formula_of(condition)) == condition


@pytest.mark.parametrize(
    "text",
    [
        "${a} + 1 > 3",
        "${a} = ${b}",
        "not(${a} = 'x')",
        "today() > ${a}",
        "((${a} = 1",
        "count-selected(${a}) > 1",
    ],
)
def test_a_condition_that_says_more_stays_a_formula(text):
    assert condition_of(text) is None
    plan = Plan(
        "题", (Item(ItemKind.TEXT, "a", label="甲"), Item(ItemKind.TEXT, "b", label="乙", formula=text))
    )
    assert again(plan).items[1].formula == text


def test_lines_from_word_lose_their_numbers_and_from_excel_keep_their_codes():
    assert [label for _, label, _ in read_lines("1. 是\n2. 否")] == ["是", "否"]
    assert [label for _, label, _ in read_lines("A、减税\nB、融资")] == ["减税", "融资"]
    assert [label for _, label, _ in read_lines("1个月以内\n2个月")] == ["1个月以内", "2个月"]
    assert [label for _, label, _ in read_lines("1.5倍以上\n2.5倍以上")] == ["1.5倍以上", "2.5倍以上"]
    assert read_lines("open\t已复工\tOpen\nclosed\t停业") == [
        ("open", "已复工", "Open"),
        ("closed", "停业", ""),
    ]
    assert read_lines("是 | Yes") == [("", "是", "Yes")]


def test_codes_stay_with_their_texts_when_lines_move_or_are_mended():
    before = (Option("c1", "是"), Option("c2", "否"), Option("c3", "说不准"))
    moved = read_options("说不准\n是\n否", before)
    assert [one.name for one in moved] == ["c3", "c1", "c2"]
    mended = read_options("是的\n否\n说不准", before)
    assert [(one.name, one.label) for one in mended] == [("c1", "是的"), ("c2", "否"), ("c3", "说不准")]
    more = read_options("是\n都有\n否", before)
    assert len({one.name for one in more}) == 3
    assert (more[0].name, more[2].name) == ("c1", "c2")
    assert read_options(options_text(before), before) == before


def test_rows_of_a_matrix_get_names_nothing_else_has():
    rows = read_rows("订单\n回款", (), "m", {"m_1"})
    assert [row.name for row in rows] == ["m_2", "m_3"]


def test_a_file_of_the_field_says_what_the_builder_can_not_show():
    read = read_plan(
        read_book(io.BytesIO(compiled_file()))[0],
    )
    assert {one.column for one in read.unknown} == {"choice_filter", "type", "label::Français (fr)"}


def compiled_file() -> bytes:
    survey = [
        {"type": "select_one a", "name": "p", "label": "省", "label::Français (fr)": "Province"},
        {"type": "select_one a or_other", "name": "q", "label": "市", "choice_filter": "name = ${p}"},
    ]
    return make_xlsform(survey, [{"list_name": "a", "name": "x", "label": "某"}]).getvalue()


def test_an_option_goes_under_an_option_of_the_question_above_and_keeps_its_code():
    above = (Option("c1", "长沙市"), Option("c2", "湘潭市"))
    made = read_options("长沙市 > 浏阳市\n湘潭市＞湘乡市\n没有的市 > 某县", (), above)
    assert [(one.label, one.parent) for one in made[:2]] == [("浏阳市", "c1"), ("湘乡市", "c2")]
    assert made[2] == Option(made[2].name, "没有的市 > 某县")
    assert read_options(options_text(made, above), made, above) == made
    moved = read_options("湘潭市 > 湘乡市\n长沙市 > 浏阳市", made, above)
    assert [one.name for one in moved] == [made[1].name, made[0].name]


def test_a_rule_that_asks_for_more_is_carried_along_beside_the_offers_of_a_question():
    item = Item(ItemKind.ONE, "a", label="甲", list_name="l1")
    more = {"when": "${a} = 'open' and ${b} > 3", "item": "request", "topic": "other", "title": "两样"}
    old = {"when": "${a} = 'open'", "item": "request", "topic": "labour", "title": "旧", "attach": "a b"}
    plan = Plan("题", (item,), LISTS, requests=(more, old))
    changed = with_offers(plan, item, [Offer("closed", "request", "finance", "新")])
    assert changed.requests[0] == more
    assert changed.requests[1]["title"] == "新"
    assert changed.requests[1]["attach"] == "a b"
    assert changed.requests[1]["when"] == "${a} = 'closed'"
    assert with_offers(changed, item, []).requests == (more,)
