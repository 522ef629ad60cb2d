"""The codebook of a questionnaire, made from its compiled forms: what can be tabled, and on which scale.

XLSForm has no column for scales, so they are told by the names of choices that shipped questionnaires and
their sources use: up/same/down, better/same/worse, very_bad … very_good. Others take part in no index.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from huiqi.questionnaires.models import QuestionnaireVersion
from huiqi.questionnaires.queries.versions import form_of
from huiqi.questionnaires.xform.definition import (
    Form,
    Group,
    Inline,
    Item,
    Itemset,
    Repeat,
)
from huiqi.questionnaires.xform.definition import Kind as Asked
from huiqi.questionnaires.xform.definition import Question as FormQuestion
from huiqi.questionnaires.xform.filling import Filling
from huiqi.questionnaires.xpath.tree import Node
from huiqi.questionnaires.xpath.values import to_string
from huiqi.surveys.analysis.codebook import (
    MOST_CHOICES_OF_MULTIPLE,
    Choice,
    Codebook,
    Direction,
    Kind,
    Question,
)

# Answers that tell the firm or a person apart by themselves; none of them is a result.
LEFT_OUT = frozenset(
    "uscc credit_code phone mobile tel telephone contact contact_name contact_phone name person email mail "
    "id_number wechat address legal_person".split()
)
# A question with more choices is a register of its own (all industries); its table would fill pages.
MOST_CHOICES = 400
_DONT_KNOW = frozenset({"unknown", "dont_know", "dk", "not_sure", "unclear"})
_DIRECTIONS = {
    Direction.UP: {"up", "better", "rise", "rose", "increase", "increased", "more", "improve", "improved"},
    Direction.SAME: {"same", "unchanged", "flat", "stable"},
    Direction.DOWN: {"down", "worse", "fall", "fell", "decrease", "decreased", "less", "worsen", "worsened"},
}
# Where up means worse: slower deliveries, dearer inputs (国家统计局: 采购经理调查).
_WORSE_WHEN_UP = re.compile(r"(?:^|_)(?:costs?|prices?|delivery|deliveries|arrears|debts?)(?:_|$)")
# The Overall Sentiment Index of the Small Business Pulse Survey (US Census Bureau, 2020-2022).
_SENTIMENT = {"very_bad": -1.0, "bad": -0.5, "none": 0.0, "good": 0.5, "very_good": 1.0}
_NUMBER = re.compile(r"[0-9]+")
_SINGLE, _SEVERAL = frozenset({Asked.SELECT_ONE, Asked.RANK}), frozenset({Asked.SELECT_MULTIPLE})
_NUMBERS = {Asked.INTEGER: Kind.INTEGER, Asked.DECIMAL: Kind.DECIMAL, Asked.RANGE: Kind.DECIMAL}


def codebook_of(versions: Sequence[QuestionnaireVersion], strata: tuple[Question, ...]) -> Codebook:
    """One codebook of all versions answered, the newest first: its words, and what only older ones had."""
    found: dict[str, Question] = {}
    title = ""
    for version in versions:
        form = form_of(version)
        title = title or form.title
        for question in _questions(form):
            known = found.get(question.name)
            if known is None:
                found[question.name] = question
            elif known.kind is question.kind:
                found[question.name] = _joined(known, question)
    taken = {column.name for column in strata}
    return Codebook(title, tuple(q for q in found.values() if q.name not in taken), strata)


def places_of(form: Form) -> dict[str, str]:
    """The path of each question that becomes a column, by the column's name."""
    return {question.path.rpartition("/")[2]: question.path for question, _said in _asked(form)}


def _joined(newer: Question, older: Question) -> Question:
    names = {choice.name for choice in newer.choices}
    more = tuple(choice for choice in older.choices if choice.name not in names)
    room = MOST_CHOICES_OF_MULTIPLE if newer.kind is Kind.MULTIPLE else MOST_CHOICES
    return replace(newer, choices=(*newer.choices, *more)[:room])


def _questions(form: Form) -> Iterable[Question]:
    lists = Filling(form, today=datetime(2020, 1, 1).date(), now=datetime(2020, 1, 1))  # noqa: DTZ001  no rule runs
    for question, said in _asked(form):
        found = _column(form, question, said, lists)
        if found is not None:
            yield found


def _asked(form: Form) -> list[tuple[FormQuestion, str]]:
    """Questions that may become columns, outside repeats, with the words of the table they stand in."""
    found: dict[str, tuple[FormQuestion, str]] = {}

    def walk(items: Iterable[Item], said: str) -> None:
        for item in items:
            if isinstance(item, Group):
                is_table = bool(item.appearance & {"table-list", "list-nolabel"})
                walk(item.children, _plain(form, item.label) if is_table else said)
            elif isinstance(item, FormQuestion):
                name = item.path.rpartition("/")[2]
                if name not in LEFT_OUT:
                    found.setdefault(name, (item, said))
            else:
                assert isinstance(item, Repeat)  # answers that come several times a firm have no column

    walk(form.body, "")
    return list(found.values())


def _plain(form: Form, words: object) -> str:
    parts = form.text(words, form.default_language)  # type: ignore[arg-type]
    return "".join(part for part in parts if isinstance(part, str)).strip()


def _column(form: Form, asked: FormQuestion, said: str, lists: Filling) -> Question | None:
    name = asked.path.rpartition("/")[2]
    label = " ".join(_plain(form, asked.label).split()) or name
    if said:
        label = f"{said.rstrip('？?：:')}：{label}"
    if asked.kind in _NUMBERS:
        return Question(name, label, _NUMBERS[asked.kind], unit=_unit(label))
    if asked.kind is Asked.TEXT:
        return Question(name, label, Kind.TEXT)
    if asked.kind in _SINGLE | _SEVERAL:
        return _choosing(form, asked, (name, label), lists)
    return None


def _unit(label: str) -> str:
    found = re.search(r"[（(](人|万元|元|家|天|个月|%|％)[）)]", label)
    return found.group(1) if found else "%" if "百分比" in label else ""


def _choosing(form: Form, asked: FormQuestion, named: tuple[str, str], lists: Filling) -> Question | None:
    name, label = named
    choices = _choices(form, asked, lists)
    if not choices:
        return None
    is_several = asked.kind in _SEVERAL
    if len(choices) > (MOST_CHOICES_OF_MULTIPLE if is_several else MOST_CHOICES):
        return Question(name, label, Kind.TEXT)
    if is_several:
        return Question(name, label, Kind.MULTIPLE, choices)
    if asked.kind is Asked.RANK:
        label = f"{label}（排第一的）"
    scaled, is_change = _scaled(choices)
    is_inverse = is_change and bool(_WORSE_WHEN_UP.search(name)) and _has(choices, "up")
    ordered = asked.kind is not Asked.RANK and _is_ordered(choices)
    return Question(name, label, Kind.SINGLE, scaled, is_inverse=is_inverse, is_ordered=ordered)


def _has(choices: Iterable[Choice], name: str) -> bool:
    return any(choice.name == name for choice in choices)


def _choices(form: Form, asked: FormQuestion, lists: Filling) -> tuple[Choice, ...]:
    if asked.choices is None:
        return ()
    if isinstance(asked.choices, tuple):
        found = [(one.value, _inline(form, one)) for one in asked.choices]
    else:
        value = asked.choices.value_name
        found = [(_part(node, value), _option(node, asked.choices, lists)) for node in _listed(form, asked)]
    return tuple({value: Choice(value, label or value) for value, label in found if value}.values())


def _option(node: Node, listed: Itemset, lists: Filling) -> str:
    if listed.label is None:
        return _part(node, listed.label_name)
    return to_string(lists.evaluate(listed.label, node))


def _inline(form: Form, one: Inline) -> str:
    return _plain(form, one.words)


def _listed(form: Form, asked: FormQuestion) -> list[Node]:
    """All options of the list behind a question, whatever filter chooses among them."""
    assert asked.choices is not None and not isinstance(asked.choices, tuple)
    named = re.search(r"instance\(\s*['\"]([^'\"]+)['\"]\s*\)", asked.choices.nodes.text)
    root = form.instances.get(named.group(1)) if named else None
    if root is None:
        return []
    value = asked.choices.value_name
    return [node for node in _under(root) if any(child.name == value for child in node.children)]


def _under(node: Node) -> Iterable[Node]:
    for child in node.children:
        yield child
        yield from _under(child)


def _part(node: Node, name: str) -> str:
    return next((child.value for child in node.children if child.name == name), "")


def _scaled(choices: tuple[Choice, ...]) -> tuple[tuple[Choice, ...], bool]:
    """The choices with their place on a scale, and whether it is one of change."""
    names = {choice.name for choice in choices} - _DONT_KNOW
    directions = {name: way for way, words in _DIRECTIONS.items() for name in words}
    if len(names) == len(_DIRECTIONS) and {directions.get(name) for name in names} == set(_DIRECTIONS):
        return tuple(replace(one, direction=directions.get(one.name)) for one in choices), True
    if names == set(_SENTIMENT):
        return tuple(replace(one, score=_SENTIMENT.get(one.name)) for one in choices), False
    return choices, False


def _is_ordered(choices: tuple[Choice, ...]) -> bool:
    """Whether the labels count upwards: 1个月以内, 2个月, 3个月 …"""
    said = [one.label for one in choices if one.name not in _DONT_KNOW]
    numbers = [int(found.group()) for label in said if (found := _NUMBER.search(label))]
    return len(numbers) == len(said) >= 3 and numbers == sorted(numbers) and numbers[0] < numbers[-1]
