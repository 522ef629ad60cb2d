"""Advice on an XLSForm that works: what will go wrong in use. Pure."""

import re
from collections.abc import Iterator

from huiqi.core.messages import gettext_noop
from huiqi.questionnaires.xform.support import MOST_QUESTIONS_ADVISED
from huiqi.questionnaires.xlsform.features import plain_looks
from huiqi.questionnaires.xlsform.formulas import REFERENCE, TEXTS, Formula, compared_choices
from huiqi.questionnaires.xlsform.lists import Lists
from huiqi.questionnaires.xlsform.problems import Problem, problem
from huiqi.questionnaires.xlsform.sheets import CHOICES, SURVEY
from huiqi.questionnaires.xlsform.survey import Line, Outline
from huiqi.questionnaires.xpath.syntax import Call, Filtered, Path, Reference, Tree, children, walk

_CHINESE = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_CERTAIN = frozenset({"yes", "true", "true()"})


def advice(outline: Outline, lists: Lists, formulas: list[Formula]) -> list[Problem]:
    """Warnings in the order of the sheets."""
    found = [
        *_blank_sums(outline, formulas),
        *_bare_conditions(formulas),
        *_typed_paths(formulas),
        *_choices_that_are_not(outline, lists, formulas),
        *_unused_names(outline, formulas),
        *_unused_lists(outline, lists),
        *_not_chinese(outline),
        *plain_looks(outline),
    ]
    found.sort(key=lambda one: (one.sheet != SURVEY, one.row))
    return [*_too_many(outline), *found]


def _too_many(outline: Outline) -> Iterator[Problem]:
    count = _asked_of_everybody(outline)
    if count > MOST_QUESTIONS_ADVISED:
        said = gettext_noop("每家企业都要答的有%(count)s道题。超过%(most)s道，很多企业会填到一半放弃。")
        yield problem(
            (SURVEY, 0, ""),
            said,
            gettext_noop("请删去能从企业档案带入的题，或分几次问。"),
            count=count,
            most=MOST_QUESTIONS_ADVISED,
        )


def _asked_of_everybody(outline: Outline) -> int:
    """Questions without a condition of their own or around them; a matrix counts as one."""
    count = 0
    around: list[tuple[bool, bool]] = []
    for line in outline.lines:
        is_conditional = bool(outline.sheet.get(line.row, "relevant"))
        if line.begins:
            looks = outline.sheet.get(line.row, "appearance").split()
            inner = is_conditional or any(conditional for conditional, _ in around)
            count += "table-list" in looks and not inner
            around.append((is_conditional, "table-list" in looks))
        elif line.ends:
            around = around[:-1]
        elif line.is_asked and not is_conditional:
            count += not any(conditional or matrix for conditional, matrix in around)
    return count


def _may_be_blank(line: Line, outline: Outline) -> bool:
    sheet = outline.sheet
    required = sheet.get(line.row, "required").lower() in _CERTAIN
    is_sure = required and not sheet.get(line.row, "relevant")
    return line.type != "calculate" and not is_sure and not sheet.get(line.row, "default")


def _blank_sums(outline: Outline, formulas: list[Formula]) -> Iterator[Problem]:
    for formula in formulas:
        for one in walk(formula.tree):
            if not (isinstance(one, Call) and one.name == "sum" and isinstance(one.arguments[0], Reference)):
                continue
            name = one.arguments[0].name
            for line in outline.named.get(name, []):
                if _may_be_blank(line, outline):
                    said = gettext_noop("sum(${%(name)s}) 里只要有一项空白，合计就无效。")
                    advice_ = gettext_noop("请写作 sum(${%(name)s}[. != ''])，或给这道题加默认值 0。")
                    yield problem(formula.place, said, advice_, name=name)


def _bare_conditions(formulas: list[Formula]) -> Iterator[Problem]:
    for formula in formulas:
        if formula.name in {"relevant", "required", "constraint"} and isinstance(formula.tree, Reference):
            said = gettext_noop("条件只写了 ${%(name)s}，不论有没有填都成立。")
            advice_ = gettext_noop("判断有没有填，请写作 ${%(name)s} != ''。")
            yield problem(formula.place, said, advice_, name=formula.tree.name)


def _typed_paths(formulas: list[Formula]) -> Iterator[Problem]:
    """An absolute path in instance(…)[…] means the list's document to some clients."""
    for formula in formulas:
        for one in walk(formula.tree):
            if isinstance(one, Path | Filtered) and _starts_at_list(one):
                for predicate in _predicates(one):
                    if any(isinstance(inner, Path) and inner.is_absolute for inner in walk(predicate)):
                        said = gettext_noop("instance() 的方括号里写了绝对路径，有的客户端会找错地方。")
                        yield problem(
                            formula.place, said, gettext_noop("请改写成 ${题目名称} 或 current()/..。")
                        )


def _starts_at_list(tree: Path | Filtered) -> bool:
    start = tree.start if isinstance(tree, Path) else tree.of
    while isinstance(start, Path | Filtered):
        start = start.start if isinstance(start, Path) else start.of
    return isinstance(start, Call) and start.name == "instance"


def _predicates(tree: Path | Filtered) -> Iterator[Tree]:
    if isinstance(tree, Filtered):
        yield from tree.predicates
    else:
        for step in tree.steps:
            yield from step.predicates


def _choices_that_are_not(outline: Outline, lists: Lists, formulas: list[Formula]) -> Iterator[Problem]:
    for formula in formulas:
        for name, choice in dict.fromkeys(compared_choices(formula)):
            lines = [line for line in outline.named.get(name, []) if line.select and not line.has_other]
            known = lists.names.get(lines[0].list_name) if len(lines) == 1 else None
            if known is not None and choice not in known:
                said = gettext_noop("题目 ${%(name)s} 没有选项“%(choice)s”，这个条件永远不成立。")
                advice_ = gettext_noop("请核对 choices 里 %(list)s 的 name。")
                values = {"name": name, "choice": choice, "list": lines[0].list_name}
                yield problem(formula.place, said, advice_, **values)


def _mentioned(outline: Outline, formulas: list[Formula]) -> set[str]:
    found = {one.name for formula in formulas for one in _references(formula.tree)}
    for line in outline.lines:
        for name in (*TEXTS, "trigger", "parameters"):
            for _column, text in outline.sheet.all(line.row, name):
                found.update(REFERENCE.findall(text))
    return found


def _references(tree: Tree) -> Iterator[Reference]:
    if isinstance(tree, Reference):
        yield tree
    for child in children(tree):
        yield from _references(child)


def _unused_names(outline: Outline, formulas: list[Formula]) -> Iterator[Problem]:
    mentioned = _mentioned(outline, formulas)
    for line in outline.lines:
        if line.type in {"calculate", "hidden"} and line.name and line.name not in mentioned:
            said = gettext_noop("%(name)s 没有被别处用到。")
            place = (SURVEY, line.row.number, outline.sheet.header("name"))
            advice_ = gettext_noop("如果只为导出结果，可以不管。")
            yield problem(place, said, advice_, name=line.name)


def _unused_lists(outline: Outline, lists: Lists) -> Iterator[Problem]:
    used = {line.list_name for line in outline.lines if line.select}
    texts = " ".join(
        text for line in outline.lines for text in line.row.cells.values() if "instance(" in text
    )
    for name, row in lists.first_row.items():
        if name not in used and name not in texts:
            said = gettext_noop("选项表“%(name)s”没有题目使用。")
            place = (CHOICES, row, lists.sheet.header("list_name"))
            yield problem(place, said, gettext_noop("可以删去。"), name=name)


def _not_chinese(outline: Outline) -> Iterator[Problem]:
    """Labels without Chinese; a form that has none at all is told once."""
    lines = [line for line in outline.lines if line.is_asked or line.type == "note"]
    labels = {line.row.number: [text for _c, text in outline.sheet.all(line.row, "label")] for line in lines}
    header = outline.sheet.header("label")
    spoken = [text for texts in labels.values() for text in texts]
    if spoken and not any(_CHINESE.search(text) for text in spoken):
        said = gettext_noop("全部题目都没有中文。")
        yield problem((SURVEY, 1, header), said, gettext_noop("请补上 label::中文 (zh) 列。"))
        labels = {number: texts for number, texts in labels.items() if not texts}
    for line in lines:
        texts = labels.get(line.row.number)
        if texts is None or any(_CHINESE.search(text) for text in texts):
            continue
        said = gettext_noop("%(name)s 的题目没有中文。") if texts else gettext_noop("%(name)s 没有题目文字。")
        advice_ = gettext_noop("请在 label 列填写给人看的中文问题。")
        yield problem((SURVEY, line.row.number, header), said, advice_, name=line.name)
