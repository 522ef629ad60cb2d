"""What is wrong in a plan, beside the question it concerns, in words for who never saw an XLSForm. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from huiqi.core.messages import Message, gettext_noop
from huiqi.questionnaires.builder.conditions import WITHOUT_VALUE, is_value
from huiqi.questionnaires.builder.plan import (
    CHOOSING,
    DAYS,
    NUMBERS,
    Item,
    ItemKind,
    Part,
    Plan,
)
from huiqi.questionnaires.builder.writing import write_book
from huiqi.questionnaires.xform.definition import Form
from huiqi.questionnaires.xlsform.compiling import Compiled, compile_book
from huiqi.questionnaires.xlsform.meanings import Known
from huiqi.questionnaires.xlsform.problems import Problem
from huiqi.questionnaires.xlsform.sheets import CHOICES, SURVEY

# Where in the editor what a column says is put right.
_FIELDS = {
    "relevant": "formula",
    "constraint": "rule",
    "constraint_message": "rule_said",
    "calculation": "calculation",
    "calculate": "calculation",
    "repeat_count": "count",
    "default": "default",
    "name": "name",
    "hint": "hint",
    "choice_filter": "parent",
    "huiqi::fact": "fact",
    "huiqi::unit": "unit",
    "huiqi::policy": "policy",
}


@dataclass(frozen=True)
class Fault:
    """One thing to mend: of which item ("" is the whole), in which field of its editor."""

    item: str
    field: str
    said: Message


@dataclass(frozen=True)
class Checked:
    """A plan judged. `form` is there whenever anything can be tried out, also with faults elsewhere."""

    faults: tuple[Fault, ...] = ()
    form: Form | None = None
    warnings: tuple[Problem, ...] = ()
    by_item: dict[str, list[Fault]] = field(default_factory=dict)


def check_plan(plan: Plan, known: Known | None = None) -> Checked:
    """Everything wrong, and the form to try out: of the whole plan, or of what is in order.

    `known` has the facts and policies an answer may stand for; without it they are not looked up.
    """
    faults = [*_whole(plan), *(fault for item in plan.walk() for fault in _item(item, plan))]
    compiled, told = _compiled(plan, known)
    at_fault = {fault.item for fault in faults}
    faults += [fault for fault in told if fault.item not in at_fault]
    faults.sort(key=_order(plan))
    by_item: dict[str, list[Fault]] = {}
    for fault in faults:
        by_item.setdefault(fault.item, []).append(fault)
    form = compiled.form if compiled.is_ok else _form_without(plan, {fault.item for fault in told})
    return Checked(tuple(faults), form, compiled.warnings, by_item)


def _order(plan: Plan) -> Callable[[Fault], int]:
    places = {item.name: at for at, item in enumerate(plan.walk())}
    return lambda fault: places.get(fault.item, -1)


def _form_without(plan: Plan, names: set[str]) -> Form | None:
    left = plan.but(items=_left(plan.items, names))
    return _compiled(left)[0].form if names and left.items else None


def _left(items: tuple[Item, ...], names: set[str]) -> tuple[Item, ...]:
    kept = (item.but(items=_left(item.items, names)) for item in items if item.name not in names)
    return tuple(item for item in kept if not item.is_container or item.items)


def _compiled(plan: Plan, known: Known | None = None) -> tuple[Compiled, list[Fault]]:
    written = write_book(plan)
    compiled = compile_book(written.book, known=known)
    found: dict[tuple[str, str], Fault] = {}
    for one in compiled.problems:
        where = _FIELDS.get(one.column) or _FIELDS.get(one.column.partition("::")[0], "label")
        said = Message("%(said)s%(advice)s", {"said": one.said, "advice": one.advice})
        for name in _concerned(one, written.item_rows, written.option_rows, plan):
            shown = "options" if one.sheet == CHOICES else where
            found.setdefault((name, str(said)), Fault(name, shown, said))
    return compiled, list(found.values())


def _concerned(one: Problem, items: dict[int, str], options: dict[int, str], plan: Plan) -> list[str]:
    if one.sheet == CHOICES and one.row in options:
        return [item.name for item in plan.uses(options[one.row])] or [""]
    return [items.get(one.row, "")] if one.sheet == SURVEY else [""]


# --- our own checks, in plain words -------------------------------------------------------------------


def _whole(plan: Plan) -> Iterator[Fault]:
    if not plan.title.strip():
        yield Fault("", "title", Message(gettext_noop("还没有写问卷的标题。")))
    if not plan.question_count:
        yield Fault("", "items", Message(gettext_noop("还没有题目，请在下面选一种题型加一题。")))


def _item(item: Item, plan: Plan) -> Iterator[Fault]:
    def told(where: str, said: str, /, **values: object) -> Fault:
        return Fault(item.name, where, Message(said, values))

    silent = {ItemKind.CALCULATE, ItemKind.HIDDEN, ItemKind.PAGE}
    if not item.label.strip() and item.kind not in silent:
        yield told("label", gettext_noop("还没有写题目。"))
    if item.is_container and not item.items:
        rows = gettext_noop("还没有行。每行写一个要评的方面。")
        inside = gettext_noop("里面还没有题目。请加题，或删去它。")
        matrix = item.kind is ItemKind.MATRIX
        yield told("rows" if matrix else "label", rows if matrix else inside)
    if item.kind is ItemKind.CALCULATE and not item.calculation:
        yield told("calculation", gettext_noop("还没有写公式。"))
    if item.kind in CHOOSING and (item.kind is ItemKind.MATRIX or not _is_row(item, plan)):
        yield from _options(item, plan)
    yield from _limits(item, plan)
    for part in item.condition.parts if item.condition else ():
        said = _part(part, item, plan)
        if said is not None:
            yield Fault(item.name, "conditions", said)


def _is_row(item: Item, plan: Plan) -> bool:
    return not item.list_name and any(item in one.items for one in plan.walk() if one.kind is ItemKind.MATRIX)


def _options(item: Item, plan: Plan) -> Iterator[Fault]:
    options = plan.lists.get(item.list_name, ())
    if not options:
        yield Fault(item.name, "options", Message(gettext_noop("还没有选项。一行写一个。")))
    labels = [one.label for one in options]
    for label in dict.fromkeys(label for label in labels if labels.count(label) > 1):
        said = Message(gettext_noop("选项“%(label)s”写了两次。"), {"label": label})
        yield Fault(item.name, "options", said)
    if item.parent:
        yield from _cascade(item, plan)
    names = {one.name for one in options}
    if item.alone and item.alone not in names:
        said = Message(gettext_noop("不能和别的一起选的那个选项已经没有了，请重新选。"))
        yield Fault(item.name, "alone", said)
    for name in ("least", "most"):
        if not _is_count(getattr(item, name), len(options)):
            said = Message(gettext_noop("要填1到%(most)s的整数。"), {"most": max(len(options), 1)})
            yield Fault(item.name, name, said)


def _cascade(item: Item, plan: Plan) -> Iterator[Fault]:
    """Options that follow another question: it is a single choice above, and each option has one of its."""
    asked = plan.find(item.parent)
    order = [one.name for one in plan.walk()]
    if asked is None or asked.kind is not ItemKind.ONE or order.index(asked.name) >= order.index(item.name):
        said = gettext_noop("选项所随的那道题已经没有了，或不再是排在前面的单选题，请重新选。")
        yield Fault(item.name, "parent", Message(said))
        return
    above = {one.name for one in plan.lists.get(asked.list_name, ())}
    lost = [one.label for one in plan.lists.get(item.list_name, ()) if one.parent not in above]
    if lost:
        said = gettext_noop("选项“%(label)s”没有写明属于“%(asked)s”的哪一项。写作：上级选项 > 选项。")
        told = {"label": "、".join(lost[:3]), "asked": asked.label or asked.name}
        yield Fault(item.name, "options", Message(said, told))


def _is_count(text: str, most: int) -> bool:
    return not text or (text.isascii() and text.isdigit() and 1 <= int(text) <= most)


def _limits(item: Item, plan: Plan) -> Iterator[Fault]:
    if item.kind in NUMBERS | DAYS:
        for name in ("low", "high"):
            if not _is_size(getattr(item, name), item.kind):
                dated, plain = gettext_noop("要填日期，如 2020-02-09。"), gettext_noop("要填数字，如 100。")
                yield Fault(item.name, name, Message(dated if item.kind in DAYS else plain))
        if _is_backwards(item):
            yield Fault(item.name, "low", Message(gettext_noop("最小的比最大的还大。")))
    if item.longest and not (item.longest.isascii() and item.longest.isdigit() and int(item.longest)):
        yield Fault(item.name, "longest", Message(gettext_noop("要填整数，如 200。")))
    if item.kind is ItemKind.RANGE and not (item.low and item.high and is_value(item.step or "")):
        yield Fault(item.name, "low", Message(gettext_noop("刻度要填从几到几、每档多少。")))


def _is_size(text: str, kind: ItemKind) -> bool:
    return not text or (is_value(text) and ("-" in text[1:]) == (kind in DAYS))


def _is_backwards(item: Item) -> bool:
    if not (item.low and item.high and _is_size(item.low, item.kind) and _is_size(item.high, item.kind)):
        return False
    if item.kind in DAYS:
        return item.low > item.high
    return float(item.low) > float(item.high)


def _part(part: Part, item: Item, plan: Plan) -> Message | None:
    asked = plan.find(part.of)
    if asked is None:
        return Message(gettext_noop("条件里的那道题已经没有了，请重新选。"))
    order = [one.name for one in plan.walk()]
    if order.index(part.of) >= order.index(item.name):
        said = gettext_noop("条件里的“%(label)s”排在这一题后面。请把它移到前面，或换一道题。")
        return Message(said, {"label": asked.label or asked.name})
    if part.how in WITHOUT_VALUE:
        return None
    if not part.value:
        said = gettext_noop("条件里“%(label)s”还没有选和什么比较。")
        return Message(said, {"label": asked.label or asked.name})
    return _value(part, asked, plan)


def _value(part: Part, asked: Item, plan: Plan) -> Message | None:
    options = {one.name for one in plan.lists.get(list_of(asked, plan), ())}
    if options and part.how in {"is", "is_not", "has", "has_not"} and part.value not in options:
        said = gettext_noop("“%(label)s”没有选项“%(value)s”了，请重新选。")
        return Message(said, {"label": asked.label, "value": part.value})
    if part.how in {"gt", "ge", "lt", "le", "eq", "ne"} and not is_value(part.value):
        said = gettext_noop("和“%(label)s”比较的要是数字或日期。")
        return Message(said, {"label": asked.label})
    return None


def list_of(item: Item, plan: Plan) -> str:
    """The list a question offers; a row of a matrix that of its matrix."""
    if item.list_name:
        return item.list_name
    for one in plan.walk():
        if one.kind is ItemKind.MATRIX and any(row.name == item.name for row in one.items):
            return one.list_name
    return ""
